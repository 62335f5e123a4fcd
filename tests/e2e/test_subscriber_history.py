"""A subscriber's months: poll, let the newsroom work, poll again. What changed arrives once, and nothing else moves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
from lxml import etree
from reader import Reader, UpdatedFeed, make_reader

from conftest import Served, new_site, serving
from press import build

FIRE = """Date: 2021-08-01
Category: domestic
Tags: المرفأ القديم

حريق كبير في المرفأ
أعلنت فرق الإطفاء السيطرة على حريق كبير اندلع في ثلاثة مستودعات بالمرفأ القديم.
وأضافت الفرق أن الحريق لم يوقع ضحايا.
"""
CUP = """Date: 2021-08-02
Category: sport
Tags: نهائي البطولة

فوز المنتخب بالكأس
فاز المنتخب الوطني على ضيفه بثلاثة أهداف في نهائي بطولة كأس القارة.
"""
BOOK = """Date: 2021-08-03
Category: technology
Tags: الكتاب الرقمي

افتتاح معرض الكتاب الرقمي
افتتح وزير الثقافة معرض الكتاب الرقمي السنوي بحضور عدد كبير من الناشرين والكتّاب.
"""
RAIN = """Date: 2021-08-04
Category: health
Tags: أمراض الشتاء

نصائح للوقاية من أمراض الشتاء
نشرت وزارة الصحة نصائح للوقاية من أمراض الشتاء مع بدء موسم الأمطار.
"""
CORRECTED = FIRE.replace("Tags:", "Correction: عدد المستودعات أربعة\nTags:").replace("ثلاثة مستودعات", "أربعة مستودعات")


@dataclass(frozen=True)
class Newsroom:
    """A site, the seeds of which may change, and what its server answered."""

    site: Served
    answers: list[tuple[str, int]]

    def ids(self) -> dict[str, set[str]]:
        """Return which stories are in each feed."""
        return {path: {item["id"] for item in self.site.told(path)} for path in self.site.feeds()}

    def id(self, seed: str) -> str:
        [event] = [one for one in self.site.ledger() if (one["event"], one.get("seed")) == ("publish", seed)]
        return str(event["uri"])

    def statuses(self) -> dict[str, int]:
        """Return what the server answered since the last call, by path."""
        noted = {path.removeprefix("/"): status for path, status in self.answers}
        self.answers.clear()
        return noted

    def let_an_hour_pass(self) -> None:
        """Make all files an hour older: HTTP dates count in seconds, and the next build may come within one."""
        for path in self.site.output.rglob("*"):
            at = path.stat().st_mtime - 3600
            os.utime(path, (at, at))


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    site = new_site(tmp_path / "site")
    answers: list[tuple[str, int]] = []
    with serving(site.output, answers) as address:
        with (site.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
            settings.write(f'\nSITEURL = "{address}"\n')
        for name, text in (("fire.txt", FIRE), ("cup.txt", CUP), ("book.txt", BOOK)):
            site.seed(name, text)
        build(site, "1628100000")
        made = Newsroom(Served(site.folder, address), answers)
        made.let_an_hour_pass()
        yield made


def work(newsroom: Newsroom) -> None:
    """Correct a story, write a new one, withdraw a third."""
    site = newsroom.site
    site.seed("fire.txt", CORRECTED)
    site.seed("rain.txt", RAIN)
    (site.seeds / "cup.txt").unlink()
    build(site, "1628200000")


@pytest.fixture
def reader() -> Iterator[Reader]:
    with make_reader(":memory:") as made:
        yield made


def poll(reader: Reader) -> dict[str, UpdatedFeed | None]:
    """Update every feed; return what reader says of each, None for one that did not change."""
    results = {result.url: result.value for result in reader.update_feeds_iter(scheduled=False)}
    assert not [value for value in results.values() if isinstance(value, Exception)]
    return results  # type: ignore[return-value]


def test_reader_is_told_what_happened_and_nothing_else(newsroom: Newsroom, reader: Reader) -> None:
    site = newsroom.site
    before = newsroom.ids()
    for path in before:
        reader.add_feed(site.url(path))
    first = poll(reader)
    assert {url: value.new for url, value in first.items() if value} == {
        site.url(path): len(ids) for path, ids in before.items()
    }
    read = {(entry.feed_url, entry.id): entry for entry in reader.get_entries()}
    for entry in read.values():
        reader.mark_entry_as_read(entry)
    assert set(newsroom.statuses().values()) == {200}
    assert set(poll(reader).values()) == {None}
    assert set(newsroom.statuses().values()) == {304}

    fire, cup = newsroom.id("fire.txt"), newsroom.id("cup.txt")
    work(newsroom)
    rain, after = newsroom.id("rain.txt"), newsroom.ids()
    second = poll(reader)
    touched = {path for path in before if {fire, cup} & before[path] or rain in after[path]}
    assert 9 < len(touched) < len(before) / 2
    statuses = newsroom.statuses()
    assert statuses == {path: 200 if path in touched else 304 for path in before}
    for path in before:
        result = second[site.url(path)]
        if path not in touched:
            assert result is None, path
            continue
        told = (result.new, result.modified) if result else (0, 0)  # JSON has no tombstones: nothing may arrive
        assert told == (rain in after[path], fire in after[path]), path
    now = {(entry.feed_url, entry.id): entry for entry in reader.get_entries()}
    assert now.keys() - read.keys() == {(site.url(path), rain) for path in before if rain in after[path]}
    assert read.keys() - now.keys() == set()
    changed = {key for key in read if now[key].content != read[key].content}
    assert changed == {(site.url(path), fire) for path in before if fire in before[path]}
    for url, uri in changed:
        content = now[url, uri].get_content()
        assert content and "أربعة مستودعات" in content.value and "عدد المستودعات أربعة" in content.value
        assert now[url, uri].link == read[url, uri].link
        assert now[url, uri].published == read[url, uri].published
        assert now[url, uri].updated and now[url, uri].updated > read[url, uri].published
    assert {entry.id for entry in reader.get_entries(read=False)} == {rain}


def test_feedparser_is_answered_304_for_the_untouched(newsroom: Newsroom) -> None:
    site = newsroom.site
    first = {path: feedparser.parse(site.url(path)) for path in site.feeds(".rss.xml", ".atom.xml")}
    held = site.tree()
    work(newsroom)
    same = {path for path in first if site.tree()[path] == held[path]}
    again = {path: feedparser.parse(site.url(path), modified=first[path].modified) for path in first}
    assert {path for path in first if again[path].status == 304} == same
    assert {path for path in first if again[path].status == 200} == first.keys() - same
    assert len(same) > len(first) / 2
    [new] = {entry.id for one in again.values() for entry in one.entries} - {
        e.id for o in first.values() for e in o.entries
    }
    assert new == newsroom.id("rain.txt")


def test_what_was_withdrawn_is_a_tombstone_where_it_was(newsroom: Newsroom) -> None:
    site, cup = newsroom.site, newsroom.id("cup.txt")
    stood = {path for path, ids in newsroom.ids().items() if cup in ids and path.endswith(".atom.xml")}
    assert {"feeds/all.atom.xml", "feeds/category/sport.atom.xml"} < stood
    work(newsroom)
    tombs = {}
    for path in site.feeds(".atom.xml"):
        found = etree.fromstring(site.read(path)).iterfind("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
        tombs |= {path: [(one.get("ref"), one.get("when")) for one in found]}
    assert {path: told for path, told in tombs.items() if told} == {
        path: [(cup, "2021-08-05T21:46:40+00:00")] for path in stood
    }
    assert not any(cup in ids for ids in newsroom.ids().values())
    # It comes back as itself: the tombstone goes, the entry is the one it was.
    site.seed("cup.txt", CUP)
    build(site, "1628300000")
    assert {path for path, ids in newsroom.ids().items() if cup in ids and path.endswith(".atom.xml")} == stood
    assert not any(b"deleted-entry" in site.read(path) for path in stood)


def test_another_build_moves_nothing(newsroom: Newsroom, reader: Reader) -> None:
    site = newsroom.site
    work(newsroom)
    for path in site.feeds():
        reader.add_feed(site.url(path))
    poll(reader)
    before = {path: (data, (site.output / path).stat().st_mtime_ns) for path, data in site.tree().items()}
    newsroom.statuses()
    build(site, "1728200000")
    assert {path: (data, (site.output / path).stat().st_mtime_ns) for path, data in site.tree().items()} == before
    assert set(poll(reader).values()) == {None}
    assert set(newsroom.statuses().values()) == {304}
