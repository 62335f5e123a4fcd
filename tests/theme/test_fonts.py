"""The typeface: what is left of it shapes every word as the whole one does, costs little, and is cut once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import fontpkg_ibm_plex_sans_arabic
import pytest
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from PIL import ImageFont, features

from conftest import ROOT, SEED, Site
from nashra.site.fonts import Fonts, cut

WHOLE = {
    weight: (fontpkg_ibm_plex_sans_arabic.ROOT / "files" / f"IBMPlexSansArabic-{name}.ttf").read_bytes()
    for weight, name in (("400", "Regular"), ("700", "Bold"))
}
# Marks on letters, lam-alef, tatweel, Persian letters, figures of three kinds, quotes, Latin.
HARD = """لَا إِلَٰهَ مُحَمَّدٌ ٱلْكِتَابُ اللّٰه الآن لأن الإسلام لإعلان ـــكـــ گچپژڤ کتابی ۱۴۰۳ ٢٠٢١ 2021 الـ30 50% ٥٠٪ (1-2)
«نص» “نص” ‹نص› نص؛ نص، نص؟ 10:30 AT&T CISA fi ffi AVATAR … — – ·"""
WORDS = sorted({*SEED.read_text("utf-8").split(), *HARD.split()})


@pytest.fixture(scope="module")
def faces() -> dict[str, bytes]:
    return {weight: cut(font) for weight, font in WHOLE.items()}


def unpacked(font: bytes, *, whole: bool = False) -> io.BytesIO:
    """Return ``font`` as a plain TrueType file; a ``whole`` one without what WOFF2 (a flag) and the site leave out."""
    made = TTFont(io.BytesIO(font))
    if whole:
        subsetter = Subsetter(Options(hinting=False, layout_features=["*"], drop_tables=["meta"]))
        subsetter.populate(unicodes=made.getBestCmap())
        subsetter.subset(made)
        made.flavor = "woff2"
        packed = io.BytesIO()
        made.save(packed)
        made = TTFont(packed)
    made.flavor = None
    data = io.BytesIO()
    made.save(data)
    data.seek(0)
    return data


def drawn(font: io.BytesIO) -> Callable[[str], tuple[float, bytes]]:
    """Return what tells how wide a word is and how it looks, shaped by HarfBuzz."""
    assert features.check("raqm")
    face = ImageFont.truetype(font, 100, layout_engine=ImageFont.Layout.RAQM)

    def draw(word: str) -> tuple[float, bytes]:
        direction = "rtl" if re.search("[؀-ۿ]", word) else "ltr"
        return face.getlength(word, direction=direction), bytes(face.getmask(word, direction=direction))

    return draw


@pytest.mark.parametrize("weight", ["400", "700"])
def test_every_word_is_shaped_as_by_the_whole_font(faces: dict[str, bytes], weight: str) -> None:
    before, after = drawn(unpacked(WHOLE[weight], whole=True)), drawn(unpacked(faces[weight]))
    assert len(WORDS) > 200
    assert [word for word in WORDS if before(word) != after(word)] == []


def test_letters_do_join(faces: dict[str, bytes]) -> None:
    draw = drawn(unpacked(faces["400"]))
    joined, apart = draw("نشرة")[0], sum(draw(letter)[0] for letter in "نشرة")
    assert joined < 0.8 * apart
    assert draw("لا")[0] < draw("ل")[0] + draw("ا")[0]


def test_everything_the_theme_and_the_seed_say_is_in_it(faces: dict[str, bytes]) -> None:
    said = SEED.read_text("utf-8") + (ROOT / "theme" / "strings.toml").read_text("utf-8") + HARD
    for font in faces.values():
        assert {letter for letter in said if not letter.isspace()} - {
            chr(code) for code in TTFont(io.BytesIO(font)).getBestCmap()
        } == set()


def test_both_faces_weigh_at_most_48_kb(faces: dict[str, bytes]) -> None:
    assert 20_000 < sum(map(len, faces.values())) <= 48 * 1024


def test_what_is_cut_down_does_not_bear_the_reserved_name(faces: dict[str, bytes]) -> None:
    for font in faces.values():
        names = {name.nameID: name.toUnicode() for name in TTFont(io.BytesIO(font))["name"].names}
        assert "Plex" not in names[1] + names[4] + names[6]
        assert "SIL Open Font License" in names[13] and "IBM" in names[0]


def test_a_face_is_cut_once(tmp_path: Path) -> None:
    made: list[int] = []

    def make(font: bytes) -> bytes:
        made.append(len(font))
        return b"wOF2" + b"true" + (16).to_bytes(4) + b"rest"

    sheet = b'@font-face { src: url("fonts/sans-400.woff2") } a { src: url(fonts/sans-400.woff2) }'
    first = Fonts(tmp_path, make)
    dressed = first.dress("main.css", sheet)
    assert re.fullmatch(
        rb'@font-face \{ src: url\("(fonts/sans-400-[0-9a-f]{10}\.woff2)"\) \} a \{ src: url\(\1\) \}', dressed
    )
    assert Fonts(tmp_path, make).dress("main.css", sheet) == dressed
    assert len(made) == 1
    (kept,) = (tmp_path / "fonts").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    assert Fonts(tmp_path, make).dress("main.css", sheet) == dressed
    assert len(made) == 2, "a torn file was taken for a font"


def test_a_face_lies_beside_the_sheet_that_asks_for_it(tmp_path: Path) -> None:
    fonts = Fonts(tmp_path, lambda _: b"font")
    fonts.dress("css/main.css", b"url('fonts/sans-700.woff2')")
    fonts.dress("css/main.css", b"url('../fonts/sans-700.woff2')")
    here, above = fonts.files
    assert here.startswith("css/fonts/sans-700-") and above == here.removeprefix("css/")
    sheet = b"url('../../fonts/sans-700.woff2')"
    assert fonts.dress("css/main.css", sheet) == sheet, "it leads out of the theme"


@pytest.mark.parametrize(
    "sheet",
    [
        b"body { color: red }",
        b'@font-face { src: url("fonts/sans-500.woff2") }',
        b'@font-face { src: url("https://example.org/fonts/sans-400.woff2") }',
        b"\xff\xfe",
    ],
)
def test_a_sheet_that_does_not_ask_stays_as_it_is(tmp_path: Path, sheet: bytes) -> None:
    fonts = Fonts(tmp_path, lambda _: pytest.fail("a font was made"))
    assert fonts.dress("main.css", sheet) == sheet
    assert fonts.files == {} and not any(tmp_path.iterdir())


def test_a_file_of_the_themes_own_is_left_to_it(tmp_path: Path) -> None:
    fonts = Fonts(tmp_path, lambda _: pytest.fail("a font was made"))
    sheet = b'@font-face { src: url("fonts/sans-400.woff2") }'
    assert fonts.dress("main.css", sheet, own={"fonts/sans-400.woff2"}) == sheet


def test_a_build_writes_preloads_and_keeps_them(built: Site) -> None:
    sheet = (built.output / "theme" / "main.css").read_text("utf-8")
    asked = set(re.findall(r'url\("(fonts/sans-[^"]+)"\)', sheet))
    written = {str(path.relative_to(built.output / "theme")) for path in built.output.rglob("*.woff2")}
    assert asked == written and len(asked) == 2
    home = (built.output / "index.html").read_text("utf-8")
    preloads = re.findall(r'<link rel="preload" as="font" type="font/woff2" crossorigin href="\./theme/([^"]+)">', home)
    assert set(preloads) == asked
    assert len(list((built.folder / ".nashra" / "fonts").iterdir())) == 2
