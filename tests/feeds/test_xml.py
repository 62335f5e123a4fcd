"""RSS and Atom written from one model: what readers and validators look for, and nothing that they refuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import feedparser
import pytest
from lxml import etree

from nashra.feeds.entry import Entry, Feed, Term, wrapped
from nashra.feeds.xml import ATOM, RSS, _generator, _item, atom, rss

WHEN = datetime(2021, 7, 9, tzinfo=UTC)
LATER = datetime(2021, 7, 10, 8, 30, tzinfo=UTC)
NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
SCHEME = "https://n.example/category/"


def entry(number: int, title: str = "عنوان", **values: object) -> Entry:
    made = {
        "uri": f"tag:n.example,2026:k{number}",
        "url": f"https://n.example/2021/07/{number}.html",
        "title": title,
        "summary": "ملخص <b>نصّي</b> & غيره",
        "html": "<p>نص «الخبر» &amp; &lt;b&gt;</p>",
        "published": WHEN,
        "updated": WHEN,
        "terms": (Term("cyber", SCHEME, "الأمن السيبراني"),),
    }
    return Entry(**made | values)  # type: ignore[arg-type]


FEED = Feed(
    uri="tag:n.example,2026:feed/all",
    title="نشرة",
    subtitle="أخبار",
    site="نشرة",
    url="https://n.example/feeds/all",
    page="https://n.example/",
    language="ar",
    entries=(entry(2, updated=LATER, authors=("سلمى نجار",)), entry(1)),
    stylesheet="https://n.example/theme/feed.css",
    icon="https://n.example/theme/icon.png",
)
FORMATS = pytest.mark.parametrize(("render", "suffix"), [(rss, RSS), (atom, ATOM)])
Render = Callable[[Feed], bytes]


@FORMATS
def test_read_as_written(render: Render, suffix: str) -> None:
    parsed = feedparser.parse(render(FEED))
    assert parsed.bozo == 0
    assert (parsed.feed.title, parsed.feed.subtitle, parsed.feed.language) == ("نشرة", "أخبار", "ar")
    assert [one.id for one in parsed.entries] == ["tag:n.example,2026:k2", "tag:n.example,2026:k1"]
    assert [one.link for one in parsed.entries] == [one.url for one in FEED.entries]
    for read, written in zip(parsed.entries, FEED.entries, strict=True):
        assert read.content[0].value == wrapped(written, "ar")
        assert read.summary.replace("&lt;", "<").replace("&amp;", "&").replace("&gt;", ">") == written.summary
        assert read.published_parsed[:5] == written.published.timetuple()[:5]
        assert [tag.term for tag in read.tags]
    assert parsed.entries[0].author == "سلمى نجار"
    assert {link.href for link in parsed.feed.links if link.rel == "self"} == {FEED.url + suffix}


@FORMATS
def test_the_same_feed_is_the_same_bytes_and_the_clock_is_not_asked(render: Render, suffix: str) -> None:
    made = render(FEED)
    assert made == render(FEED)
    assert str(datetime.now(UTC).year).encode() not in made.replace(b"n.example,2026", b"")
    assert suffix.endswith(".xml")


@FORMATS
def test_direction_is_told_where_readers_look(render: Render, suffix: str) -> None:
    root = etree.fromstring(render(FEED))
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "ar"
    assert root.getprevious().target == "xml-stylesheet"
    assert b" dir=" not in render(FEED).replace(b"&lt;div dir=", b"")
    assert b"style=" not in render(FEED)
    assert suffix


def test_rss_says_that_ids_are_no_links() -> None:
    channel = etree.fromstring(rss(FEED)).find("channel")
    assert channel is not None
    assert channel.findtext("link") == FEED.page
    assert {guid.get("isPermaLink") for guid in channel.iter("guid")} == {"false"}
    assert channel.findtext("image/link") == FEED.page
    assert channel.findtext("image/title") == FEED.title
    assert channel.findtext("lastBuildDate") == "Sat, 10 Jul 2021 08:30:00 +0000"
    first = channel.find("item")
    assert first is not None
    assert first.findtext("dc:creator", namespaces=NS) == "سلمى نجار"
    assert first.find("author") is None
    assert first.findtext("atom:updated", namespaces=NS) == "2021-07-10T08:30:00+00:00"
    order = [etree.QName(child).localname for child in first]
    assert order.index("description") < order.index("encoded")
    assert [(c.get("domain"), c.text) for c in first.iter("category")] == [(SCHEME, "الأمن السيبراني")]


def test_atom_has_one_alternate_link_and_a_label() -> None:
    root = etree.fromstring(atom(FEED))
    assert root.findtext("atom:updated", namespaces=NS) == "2021-07-10T08:30:00+00:00"
    for found in root.iterfind("atom:entry", NS):
        links = found.findall("atom:link", NS)
        assert [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in links] == [
            ("alternate", "text/html", "ar")
        ]
        [category] = found.findall("atom:category", NS)
        assert (category.get("term"), category.get("label")) == ("cyber", "الأمن السيبراني")
        content = found.find("atom:content", NS)
        assert content is not None and content.get("type") == "html"


@pytest.mark.parametrize(("render", "suffix", "plain"), [(rss, RSS, "rss_str"), (atom, ATOM, "atom_str")])
def test_a_feed_put_together_is_what_feedgen_makes(render: Render, suffix: str, plain: str) -> None:
    whole = _generator(FEED, suffix)
    for one in FEED.entries:
        whole.add_entry(_item(one, "ar"), order="append")
    assert render(FEED) == getattr(whole, plain)(pretty=True)
