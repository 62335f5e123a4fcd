"""Real bulletins, mutated: whatever comes of them is published as it stands or refused, from the bytes to the feeds."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import html5lib
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from conftest import ROOT
from hostile.building import Built
from hostile.corpus import Case
from hostile.mutations import ACTS, BULLETINS, PIECES, drawn, mutated
from nashra.arabic.decode import decode
from nashra.arabic.hygiene import clean, title
from nashra.arabic.isolate import isolated
from nashra.archive import ledger
from nashra.archive.identity import Known, digest, permalink
from nashra.archive.record import Record, first_moment, period
from nashra.desk.analyse import Desk, analyse
from nashra.desk.seed import parse
from nashra.errors import Problem, on_one_line
from nashra.feeds.entry import Entry
from nashra.feeds.jsonfeed import json_item
from nashra.feeds.xml import atom_item, rss_item
from nashra.site.contents import body
from nashra.site.newsroom import Arrival, arrivals
from nashra.site.search import result

WHEN = datetime(2021, 7, 20, tzinfo=UTC)
# Nothing of wire copy becomes an element; what sets Latin apart is ours.
MARKUP = {"div", "p", "bdi"}
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u202a-\u202e\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)

acts = st.tuples(
    st.integers(0, len(ACTS) - 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.one_of(
        st.sampled_from(PIECES),
        st.binary(max_size=12),
        st.text(st.characters(codec="utf-8"), max_size=12).map(str.encode),
    ),
)
bulletins = st.builds(mutated, st.sampled_from(BULLETINS), st.lists(acts, min_size=1, max_size=6))
# The same in every run: what a run finds, the next one finds. No database, no clock.
steady = partial(
    settings,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@cache
def desk() -> Desk:
    return Desk.load(ROOT / "topics.toml")


def taken(data: bytes) -> list[Arrival]:
    """Return the stories of a seed as a build takes them in; of one that is refused none, if that is one line."""
    try:
        bulletin = parse("a.txt", decode(data))
        analysis = analyse(bulletin, desk(), why=True)
    except Problem as problem:
        said = str(problem.at("seeds/a.txt"))
        assert re.fullmatch(r"seeds/a\.txt(:\d+)?: .+; .+", said) and on_one_line(said) == said
        assert problem.line <= data.count(b"\n") + data.count(b"\r") + 3 or problem.line <= decode(data).count("\n") + 1
        return []
    for story in analysis.stories:
        for one in story.evidence:
            text = bulletin.headline if one.para < 0 else bulletin.paragraphs[one.para].text
            assert text[one.start : one.end] == one.words
    assert [text for story in analysis.stories for text in story.paragraphs] == list(bulletin.paragraphs)
    return list(arrivals(analysis, ZoneInfo("Asia/Riyadh")))


def holds(arrival: Arrival) -> None:
    """Check all that the archive, pages, search and feeds make of a story."""
    record = arrival.record
    for text in (record.headline, record.summary, *(ref.name for ref in (*record.tags, *record.authors))):
        assert text and title(text) == text and not _INVISIBLE.search(text)
    for text in (*record.paragraphs, record.correction, *record.sources):
        assert clean(text) == text and "\n" not in text and not _INVISIBLE.search(text)
    for ref in (*record.tags, *record.authors):
        assert re.fullmatch(r"[\w-]+", ref.slug) and len(ref.slug.encode()) <= 128
    day = record.published or "2021-07-20"
    link = permalink(period(day), record.headline, digest(record.headline), lambda _: False)
    story = Known(digest(record.headline), "tag:x,2026:x", link, day, WHEN.isoformat(), "a.txt", 0, arrival.print)
    assert ledger.apply(json.loads(ledger.line(ledger.publish_event(story))), None) == story
    assert all(len(part.encode()) <= 130 and not part.startswith(".") for part in link.split("/"))
    whole = Record.from_json(record.to_json())
    assert whole == record and first_moment(day).tzinfo
    assert all(one.value >= first_moment(day).date().isoformat() for one in replace(record, published=day).agenda)
    shown = "\n".join(f"<p>{isolated(text)}</p>" for text in record.paragraphs)
    for html in (body(record), shown):
        fragment = html5lib.parseFragment(html, namespaceHTMLElements=False)
        assert {one.tag for one in fragment.iter()} <= MARKUP | {"DOCUMENT_FRAGMENT"}
        assert all(not one.attrib or one.tag == "bdi" for one in fragment.iter())
        assert ["".join(one.itertext()) for one in fragment.findall("p")] == list(record.paragraphs)
    assert json.loads(result(record, "قسم"))["text"] == list(record.paragraphs)
    entry = Entry(story.uri, "https://x.example/a.html", record.headline, record.summary, body(record), WHEN, WHEN)
    assert json.loads(json_item(entry, "ar"))["title"].lstrip("\u200f") == record.headline.lstrip("\u200f")
    etree.fromstring(atom_item(entry, "ar"))
    etree.fromstring(b'<r xmlns:content="x" xmlns:atom="y">' + rss_item(entry, "ar") + b"</r>")


def fuzz(count: int) -> Counter[str]:
    """Try ``count`` mutations; return what became of them."""
    became: Counter[str] = Counter()

    @steady(max_examples=count)
    @given(bulletins)
    def each(data: bytes) -> None:
        stories = taken(data)
        for arrival in stories:
            holds(arrival)
        became["published" if stories else "refused"] += 1

    each()
    return became


def test_some_mutations() -> None:
    assert min(fuzz(300).values()) > 30


@pytest.mark.slow
def test_ten_thousand_mutations() -> None:
    became = fuzz(10_000)
    assert became.total() >= 10_000 and min(became.values()) > 1_000


@steady(max_examples=400)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for arrival in taken(data):
        holds(arrival)


@steady(max_examples=400)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=200))
def test_any_text(header: str, headline: str, text: str) -> None:
    whole = f"{header}\n\n{headline}\n{text}\n"
    for arrival in taken(whole.encode("utf-8", "surrogatepass")):
        holds(arrival)


@pytest.mark.parametrize("date", ["9999-12-31", "9999", "0001-01-01", "0001", "2021-02-30", "x", "9999-12-31T23:59Z"])
@pytest.mark.parametrize("told", ["بعد غد", "أول أمس", "قبل 99 عاماً", "الأسبوع المقبل", "الثلاثاء الماضي", "9 تموز"])
def test_a_date_that_no_newspaper_has_is_a_problem(date: str, told: str) -> None:
    with pytest.raises(Problem, match="is no date"):
        analyse(parse("a.txt", f"عنوان\nقال إنه يصل {told} إلى العاصمة.\n"), desk(), date)
    for edge in ("1701-01-01", "2199-12-31"):
        analyse(parse("a.txt", f"عنوان\nقال إنه يصل {told} إلى العاصمة.\n"), desk(), edge)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(3))
def test_batches_through_real_builds(batch: int, tmp_path: Path) -> None:
    chance = Random(batch)
    built = Built(tmp_path / "site", [Case(f"{n}", drawn(chance)) for n in range(500)])
    assert "Traceback" not in built.result.stderr + built.result.stdout and built.rest == []
    assert built.permalinks["canary.txt"]
    for name in built.cases:
        said = built.problems.get(name, [])
        assert len(said) <= 1 and not (said and name in built.permalinks), (name, said)
    for case, links in built.published():
        for link in links:
            html5lib.parse(built.read(link), namespaceHTMLElements=False)
        written = "".join(case.text.split())
        for link in links:
            page = html5lib.parse(built.read(link), namespaceHTMLElements=False)
            story = next(one for one in page.iter("div") if one.get("class") == "story-body")
            for paragraph in story.findall("p"):
                assert "".join("".join(paragraph.itertext()).split()) in written, case
