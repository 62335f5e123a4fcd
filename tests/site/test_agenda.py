"""The calendar of dated events: what is on it, and what calendar programs read."""

from __future__ import annotations

import posixpath
import shutil
from datetime import UTC, date, datetime
from urllib.parse import unquote

import lxml.html
import pytest
from icalendar import Calendar

import press
from conftest import Site, new_site
from nashra.archive.record import DateRef, Record, last_day
from nashra.site.agenda import by_years, ics, shared_out, shares

SENTENCE = 'وتستمر التدريبات، وهي "الأكبر"؛ حتى الـ30 من تموز \\ الجاري, ' + "وتشمل مناطق عديدة " * 8 + "<b>&amp;</b>."


def record(published: str, *dates: DateRef, updated: str = "") -> Record:
    return Record(
        "abc",
        "tag:nashra.example,2026:abc",
        "2021/07/مناورات.html",
        "s.txt",
        0,
        "الحرس الوطني يطلق تدريبات; في مناطق, عدة",
        "",
        "cyber",
        published,
        seen="2021-07-20T10:00:00+00:00",
        updated=updated,
        dates=dates,
    )


def day(value: str, ahead: bool = False, precision: str = "day") -> DateRef:
    return DateRef(value, precision, SENTENCE, ahead)


@pytest.mark.parametrize(
    ("published", "one", "listed"),
    [
        ("2021-07-20", day("2021-07-30"), True),
        ("2021-07-20", day("2021-07-20"), False),
        ("2021-07-20", day("2021-07-20", ahead=True), True),
        ("2021-07-20", day("2021-07-19", ahead=True), False),
        ("2021-07-20T23:30:00+03:00", day("2021-07-21"), True),
        ("2021-07", day("2021-07-09"), False),
        ("2021-07", day("2021-07-30", ahead=True), True),
        ("2021-07", day("2021-08-01"), True),
        ("2021-W29", day("2021-07-25"), False),
        ("2021-W29", day("2021-07-26"), True),
        ("2021", day("2021-12-31"), False),
        ("2021-07-20", day("2021-08", precision="month"), False),
        ("2021-07-20", day("2022", ahead=True, precision="year"), False),
    ],
)
def test_a_day_ahead_of_its_story_is_listed(published: str, one: DateRef, listed: bool) -> None:
    assert [found.value for found in record(published, one).agenda] == ([one.value] if listed else [])


def test_days_come_in_time_order_and_survive_the_archive() -> None:
    one = record("2021-07-20", day("2021-08-05"), day("2021-07-30"), day("2021-08-05", ahead=True))
    assert [found.value for found in one.agenda] == ["2021-07-30", "2021-08-05"]
    assert Record.from_json(one.to_json()) == one


@pytest.mark.parametrize(
    ("value", "last"),
    [
        ("2021", "2021-12-31"),
        ("2021-02", "2021-02-28"),
        ("2021-12", "2021-12-31"),
        ("2021-W29", "2021-07-25"),
        ("2021-07-09", "2021-07-09"),
        ("2021-07-09T23:30:00+03:00", "2021-07-09"),
    ],
)
def test_the_last_day_a_date_can_mean(value: str, last: str) -> None:
    assert last_day(value) == last


@pytest.mark.parametrize(
    ("here", "rest", "shown", "apart"),
    [
        ("2021-07", 150, ["2021-07"], ["2021-06", "2021-08", "2022-01"]),
        ("2021-07", 149, ["2021-07"], ["2021-06", "2021-07", "2021-08", "2022-01"]),
        ("2021-07", 95, ["2021-07"], ["2021-06", "2021-07", "2021-08", "2022-01"]),
        ("2021-07", 90, ["2021-07", "2021-08"], ["2021-06", "2021-07", "2022-01"]),
        ("2021-07", 0, ["2021-08", "2022-01"], ["2021-06", "2021-07"]),
        ("2021-08", 10, ["2021-08", "2022-01"], ["2021-06", "2021-07"]),
        ("2022-02", 0, [], ["2021-06", "2021-07", "2021-08", "2022-01"]),
    ],
)
def test_the_calendars_page_holds_what_is_ahead(here: str, rest: int, shown: list[str], apart: list[str]) -> None:
    counted = [("2021-06", 3), ("2021-07", 150), ("2021-08", 10), ("2022-01", 1)]
    found = shared_out(counted, here, rest, 100)
    assert found == (shown, [(month, dict(counted)[month]) for month in apart])


def test_what_calendar_programs_read_back() -> None:
    one = record("2021-07-20", day("2021-07-30"))
    made = ics([("2021-07-30", one)], "نشرة", "https://nashra.example", {"abc": "2021/07/%D9%85.html"})
    assert made == ics([("2021-07-30", one)], "نشرة", "https://nashra.example", {"abc": "2021/07/%D9%85.html"})
    lines = made.split(b"\r\n")
    assert lines[-1] == b"" and b"\n" not in made.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    calendar = Calendar.from_ical(made)
    assert calendar["version"] == "2.0" and calendar["prodid"] and calendar["x-wr-calname"] == "نشرة"
    [event] = calendar.walk("VEVENT")
    assert event["uid"] == "tag:nashra.example,2026:abc:2021-07-30"
    assert event["summary"] == one.headline
    assert event["description"] == SENTENCE
    assert event["url"] == "https://nashra.example/2021/07/%D9%85.html"
    assert event.decoded("dtstart") == date(2021, 7, 30) and b"DTSTART;VALUE=DATE:20210730\r\n" in made
    assert event.decoded("dtstamp") == datetime(2021, 7, 20, tzinfo=UTC)
    edited = record("2021-07-20", day("2021-07-30"), updated="2021-07-21T08:00:00+00:00")
    [event] = Calendar.from_ical(ics([("2021-07-30", edited)], "نشرة", "https://x.example", {"abc": ""})).walk("VEVENT")
    assert event.decoded("dtstamp") == datetime(2021, 7, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ([], []),
        ([3, 7], [3, 7]),
        ([3, 8], [3, 7]),
        ([1, 100, 1], [1, 8, 1]),
        ([9, 9, 9], [3, 3, 3]),
        ([5] * 31, [1] * 31),
    ],
)
def test_a_page_is_shared_among_days(sizes: list[int], shown: list[int]) -> None:
    assert shares(sizes, 10) == shown


def test_of_very_many_months_years_are_named() -> None:
    counted = [("2020-11", 2), ("2020-12", 3), ("2021-06", 1), ("2021-08", 5), ("2022-01", 4)]
    assert by_years(counted, "2021-07", 5) == (counted, {})
    named, within = by_years(counted, "2021-07", 4)
    assert named == [("2020", 5), ("2021-06", 1), ("2021-08", 5), ("2022", 4)]
    assert within == {"2020": [("2020-11", 2), ("2020-12", 3)], "2022": [("2022-01", 4)]}


# --- with very many events ---------------------------------------------------------------------------------------


def telling(site: Site, number: int, told: str, day: str) -> str:
    """Give ``site`` a story of the day ``told`` that names ``day``; return its headline."""
    headline = f"{press.prose(number, 9)} {1000 + number}"
    site.seed(
        f"{number:04}.txt",
        f"Date: {told}\nCategory: cyber\nSplit: no\n\n{headline}\n"
        f"تبدأ التدريبات في {int(day[8:])}/{int(day[5:7])}/{day[:4]} وتشمل {press.prose(-number - 1, 26)}.\n",
    )
    return headline


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, set[tuple[str, str]]]:
    """A site whose calendar has a crowded day, a crowded month that is half over and one that is over, and 72 quiet
    months; with the (day, headline) pairs that belong on it."""
    site = new_site(tmp_path_factory.mktemp("crowded") / "site", seed=False)
    with (site.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("NASHRA_CARDS = False\n")
    named = [("2021-06-29", "2021-07-15")] * 70 + [("2021-07-10", "2021-08-02")]
    named += [("2021-06-29", f"2021-07-{day:02}") for day in range(2, 32) for _ in range(3)]
    named += [("2021-03-01", f"2021-04-{day:02}") for day in range(1, 31) for _ in range(2)]
    named += [("2014-01-01", f"{year}-{month:02}-20") for year in range(2014, 2020) for month in range(1, 13)]
    events = {(day, telling(site, number, told, day)) for number, (told, day) in enumerate(named)}
    press.build(site)
    return site, events


def found(site: Site) -> tuple[set[tuple[str, str]], set[str]]:
    """Return the (day, headline) pairs on the calendar and the pages that lead from it to each other."""
    events, seen, queue = set(), set(), ["calendar.html"]
    while queue:
        here = queue.pop()
        seen.add(here)
        page = lxml.html.fromstring((site.output / here).read_text("utf-8"))
        day = page.xpath("//main/header//time/@datetime")
        for block in page.xpath("//*[contains(@class, 'events')]"):
            [value] = day or block.xpath("../h3/time/@datetime")
            events |= {(str(value), link.text_content()) for link in block.xpath(".//*[@class='from']/a")}
        for link in page.xpath("//main//a/@href"):
            there = posixpath.normpath(posixpath.join(posixpath.dirname(here), unquote(link)))
            if there.startswith("calendar") and there.endswith(".html") and there not in {*seen, *queue}:
                queue.append(there)
    return events, seen


def test_every_event_of_a_crowded_calendar_is_on_a_light_page(crowded: tuple[Site, set[tuple[str, str]]]) -> None:
    site, told = crowded
    events, seen = found(site)
    assert events == told
    assert seen == {str(page.relative_to(site.output)) for page in site.pages() if page.match("calendar*")} | {
        str(page.relative_to(site.output)) for page in (site.output / "calendar").rglob("*.html")
    }
    assert {"calendar/2014.html", "calendar/2014-05.html", "calendar/2021-04.html"} <= seen
    assert {"calendar/2021-07-15.html", "calendar/2021-07-15/1.html", "calendar/2021-07.html"} <= seen
    page = lxml.html.parse(str(site.output / "calendar" / "2021-07-15.html"))
    trail = [unquote(link) for link in page.xpath("//nav[@class='breadcrumb']//a/@href")]
    assert trail == ["../index.html", "../calendar.html", "../calendar/2021-07.html"]
    page = lxml.html.parse(str(site.output / "calendar.html"))
    days = [str(day)[8:] for day in page.xpath("//h3/time/@datetime")]
    assert days == [f"{day:02}" for day in range(10, 32)]
    weights = {page: len(press.zipped((site.output / page).read_bytes())) for page in seen}
    assert max(weights.values()) > 8 * 1024, "the pages are not full"
    assert {page: size for page, size in weights.items() if size > 14 * 1024} == {}


def test_a_new_story_costs_its_days_its_month_and_the_calendar(crowded: tuple[Site, set[tuple[str, str]]]) -> None:
    site, _ = crowded
    before = site.tree()
    # What is not made again keeps what someone wrote into it.
    untouched = site.output / "calendar" / "2021-04.html"
    untouched.write_bytes(b"untouched")
    telling(site, 2000, "2021-06-29", "2021-07-15")
    telling(site, 2001, "2014-01-01", "2015-05-11")
    press.build(site, press.SECOND)
    after = site.tree()
    assert untouched.read_bytes() == b"untouched"
    after["calendar/2021-04.html"] = before["calendar/2021-04.html"]
    changed = {name for name in after if name.startswith("calendar") and before.get(name) != after[name]}
    assert changed == {
        *("calendar.html", "calendar.ics", "calendar/2021-07-15.html", "calendar/2021-07.html"),
        *("calendar/2015.html", "calendar/2015-05.html"),
    }
    assert before.keys() <= after.keys()


def test_what_changed_is_made_as_if_all_were(empty: Site) -> None:
    """A crowded month is over, thins out, and is gone: each time the calendar is that of a build from nothing."""
    with (empty.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("NASHRA_CARDS = False\n")
    for number in range(40):
        telling(empty, number, "2021-06-01", f"2021-07-{number % 2 + 9:02}")
    telling(empty, 40, "2021-06-01", "2021-08-09")

    def built(when: str) -> set[str]:
        press.build(empty, when, FORCE="1")
        fresh = empty.build(OUTPUT="fresh", STATE=".fresh", SOURCE_DATE_EPOCH=when, FORCE="1")
        assert fresh.returncode == 0, fresh.stdout + fresh.stderr
        trees = [
            {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("calendar*/**/*.html"))}
            | {path.name: path.read_bytes() for path in folder.glob("calendar.*")}
            for folder in (empty.output, empty.folder / "fresh")
        ]
        shutil.rmtree(empty.folder / "fresh")
        shutil.rmtree(empty.folder / ".fresh")
        assert trees[0] == trees[1]
        return {*trees[0]}

    days = {"calendar/2021-07-09.html", "calendar/2021-07-10.html"}
    assert built("1627000000") == {"calendar.html", "calendar.ics", "calendar/2021-08.html", *days}
    telling(empty, 41, "2021-07-20", "2021-08-10")
    telling(empty, 42, "2021-04-01", "2021-05-05")
    months = {"calendar/2021-05.html", "calendar/2021-07.html"}
    assert built("1627000001") == {"calendar.html", "calendar.ics", *months, *days}
    for number in [*range(0, 40, 2), 42]:
        (empty.seeds / f"{number:04}.txt").unlink()
    assert built("1627000002") == {"calendar.html", "calendar.ics", "calendar/2021-07.html"}
    for path in empty.seeds.glob("*.txt"):
        path.unlink()
    empty.seed("last.txt", "Date: 2021-07-20\n\nخبر وحيد\nنص الخبر الوحيد بلا موعد.\n")
    assert built("1627000003") == set()
