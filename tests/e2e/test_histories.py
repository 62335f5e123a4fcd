"""What newsrooms do to their files over the years, and what readers keep: ids, links, dates, order."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
from pathlib import Path

import feedparser
import pytest

from conftest import Site, new_site

WORDS = {
    "fire": ("حريق كبير في المرفأ", "أعلنت فرق الإطفاء السيطرة على حريق كبير اندلع في مستودعات المرفأ القديم."),
    "cup": ("فوز المنتخب بالكأس", "فاز المنتخب الوطني على ضيفه بثلاثة أهداف في نهائي بطولة كأس القارة."),
    "book": ("افتتاح معرض الكتاب", "افتتح وزير الثقافة معرض الكتاب السنوي بحضور عدد كبير من الناشرين والكتّاب."),
    "rain": ("أمطار غزيرة في الشمال", "هطلت أمطار غزيرة على المحافظات الشمالية وأغلقت السيول عدداً من الطرق."),
}
OLD, NEW = "1600000000", "1700000000"


def text(*stories: str, end: str = "(وكالات)") -> str:
    """Return a bulletin of ``stories`` that closes as wire copy does."""
    headline = WORDS[stories[0]][0]
    return headline + "\n" + "\n***\n".join(WORDS[story][1] + "\n" + end for story in stories) + "\n"


def build(site: Site, when: str = OLD, **environ: str) -> None:
    result = site.build(SOURCE_DATE_EPOCH=when, **environ)
    assert result.returncode == 0, result.stderr


def shown(site: Site) -> dict[str, str]:
    """Return which page tells each story: permalinks by the story's name."""
    pages = {path: data.decode() for path, data in site.tree().items() if path[:2] == "20" and "index" not in path}
    return {name: path for name, (_, body) in WORDS.items() for path, page in pages.items() if body in page}


def test_a_sign_off_hands_no_identity_on(empty: Site) -> None:
    empty.seed("old.txt", text("fire"))
    build(empty)
    (empty.seeds / "old.txt").unlink()
    build(empty, FORCE="1")
    empty.seed("new.txt", text("cup"))
    build(empty, NEW)
    assert shown(empty)["cup"].startswith("2023/11/14/فوز")
    assert [event["event"] for event in empty.ledger()] == ["publish", "gone", "publish"]


def test_two_seeds_swap_their_names(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", text("cup"))
    build(empty)
    before = shown(empty)
    (empty.seeds / "a.txt").rename(empty.seeds / "x")
    (empty.seeds / "b.txt").rename(empty.seeds / "a.txt")
    (empty.seeds / "x").rename(empty.seeds / "b.txt")
    build(empty, NEW)
    assert shown(empty) == before


def test_the_latest_is_moved_on_and_written_anew(empty: Site) -> None:
    empty.seed("latest.txt", text("fire"))
    build(empty)
    before = shown(empty)
    (empty.seeds / "latest.txt").rename(empty.seeds / "n1.txt")
    empty.seed("latest.txt", text("cup"))
    build(empty, NEW)
    assert shown(empty)["fire"] == before["fire"]
    assert shown(empty)["cup"].startswith("2023/11/14/")


def test_a_story_moves_into_a_seed_of_its_own(empty: Site) -> None:
    empty.seed("a.txt", text("fire", "cup"))
    build(empty)
    before = shown(empty)
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", text("cup"))
    build(empty, NEW)
    assert shown(empty) == before


def test_a_later_story_is_not_the_one_that_went(empty: Site) -> None:
    empty.seed("a.txt", text("fire", "cup", "book"))
    build(empty)
    before = shown(empty)
    empty.seed("a.txt", text("fire", "book"))
    build(empty)
    empty.seed("a.txt", text("fire", "book", "rain"))
    build(empty, NEW)
    after = shown(empty)
    assert {name: after[name] for name in ("fire", "book")} == {name: before[name] for name in ("fire", "book")}
    assert after["rain"].startswith("2023/11/14/") and after["rain"] != before["cup"]


def test_what_went_comes_back_as_itself(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", text("cup"))
    build(empty)
    before = shown(empty)
    kept = (empty.seeds / "a.txt").read_bytes()
    (empty.seeds / "a.txt").unlink()
    build(empty, NEW)
    assert "fire" not in shown(empty)
    empty.seed("a.txt", kept)
    build(empty, NEW)
    assert shown(empty) == before


def test_a_lost_ledger_is_written_again(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", text("cup"))
    build(empty)
    before, ledger = empty.tree(), empty.ledger()
    (empty.seeds / "ledger.jsonl").unlink()
    build(empty, NEW)
    assert empty.ledger() == ledger
    shutil.rmtree(empty.folder / ".nashra")
    build(empty, NEW)
    assert empty.tree() == before


def test_pages_go_whatever_is_lost(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", text("cup"))
    build(empty)
    page = shown(empty)["fire"]
    shutil.rmtree(empty.folder / ".nashra")
    (empty.seeds / "a.txt").unlink()
    build(empty)
    assert WORDS["fire"][0] not in empty.tree()[page].decode()
    assert "cup" in shown(empty)


def test_a_second_build_at_once_says_so_and_breaks_nothing(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    build(empty)
    before = empty.tree()
    handle = os.open(empty.seeds, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    result = empty.build()
    os.close(handle)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "seeds: another build is at work; wait for it to end"
    build(empty)
    assert empty.tree() == before


def test_within_a_day_what_came_last_leads(empty: Site) -> None:
    for number, name in enumerate(("fire", "cup", "book", "rain")):
        empty.seed(f"{number}.txt", f"التاريخ: 2021-07-20\n\n{text(name)}")
        build(empty, str(1_626_739_200 + number))
    parsed = feedparser.parse((empty.output / "feeds" / "all.rss.xml").read_bytes())
    assert [entry.title for entry in parsed.entries] == [WORDS[name][0] for name in ("rain", "book", "cup", "fire")]


def test_a_day_begins_where_the_newsroom_is(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site", seed=False)
    conf = site.folder / "pelicanconf.py"
    conf.write_text(conf.read_text("utf-8").replace('TIMEZONE = "UTC"', 'TIMEZONE = "Asia/Riyadh"'), "utf-8")
    site.seed("a.txt", text("fire"))
    site.seed("b.txt", f"Date: 2021-07-20 01:30\n\n{text('cup')}")
    build(site, "1626302000")  # 2021-07-14 22:33 UTC: already the 15th in Riyadh
    assert shown(site)["fire"].startswith("2021/07/15/")
    assert shown(site)["cup"].startswith("2021/07/20/")
    feed = (site.output / "feeds" / "all.atom.xml").read_text("utf-8")
    assert "<published>2021-07-20T01:30:00+03:00</published>" in feed


def test_hand_written_articles_link_to_each_other_and_survive_a_slip(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    articles = empty.folder / "content" / "articles"
    (articles / "one.md").write_text(
        "Title: مقال أول\nDate: 2021-07-25\nCategory: IT & Security\n\n[الثاني]({filename}two.md)\n", "utf-8"
    )
    (articles / "two.md").write_text("Title: World Index\nDate: 2021-07-26\n\nنص\x0c ثان.\n", "utf-8")
    build(empty)
    pages = {path: data.decode() for path, data in empty.tree().items() if path.startswith("2021/07/2")}
    [one] = [page for path, page in pages.items() if "مقال-أول" in path]
    assert 'href="../../../2021/07/26/world-index.html"' in one
    assert "IT &amp; Security" in one
    assert 'href="http://127.0.0.1:8000/2021/07/26/world-index.html"' in pages["2021/07/26/world-index.html"]
    (articles / "two.md").write_text("Title: World Index\nDate: 2021-07-32\n\nنص ثان.\n", "utf-8")
    result = empty.build()
    assert result.returncode == 1
    assert "2021/07/26/world-index.html" in empty.tree()


def test_two_pages_with_one_address_cost_nothing_else(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    pages = empty.folder / "content" / "pages"
    for name in ("x", "y"):
        (pages / f"{name}.md").write_text(f"Title: صفحة {name}\nSlug: same\n\nنص\n", "utf-8")
    (pages / "long.md").write_text(f"Title: {'كلمة ' * 60}\n\nنص\n", "utf-8")
    result = empty.build()
    assert result.returncode == 1
    assert "pages/same.html: two pages want this address; give one another Slug: line" in result.stderr.splitlines()
    assert "this address is too long; give the page a shorter Slug: line" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert "fire" in shown(empty)


def test_a_correction_reaches_feeds(empty: Site) -> None:
    empty.seed("a.txt", f"التصحيح: صُحّح عدد المستودعات\n\n{text('fire')}")
    build(empty)
    parsed = feedparser.parse((empty.output / "feeds" / "all.atom.xml").read_bytes())
    assert "صُحّح عدد المستودعات" in parsed.entries[0].content[0].value


def test_places_that_would_mix_are_refused(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    for options in ({"OUTPUT": "seeds/www"}, {"OUTPUT": "."}):
        result = empty.build(**options)
        assert result.returncode == 1
        assert "seeds and output would mix" in result.stderr
    result = empty.build("-e", 'SITEURL=""')
    assert result.returncode == 1
    assert "SITEURL is no address" in result.stderr
    (empty.folder / "file").write_text("", "utf-8")
    result = empty.build(STATE="file")
    assert result.returncode == 1
    assert "file: it cannot be a folder" in result.stderr and "Traceback" not in result.stderr + result.stdout


LEADS = ["أعلنت وزارة {} خطة جديدة لدعم المناطق الريفية", "وفي شأن آخر، بحث وزير {} ملفات التعاون مع نظيره"]
LEADS += ["وأضاف وزير {} أن العمل مستمر حتى نهاية العام", "أمنياً، أطلقت قوات {} تدريبات واسعة في الشمال"]
THINGS = ["الصحة", "الزراعة", "الدفاع", "الخارجية", "المالية", "التعليم", "النقل", "البيئة", "العدل", "الطاقة"]


@pytest.mark.slow
@pytest.mark.parametrize("history", range(6))
def test_whatever_happened_the_site_is_what_a_full_build_makes(history: int, tmp_path: Path) -> None:
    chance = random.Random(history)
    site = new_site(tmp_path / "site", seed=False)
    texts: dict[str, list[str]] = {}

    def paragraph() -> str:
        return chance.choice(LEADS).format(chance.choice(THINGS)) + f" رقم {chance.randrange(99)} هذا الأسبوع."

    for step in range(6):
        for _ in range(chance.randint(1, 3)):
            name = chance.choice(sorted(texts) or [""])
            act = chance.choice(["add", "edit", "insert", "swap", "rename", "copy", "remove"]) if texts else "add"
            if act == "add":
                texts[f"{chance.randrange(50)}.txt"] = ["عنوان النشرة", *(paragraph() for _ in range(5))]
            elif act == "edit":
                texts[name][chance.randrange(1, len(texts[name]))] = paragraph()
            elif act == "insert":
                texts[name].insert(chance.randrange(1, len(texts[name])), paragraph())
            elif act == "swap":
                texts[name][1], texts[name][-1] = texts[name][-1], texts[name][1]
            elif act == "remove":
                del texts[name]
            else:
                lines = texts.pop(name) if act == "rename" else list(texts[name])
                texts[f"{chance.choice(['', 'archive/'])}{chance.randrange(50, 99)}.txt"] = lines
        for path in site.seeds.rglob("*.txt"):
            path.unlink()
        for name, lines in texts.items():
            site.seed(name, "\n".join(lines) + "\n")
        build(site, str(1_600_000_000 + step * 90_000), FORCE="1")
    ledger = site.ledger()
    whole = new_site(tmp_path / "whole", seed=False)
    shutil.copytree(site.seeds, whole.seeds, dirs_exist_ok=True)
    build(whole, NEW)
    assert whole.ledger() == ledger
    assert whole.tree() == site.tree()
