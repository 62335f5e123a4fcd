"""RSS 2.0 and Atom 1.0 (RFC 4287) through feedgen, with the two extensions that mend what it leaves out."""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from nashra.feeds.entry import Entry, Feed, wrapped

RSS = ".rss.xml"
ATOM = ".atom.xml"
TYPES = {RSS: "application/rss+xml", ATOM: "application/atom+xml"}

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ATOM_NS = "http://www.w3.org/2005/Atom"
_DC_NS = "http://purl.org/dc/elements/1.1/"


class _FeedExtension(BaseExtension):
    """The language on the root (readers take the direction from it) and the stylesheet for browsers."""

    feed: Feed

    def extend_ns(self) -> dict[str, str]:
        return {"dc": _DC_NS}

    def extend_rss(self, feed: Any) -> Any:
        return self._extend(feed)

    def extend_atom(self, feed: Any) -> Any:
        return self._extend(feed)

    def _extend(self, root: Any) -> Any:
        root.set(_XML_LANG, self.feed.language)
        if self.feed.stylesheet:
            root.addprevious(etree.PI("xml-stylesheet", f'type="text/css" href="{self.feed.stylesheet}"'))
        return root


class _EntryExtension(BaseEntryExtension):
    """What feedgen's entries lose: link attributes in Atom; names without e-mail and the update in RSS."""

    entry: Entry
    language: str

    def extend_rss(self, feed: Any) -> Any:
        for name in self.entry.authors:
            etree.SubElement(feed, f"{{{_DC_NS}}}creator").text = name
        if self.entry.updated != self.entry.published:
            etree.SubElement(feed, f"{{{_ATOM_NS}}}updated").text = self.entry.updated.isoformat()
        return feed

    def extend_atom(self, feed: Any) -> Any:
        feed.set(_XML_LANG, self.language)
        for link in feed.iterchildren("link"):
            link.set("rel", "alternate")
            link.set("type", "text/html")
            link.set("hreflang", self.language)
        return feed


def rss(feed: Feed) -> bytes:
    """Return ``feed`` as RSS 2.0 (RSS Advisory Board profile)."""
    return bytes(_generator(feed, RSS).rss_str(pretty=True))


def atom(feed: Feed) -> bytes:
    """Return ``feed`` as Atom 1.0 (RFC 4287)."""
    return bytes(_generator(feed, ATOM).atom_str(pretty=True))


def _generator(feed: Feed, suffix: str) -> Any:
    made = FeedGenerator()
    made.register_extension("nashra", _FeedExtension, None)
    made.nashra.feed = feed
    made.id(feed.uri)
    made.title(feed.title)
    made.subtitle(feed.subtitle)
    made.description(feed.subtitle)
    made.author({"name": feed.site})
    made.language(feed.language)
    made.generator("Nashra")
    made.docs("https://www.rssboard.org/rss-specification")
    if feed.icon:
        made.icon(feed.icon)
        made.image(url=feed.icon, title=feed.title, link=feed.page)
    made.updated(feed.updated)
    made.lastBuildDate(feed.updated)
    made.link(href=feed.url + suffix, rel="self", type=TYPES[suffix])
    # The page comes last: feedgen takes the channel's link from the last one given.
    made.link(href=feed.page, rel="alternate", type="text/html", hreflang=feed.language)
    for entry in feed.entries:
        _add(made, entry, feed.language)
    return made


def _add(made: Any, entry: Entry, language: str) -> None:
    item = made.add_entry(order="append")
    item.register_extension("nashra_entry", _EntryExtension)
    item.nashra_entry.entry = entry
    item.nashra_entry.language = language
    item.guid(entry.uri, permalink=False)
    item.title(entry.title)
    item.link(href=entry.url)
    item.summary(entry.summary)
    item.content(wrapped(entry.html, language), type="html")
    item.published(entry.published)
    item.updated(entry.updated)
    for name in entry.authors:
        item.author({"name": name})
    for term in entry.terms:
        item.category({"term": term.term, "scheme": term.scheme, "label": term.label})
