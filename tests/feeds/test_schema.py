"""Every feed of the site keeps every rule of its format; and each rule is one that a broken feed breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from urllib.request import urlopen

import pytest
from lxml import etree

import press
from conftest import Served
from feeds import rules
from feeds.rules import NS

Check = Callable[[bytes, str], list[str]]
CHECKS: dict[str, Check] = {".rss.xml": rules.rss, ".atom.xml": rules.atom, ".json": rules.jsonfeed}


@pytest.mark.parametrize("suffix", CHECKS)
def test_every_feed_keeps_the_rules_where_it_is_served(served: Served, suffix: str) -> None:
    assert len(served.feeds(suffix)) > 40
    faults = {path: CHECKS[suffix](served.read(path), served.url(path)) for path in served.feeds(suffix)}
    assert {path: found for path, found in faults.items() if found} == {}


def test_opml_and_menu_keep_the_rules(served: Served) -> None:
    assert rules.opml(served.read("opml.xml")) == []
    assert rules.menu(served.read(".well-known/feed-menu.json")) == []


def test_every_address_on_the_site_leads_somewhere(served: Served) -> None:
    addresses: set[str] = set()
    for path in [*served.feeds(), "opml.xml", ".well-known/feed-menu.json"]:
        addresses |= set(re.findall(re.escape(served.address) + r"[^\"'<>&\s\\]*", served.read(path).decode()))
    assert len(addresses) > 150
    # What is no page but the name of a set of tags or categories (RFC 4287 §4.2.2.2).
    schemes = {f"{served.address}/tag/", f"{served.address}/category/"}
    for address in addresses - schemes:
        with urlopen(address, timeout=10) as answer:
            assert answer.status == 200, address


def test_following_the_archives_gives_every_story(served: Served) -> None:
    for suffix, namespace in ((".rss.xml", "channel/"), (".atom.xml", "")):
        for kind in ("all", "category/cyber", "combined/security"):
            path, seen, ids = f"feeds/{kind}{suffix}", [], set()
            while path:
                root = etree.fromstring(served.read(path))
                links = {link.get("rel"): link.get("href") for link in root.iterfind(f"{namespace}atom:link", NS)}
                archive = root.find(f"{namespace}fh:archive", NS) is not None
                assert archive == bool(seen), path
                assert links.get("current") == (served.url(f"feeds/{kind}{suffix}") if archive else None)
                assert links.get("hub") == (None if archive else press.HUB)
                seen.append(path)
                ids |= {e.text for e in root.iter("guid", f"{{{NS['atom']}}}id") if ":feed/" not in str(e.text)}
                path = unquote(links.get("prev-archive", "").removeprefix(f"{served.address}/"))
            assert len(seen) > 1 and seen[1:] == sorted(seen[1:], reverse=True)
            told = {
                item["id"]
                for one in served.feeds(suffix)
                if one.startswith(f"feeds/{kind}")
                for item in served.told(one)
            }
            assert told <= ids and len(ids & told) == len(told)


def test_a_picture_is_an_enclosure_a_media_item_and_an_attachment(served: Served) -> None:
    [item] = [one for one in served.told("feeds/all.json") if one["title"] == press.OPINION]
    url = f"{served.address}/images/%D8%B4%D8%A8%D9%83%D8%A9.png"
    assert item["image"] == url
    assert item["attachments"] == [{"url": url, "mime_type": "image/png", "size_in_bytes": len(press.PNG)}]
    [enclosure] = etree.fromstring(served.read("feeds/all.rss.xml")).iter("enclosure")
    assert dict(enclosure.attrib) == {"url": url, "type": "image/png", "length": str(len(press.PNG))}
    for path in ("feeds/all.rss.xml", "feeds/all.atom.xml"):
        [media] = etree.fromstring(served.read(path)).iterfind(".//media:content", NS)
        assert (media.get("url"), media.findtext("media:description", namespaces=NS)) == (url, "مخطط للشبكة")


def test_sources_are_told_and_none_is_invented(served: Served) -> None:
    told = {}
    for item in etree.fromstring(served.read("feeds/category/cyber.rss.xml")).iter("item"):
        source = item.find("source")
        told[item.findtext("title")] = (source.text, source.get("url")) if source is not None else None
    assert told["قراصنة يهاجمون مصرفاً ويعطلون خدماته"] == ("رويترز", "https://www.reuters.com/")
    assert told[press.OPINION] is None
    [unknown] = etree.fromstring(served.read("feeds/all/2021-04.rss.xml")).iterfind(".//dc:source", NS)
    assert unknown.text == "وكالة الساحل"


def test_a_withdrawn_story_is_a_tombstone_where_it_was(served: Served) -> None:
    with_tombs = {path for path in served.feeds(".atom.xml") if b"<at:deleted-entry" in served.read(path)}
    stood = {"feeds/all", "feeds/category/sport", "feeds/tag/نهائي-البطولة"}
    assert with_tombs == {f"{path}.atom.xml" for path in stood}


# Each way to break a feed, and the rule that must say so.
SLIPS = {
    ".rss.xml": [
        (' isPermaLink="false"', "", "InvalidPermalink"),
        ("<lastBuildDate>Sat", "<lastBuildDate>Sun", "InvalidRFC2822Date"),
        (r"<pubDate>(.*?) \+0000", r"<pubDate>\1 GMT", "ProblematicalRFC822Date"),
        (r"<pubDate>(.*) 2021 ", r"<pubDate>\1 21 ", "ProblematicalRFC822Date"),
        (r"(<image>\s*<url>.*</url>\s*<title>)", r"\1x", "ImageTitleDoesntMatch"),
        (r"icon[\w-]*\.png</url>", "icon.svg</url>", "ImageUrlFormat"),
        (r'href="[^"]*" rel="self"', 'href="https://n.example/feed.xml" rel="self"', "SelfDoesntMatchLocation"),
        (r"<dc:creator>", "<author>a@n.example</author><dc:creator>", "DuplicateItemSemantics"),
        (r"(<description>.*</description>)(\s*)(<content:encoded>[^<]*</content:encoded>)", r"\3\1", "NeedDescription"),
        (r"%D8", "ث", "InvalidFullLink"),
        (r"<title>رأي", "<title>&lt;b&gt;رأي", "ContainsHTML"),
        (r"&lt;p&gt;", '&lt;p style="direction:rtl"&gt;', "DangerousStyleAttr"),
        (r"&lt;p&gt;", '&lt;p onclick="go()"&gt;', "SecurityRiskAttr"),
        (r"&lt;p&gt;", "&lt;script&gt;&lt;/script&gt;&lt;p&gt;", "SecurityRisk"),
        (r'href="http://[^/"]*/pages', 'href="/pages', "ContainsRelRef"),
        (r"&lt;/div&gt;</content", "</content", "NotHtml"),
        (r'&lt;div dir="rtl"', "&lt;div", "direction"),
        ("<title>\u200f", "<title>", "direction"),
        ("<title>رأي", "<title>\u200fرأي", "direction"),
        ("<title>رأي", "<title>\u202bرأي", "BadCharacters"),
        (r' xml:lang="ar"', "", "language"),
        (r"<item>", '<item dir="rtl">', "UnexpectedAttribute"),
        (r"(<enclosure.*/>)", r"\1\1", "DuplicateElement: enclosure"),
        (r"(<category .*</category>)", r"\1\1", "DuplicateCategory"),
        (r"xmlns:atom", 'xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns:atom', "not used"),
        (r"<guid [^>]*>.*</guid>", "", "MissingElement: guid"),
    ],
    ".atom.xml": [
        (r"<id>.*</id>", "", "schema"),
        (r"<entry ", '<entry dir="rtl" ', "UnexpectedAttribute"),
        (r"<entry ", '<entry lang="ar" ', "schema"),
        (r"(<title>.*</title>)", r"\1\1", "schema"),
        (r"<updated>(.*)T.*</updated>", r"<updated>\1</updated>", "schema"),
        (r"<updated>(.*)\+00:00</updated>", r"<updated>\1</updated>", "schema"),
        (r"<subtitle>", "<tagline/><subtitle>", "schema"),
        (r'type="html"', 'type="CDATA"', "schema"),
        (r'href="http', 'href="ي', "schema"),
        (r"<category term", "<category name", "schema"),
        (r"<updated>2021", "<updated>2020", "updated"),
        (r"tag:nashra.example,2026:feed", "tag:nashra.example:feed", "InvalidTAG"),
        (r'href="[^"]*" rel="self"', 'href="https://n.example/feed.xml" rel="self"', "SelfDoesntMatchLocation"),
        (r'rel="alternate" type="text/html" hreflang="ar"', 'type="text/html"', "MissingAlternateLink"),
        (r"<entry xml:lang=.ar.", "<entry", "language"),
        (r"(<source>\s*)<id>.*</id>", r"\1", "MissingSourceElement"),
        (r"deleted-entry ref=.[^\"]*.", 'deleted-entry ref="x"', "DuplicateIds"),
        (r"(<link [^>]*rel=.enclosure.[^>]*>)", r"\1\1", "DuplicateEnclosure"),
    ],
    ".json": [
        (r"version/1.1", "version/1", "version"),
        (r'"feed_url": ".', '"feed_url": "', "feed_url"),
        (r'"items"', '"entries"', "items"),
        (r'"author', '"auteur', "key"),
        (r'"_source": {\s*"agencies": (\[[^]]*\])\s*}', r'"_source": \1', "key"),
        (r'"date_published": "2021-07-05T', '"date_published": "2021-07-05 ', "date"),
        (r'"id": "tag:nashra.example,', '"id": "nashra.example,', "id"),
        (r'"url": "http://127.0.0.1:\d+/2021', '"url": "/2021', "url"),
        (r'"size_in_bytes": (\d+)', r'"size_in_bytes": "\1"', "size_in_bytes"),
        (r'"tags": \[', '"tags": ["بوتين", "بوتين",', "tags"),
        (r'"language": "ar",\s*"hubs"', '"hubs"', "language"),
        (r'"type": "WebSub",', "", "hubs"),
    ],
}


@pytest.mark.parametrize(
    ("suffix", "pattern", "broken", "rule"), [(suffix, *slip) for suffix, slips in SLIPS.items() for slip in slips]
)
def test_each_rule_finds_a_feed_that_breaks_it(
    served: Served, suffix: str, pattern: str, broken: str, rule: str
) -> None:
    path = f"feeds/all{suffix}" if suffix == ".atom.xml" else f"feeds/category/cyber{suffix}"
    whole = served.read(path).decode()
    slipped, count = re.subn(pattern, broken, whole)
    assert count and slipped != whole
    found = CHECKS[suffix](slipped.encode(), served.url(path))
    assert any(rule in fault for fault in found), found


@pytest.mark.parametrize(
    ("pattern", "broken", "rule"),
    [
        (r'<outline text="(\S+)">', r'<outline text="\1" title="\1">', "MissingOutlineType"),
        (r'type="rss" text', "text", "MissingTitleAttr"),
        (r"%D8", "ث", "MissingXmlURL"),
        (r"(<outline type=.*/>)", r"\1\1", "twice"),
    ],
)
def test_each_opml_rule_finds_a_file_that_breaks_it(served: Served, pattern: str, broken: str, rule: str) -> None:
    slipped, count = re.subn(pattern, broken, served.read("opml.xml").decode())
    assert count and any(rule in fault for fault in rules.opml(slipped.encode()))


def test_the_schema_is_no_rubber_stamp(served: Served) -> None:
    schema = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("atom.rng"))))
    feed = etree.fromstring(served.read("feeds/all.atom.xml"))
    assert schema.validate(feed)
    for element in feed.iter():
        if isinstance(element.tag, str) and element.tag.startswith(f"{{{NS['atom']}}}") and element is not feed:
            element.tag += "x"
            assert not schema.validate(feed), element.tag
            element.tag = element.tag[:-1]
