"""Cards: joined letters, nothing over the edge, the same bytes again, and no work for a story that did not change."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image, ImageFont, features

from conftest import Site, new_site
from nashra.site import cards
from nashra.site.cards import Card, balanced, draw

HEADLINES = {
    "short": "فوز المنتخب",
    "one letter": "ا",
    "usual": "الكرملين: ضرورة التعاون الروسي الأمريكي في الأمن السيبراني",
    "Latin inside": "CISA: تحذير من ثغرة في خوادم Microsoft Exchange (CVE-2021-26855) و«AT&T» توقف 30 خادماً",
    "long": "لافروف: ضرورة التزام المجتمع الدولي بميثاق الأمم المتحدة والقانون الدولي ورفض التدخل في شؤون الدول " * 2,
    "endless": "كلمة " * 300,
    "an address": "https://example.org/" + "a" * 400 + " رابط طويل",
    "no letter of the typeface": "🎉 中国",
    "marks": "أُعْلِنَ النَّصْرُ يَوْمَ الثُّلاثاءِ",
}
GROUND = (0x0B, 0x4A, 0x5C)


def card(headline: str) -> Card:
    return Card(headline, "الأمن السيبراني", "9 تموز/يوليو 2021", "نشرة")


def ink(data: bytes, box: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
    """Return the box of what is drawn within ``box``, in coordinates of the card."""
    part = Image.open(io.BytesIO(data)).crop(box).point([0, *[255] * 255])
    found = part.convert("L").point([0, *[255] * 255]).getbbox() if part.mode == "L" else None
    if part.mode == "P":
        found = Image.frombytes("L", part.size, part.tobytes()).getbbox()
    return (found[0] + box[0], found[1] + box[1], found[2] + box[0], found[3] + box[1]) if found else None


@pytest.mark.parametrize("name", HEADLINES)
def test_a_card_is_a_small_picture_with_nothing_over_its_margins(name: str) -> None:
    data = draw(card(HEADLINES[name]))
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "P", (1200, 630))
    assert len(data) <= 45 * 1024
    assert picture.convert("RGB").getpixel((0, 0)) == GROUND
    drawn = ink(data, (0, 0, 1200, 630))
    assert drawn is not None
    left, top, right, bottom = drawn
    assert left >= 70 and right <= 1130 and top >= 70 and bottom <= 610
    # Headline, kicker and foot keep clear of each other.
    headline = ink(data, (0, 140, 1200, 515))
    assert (headline is None) == (name == "no letter of the typeface")
    if headline:
        assert headline[1] > 140 and headline[3] < 515
        assert headline[2] > 1090, "a line begins at the right"
    assert draw(card(HEADLINES[name])) == data


def test_a_long_headline_is_set_smaller_in_four_lines_at_most() -> None:
    sizes = {name: cards._set_headline(text) for name, text in HEADLINES.items()}
    assert sizes["short"][0] > sizes["usual"][0] > sizes["long"][0] >= 40
    for name, (size, lines) in sizes.items():
        assert 1 <= len(lines) <= 4, name
        assert all(cards._width(line, "Bold", size) <= 1040 for line in lines), name
    assert " ".join(sizes["usual"][1]) == HEADLINES["usual"]
    assert sizes["endless"][1][-1].endswith("كلمة…")


def test_letters_are_joined_and_run_from_right_to_left() -> None:
    """«ببب» joined is not three times «ب» alone, and the picture of «ا ب» has the alif at the right."""
    assert cards._width("ببب", "Bold", 80) < 0.8 * 3 * cards._width("ب", "Bold", 80)
    joined = cards._font("Bold", 80).getmask("ببب", direction="rtl", language="ar")
    alone = ImageFont.truetype(str(cards._font_file("Bold")), 80, layout_engine=ImageFont.Layout.BASIC).getmask("ببب")
    assert bytes(joined) != bytes(alone)
    data = draw(Card("ا ــــــ", "", "", "نشرة"))
    found = ink(data, (0, 140, 1200, 515))
    assert found
    alif = ink(data, (found[2] - 30, 140, found[2], 515))
    rest = ink(data, (found[0], 140, found[2] - 60, 515))
    assert alif and rest and (alif[3] - alif[1]) > 3 * (rest[3] - rest[1])


@pytest.mark.parametrize(
    ("widths", "counts"),
    [
        ([], []),
        ([10], [1]),
        ([101], None),
        ([50, 101], None),
        ([40, 40], [2]),
        ([30, 30, 30, 30], [2, 2]),
        ([30, 30, 30, 30, 30], [3, 2]),
        ([90, 5, 5, 90], [2, 2]),
        ([60, 60, 10, 10], [1, 3]),
    ],
)
def test_lines_are_few_and_about_as_long_as_each_other(widths: list[float], counts: list[int] | None) -> None:
    made = balanced(widths, 5, 100)
    assert made == counts


def test_where_letters_cannot_be_joined_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(features, "check", lambda name: name != "raqm")
    cards.can_draw.cache_clear()
    try:
        assert not cards.can_draw()
        assert not cards.can_draw()
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith("cards: Pillow has no raqm") and "NASHRA_CARDS = False" in line
    finally:
        cards.can_draw.cache_clear()


def story(headline: str) -> str:
    return f"Date: 2021-07-09\nCategory: cyber\n\n{headline}\nأعلن مصرف كبير أن قراصنة هاجموا شبكته يوماً كاملاً.\n"


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.png")}


def build(site: Site, *options: str, **environ: str) -> None:
    result = site.build(*options, **environ)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_card_a_story_kept_by_what_it_shows(empty: Site) -> None:
    empty.seed("a.txt", story("قراصنة يهاجمون مصرفاً"))
    empty.seed("b.txt", story("هجوم يعطل ميناء الشمال").replace("مصرف كبير", "ميناء بعيد"))
    build(empty)
    before = pictures(empty.output / "cards")
    assert before.keys() == {"site.png", *(f"{event['id']}.png" for event in empty.ledger())}
    kept = empty.folder / ".nashra" / "cards"
    assert sorted(pictures(kept).values()) == sorted(before.values())
    # An unchanged story is neither drawn nor read: what was kept need not even be a picture.
    times = {path: path.stat() for path in kept.iterdir()}
    build(empty)
    assert {path: path.stat().st_mtime_ns for path in kept.iterdir()} == {
        path: stat.st_mtime_ns for path, stat in times.items()
    }
    # An edited headline is drawn anew, at the same address; the other cards stay, and the old one is gone for good.
    empty.seed("a.txt", story("قراصنة يهاجمون مصرفاً كبيراً"))
    build(empty)
    after = pictures(empty.output / "cards")
    assert after.keys() == before.keys()
    assert len([name for name in after if after[name] != before[name]]) == 1
    assert sorted(pictures(kept).values()) == sorted(after.values())
    # A withdrawn story leaves no picture behind.
    (empty.seeds / "a.txt").unlink()
    build(empty)
    assert len(pictures(empty.output / "cards")) == len(pictures(kept)) == 2


def test_the_same_cards_with_a_lost_a_damaged_and_another_cache(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    build(site)
    before = pictures(site.output / "cards")
    assert len(before) == 4
    for path in (site.folder / ".nashra" / "cards").iterdir():
        path.write_bytes(path.read_bytes()[:-9])
    build(site)
    assert pictures(site.output / "cards") == before
    for path in (site.output / "cards").iterdir():
        path.unlink()
    build(site)
    assert pictures(site.output / "cards") == before
    build(site, STATE="other", OUTPUT="elsewhere")
    assert pictures(site.folder / "elsewhere" / "cards") == before
    assert {hashlib.sha256(data).hexdigest() for data in pictures(site.folder / "other" / "cards").values()} == {
        hashlib.sha256(data).hexdigest() for data in before.values()
    }


def test_without_cards_the_icon_is_shown(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    build(site, "-e", "NASHRA_CARDS=false")
    assert not (site.output / "cards").exists()
    assert not (site.folder / ".nashra" / "cards").exists()
    for path in site.pages():
        head = path.read_text("utf-8").partition("</head>")[0]
        assert '<meta property="og:image" content="http://127.0.0.1:8000/theme/icon.png">' in head, path
        assert '<meta name="twitter:card" content="summary">' in head, path
