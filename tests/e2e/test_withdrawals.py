"""What is taken back is gone: a page that says so, 410, tombstones in feeds, and not a word of it anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import feedparser
import pytest

import press
from conftest import Site, new_site

SECRET = "زنجبيل"
STORY = f"""Date: 2021-06-01
Tags: ميناء الظل، بحر العرب
Category: cyber

{SECRET} يضرب المدينة القديمة
قال المتحدث إن {SECRET}اً ضرب المدينة القديمة فجر اليوم وألحق أضراراً بالمباني.
وأضاف أن فرق الإنقاذ وصلت إلى المكان، وأن التحقيق يستمر حتى 20 حزيران الجاري.
"""
REASON = "خطأ في <المصدر> & «الوكالة»"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = new_site(tmp_path / "site")
    with (site.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("NASHRA_FEED_ITEMS = 2\n")
    for name, text in press.SEEDS.items():
        site.seed(name, text)
    site.seed("story.txt", STORY)
    press.build(site)
    return site


def nashra(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("nashra")), *arguments]
    return subprocess.run(command, cwd=site.folder, capture_output=True, text=True, timeout=60, check=False)


def promise(site: Site) -> dict[str, object]:
    [event] = [event for event in site.ledger() if event["seed"] == "story.txt"]
    return event


def holding(site: Site, word: str) -> set[str]:
    return {name for name, data in site.tree().items() if word.encode() in data}


@pytest.mark.parametrize("by", ["id", "uri", "permalink", "address", "header", "seed"])
def test_a_withdrawn_story_is_gone_from_every_file(site: Site, by: str) -> None:
    story = promise(site)
    assert len(holding(site, SECRET)) > 10
    card = site.output / "cards" / f"{story['id']}.png"
    assert card.is_file()
    if by == "header":
        site.seed("story.txt", STORY.replace("Category", "Status: withdrawn\nCategory"))
    elif by == "seed":
        (site.seeds / "story.txt").unlink()
    else:
        name = f"https://news.example/{story['permalink']}?utm=1#top" if by == "address" else str(story[by])
        done = nashra(site, "withdraw", name, "--reason", REASON)
        assert (done.returncode, done.stderr) == (0, "")
    press.build(site, press.SECOND)
    link = str(story["permalink"])
    # Its address was promised, and says the headline; nothing else may.
    data = {name: text.replace(link.encode(), b"") for name, text in site.tree().items()}
    data = {name: text.replace(press_quoted(link), b"") for name, text in data.items()}
    assert {
        name for name, text in data.items() if SECRET.encode() in text or SECRET.encode("unicode-escape") in text
    } == set()
    assert not card.exists()
    page = site.tree()[link].decode()
    assert "سُحب هذا الخبر" in page
    assert 'content="noindex"' in page
    assert ("خطأ في &lt;المصدر&gt; &amp; «الوكالة»" in page) == (by not in ("header", "seed"))
    assert site.tree()[".gone.nginx"].decode() == f'"/{link}" 1;\n'
    assert site.tree()[".gone.caddy"].decode() == f'@gone path "/{link}"\n'
    for feed in ("all", "category/cyber"):
        assert f'ref="{story["uri"]}"' in site.tree()[f"feeds/{feed}.atom.xml"].decode()
        assert story["uri"] not in {
            entry.id for entry in feedparser.parse(site.tree()[f"feeds/{feed}.atom.xml"]).entries
        }
    assert {name for name in site.tree() if link in name} == {link, f"{link}.gone"}
    assert site.tree()[f"{link}.gone"] == b""
    assert link not in site.tree()["sitemap.xml"].decode()


def press_quoted(link: str) -> bytes:
    from urllib.parse import quote  # noqa: PLC0415

    return quote(link).encode()


def test_a_withdrawn_story_stays_so_whatever_its_seed_does(site: Site) -> None:
    story = promise(site)
    before = site.tree()
    assert nashra(site, "withdraw", str(story["id"])).returncode == 0
    press.build(site, press.SECOND)
    gone = site.tree()
    site.seed("story.txt", STORY.replace("فجر اليوم", "مساء أمس"))
    press.build(site, press.SECOND)
    assert site.tree() == gone
    (site.seeds / "story.txt").rename(site.seeds / "renamed.txt")
    press.build(site, press.SECOND)
    assert site.tree() == gone
    (site.seeds / "renamed.txt").rename(site.seeds / "story.txt")
    press.build(site, press.SECOND)
    assert site.tree() == gone
    site.seed("story.txt", STORY)
    assert nashra(site, "withdraw", "--undo", str(story["id"])).returncode == 0
    press.build(site, press.SECOND)
    again = site.tree()
    assert f"{SECRET}اً ضرب المدينة" in again[str(story["permalink"])].decode()
    assert again[".gone.nginx"] == b""
    assert again.keys() == before.keys()


def test_of_a_bulletin_one_story_goes_and_the_others_stay(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    press.build(site)
    first, second, third = site.ledger()
    assert nashra(site, "withdraw", str(second["id"]), "--reason", "سبب").returncode == 0
    press.build(site, press.SECOND)
    assert "سُحب هذا الخبر" in site.tree()[str(second["permalink"])].decode()
    for story in (first, third):
        assert "سُحب هذا الخبر" not in site.tree()[str(story["permalink"])].decode()
    # A feed that lost its last story stays, to tell those who follow it; it is called what its tag is called.
    told = {name for name in holding(site, "لافروف") if not name.startswith(("feeds/tag/لافروف.", ".gone."))}
    assert told == set()


def test_who_is_not_known_cannot_be_withdrawn(site: Site) -> None:
    ledger = (site.seeds / "ledger.jsonl").read_bytes()
    done = nashra(site, "withdraw", str(promise(site)["id"]), "nosuch", "2021/x.html")
    assert done.returncode == 1
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == ["nosuch", "2021/x.html"]
    assert (site.seeds / "ledger.jsonl").read_bytes() == ledger
    done = nashra(site, "withdraw", "x", "--seeds", "nowhere")
    assert done.stderr == "nowhere: there is no ledger in it; name the folder of seeds with --seeds\n"


@pytest.mark.parametrize("lost", ["all", "many", "some"])
def test_seeds_that_vanish_are_an_accident(site: Site, lost: str) -> None:
    before, ledger = site.tree(), (site.seeds / "ledger.jsonl").read_bytes()
    seeds = sorted(site.seeds.glob("*.txt"))
    went = seeds[: {"all": len(seeds), "many": 3, "some": 1}[lost]]
    kept = {path: path.read_bytes() for path in went}
    for path in went:
        path.unlink()
    site.seed(
        "new.txt", "خبر جديد\nقال المتحدث إن الخبر الجديد وصل اليوم إلى غرفة الأخبار.\n"
    ) if lost != "all" else None
    result = site.build(SOURCE_DATE_EPOCH=press.SECOND)
    if lost == "some":
        assert result.returncode == 0, result.stderr
        return
    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("seeds: ")
    assert "FORCE=1" in line
    assert site.tree() == before
    assert (site.seeds / "ledger.jsonl").read_bytes() == ledger
    for path, data in kept.items():
        path.write_bytes(data)
    press.build(site, press.SECOND)
    for path in went:
        path.unlink()
    assert site.build(SOURCE_DATE_EPOCH=press.SECOND, FORCE="1").returncode == 0


def test_a_note_of_correction_alone_says_when(site: Site) -> None:
    site.seed("story.txt", STORY.replace("Category", "Correction: المدينة الجديدة\nCategory"))
    press.build(site, press.SECOND)
    *_, edit = site.ledger()
    assert (edit["event"], edit["seed"]) == ("edit", "story.txt")
    assert str(edit["updated"]).startswith("2021-07-24")
    page = site.tree()[str(promise_of(site, edit))].decode()
    assert "المدينة الجديدة" in page
    again = site.tree()
    press.build(site, "1627200000")
    assert site.tree() == again


def promise_of(site: Site, edit: dict[str, object]) -> object:
    [event] = [one for one in site.ledger() if one["event"] == "publish" and one["id"] == edit["id"]]
    return event["permalink"]


@pytest.mark.parametrize("how", ["replaced", "unmounted", "elsewhere", "ledger lost too"])
def test_whatever_came_in_their_place_it_is_an_accident(site: Site, how: str) -> None:
    before = site.tree()
    seeds = sorted(site.seeds.glob("*.txt"))
    environ = {}
    if how in ("unmounted", "ledger lost too"):
        (site.seeds / "ledger.jsonl").rename(site.folder / "kept.jsonl")
    if how == "elsewhere":
        environ["SEEDS"] = "other"
        (site.folder / "other").mkdir()
        (site.folder / "other" / "a.txt").write_text("خبر\nقال المتحدث إن الخبر وصل إلى غرفة الأخبار.\n", "utf-8")
    else:
        for path in seeds if how != "ledger lost too" else seeds[2:]:
            path.rename(site.folder / path.name)
    if how == "replaced":
        for number in range(len(seeds)):
            site.seed(f"{number}.txt", f"خبر رقم {number} جديد\n{press.prose(number, 12)}.\n")
    result = site.build(SOURCE_DATE_EPOCH=press.SECOND, **environ)
    assert result.returncode == 1
    assert "published stories would be withdrawn, for their seeds are gone" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert site.tree() == before
    assert not (site.folder / "other" / "ledger.jsonl").exists()


def test_the_first_seed_of_ones_own_takes_the_samples_place(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    press.build(site)
    next(site.seeds.glob("*.txt")).unlink()
    site.seed("mine.txt", STORY)
    press.build(site, press.SECOND)
    assert len([name for name in site.tree() if name.startswith("20") and name.endswith(".gone")]) == 3
