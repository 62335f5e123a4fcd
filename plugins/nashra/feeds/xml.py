"""RSS 2.0 and Atom 1.0 (RFC 4287) through feedgen, with the two extensions that mend what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from nashra.feeds.entry import Entry, Feed, directed, wrapped

RSS = ".rss.xml"
ATOM = ".atom.xml"
TYPES = {RSS: "application/rss+xml", ATOM: "application/atom+xml"}

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",  # RFC 5005
    "at": "http://purl.org/atompub/tombstones/1.0",  # RFC 6721
    "media": "http://search.yahoo.com/mrss/",
}
_EVERYWHERE = {prefix: _NAMESPACES[prefix] for prefix in ("dc", "media")}
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_ATOM = "{http://www.w3.org/2005/Atom}"


class _FeedExtension(BaseExtension):
    """The language on the root (readers take the direction from it), the stylesheet for browsers, the links to the hub
    and between archives, and tombstones."""

    feed: Feed
    suffix: str

    def extend_ns(self) -> dict[str, str]:
        """Declare what entries may use, and of the rest what the feed uses."""
        used = {"fh": self.feed.current, "at": self.feed.deleted and self.suffix == ATOM}
        return _EVERYWHERE | {prefix: _NAMESPACES[prefix] for prefix in used if used[prefix]}

    def extend_rss(self, feed: Any) -> Any:
        # feedgen's links are complete only in Atom; in RSS an Atom link is a namespaced child of the channel.
        channel = feed[0]
        for rel, href, kind in self._links(RSS):
            etree.SubElement(channel, f"{_ATOM}link", _attributes(href, rel, kind))
        return self._extend(feed, channel)

    def extend_atom(self, feed: Any) -> Any:
        # feedgen writes Atom without a namespace and declares it on the root: so do we.
        for rel, href, kind in self._links(ATOM):
            etree.SubElement(feed, "link", _attributes(href, rel, kind))
        for one in self.feed.deleted:
            tombstone = {"ref": one.uri, "when": one.when.isoformat()}
            etree.SubElement(feed, f"{{{_NAMESPACES['at']}}}deleted-entry", tombstone)
        return self._extend(feed, feed)

    def _links(self, suffix: str) -> list[tuple[str, str, str]]:
        feed, kind = self.feed, TYPES[suffix]
        links = [("prev-archive", feed.older, kind), ("current", feed.current, kind)]
        found = [(rel, href + suffix, kind) for rel, href, kind in links if href]
        return [("hub", feed.hub, ""), *found] if feed.hub else found

    def _extend(self, root: Any, channel: Any) -> Any:
        root.set(_XML_LANG, self.feed.language)
        if self.feed.current:
            etree.SubElement(channel, f"{{{_NAMESPACES['fh']}}}archive")
        if self.feed.stylesheet:
            root.addprevious(etree.PI("xml-stylesheet", f'type="text/css" href="{self.feed.stylesheet}"'))
        return root


class _EntryExtension(BaseEntryExtension):
    """What feedgen's entries lose: link attributes and a whole source in Atom; names without e-mail and the update in
    RSS; pictures."""

    entry: Entry
    language: str

    def extend_rss(self, feed: Any) -> Any:
        entry = self.entry
        # Readers take a description for HTML (RSS 2.0 knows no type): «<» in plain text must be told from a tag.
        feed.find("description").text = escape(directed(entry.summary), quote=False)
        for name in entry.authors:
            etree.SubElement(feed, f"{{{_NAMESPACES['dc']}}}creator").text = name
        if entry.updated != entry.published:
            etree.SubElement(feed, f"{_ATOM}updated").text = entry.updated.isoformat()
        return self._extend(feed)

    def extend_atom(self, feed: Any) -> Any:
        entry = self.entry
        feed.set(_XML_LANG, self.language)
        # The alternate link stays before the source, which has one too: sfeed takes the first, however deep.
        alternate, *lost = feed.findall("link")
        for link in lost:
            feed.remove(link)
        alternate.attrib.clear()
        alternate.attrib.update(_attributes(entry.url, "alternate", "text/html") | {"hreflang": self.language})
        if entry.media:
            enclosure = _attributes(entry.media.url, "enclosure", entry.media.type)
            etree.SubElement(feed, "link", enclosure | {"length": str(entry.media.length)})
        for source in entry.sources:
            if source.url:
                etree.SubElement(feed, "link", _attributes(source.url, "via", "text/html"))
        for source in feed.findall("source"):
            named = entry.sources[0]
            source.clear()
            etree.SubElement(source, "id").text = named.url
            etree.SubElement(source, "title").text = named.name
            etree.SubElement(source, "updated").text = entry.published.isoformat()
            etree.SubElement(source, "link", _attributes(named.url, "alternate", "text/html"))
        return self._extend(feed)

    def _extend(self, item: Any) -> Any:
        media, unknown = self.entry.media, _unknown(self.entry)
        if unknown:
            # The source element needs an address; it and this one are never both there.
            etree.SubElement(item, f"{{{_NAMESPACES['dc']}}}source").text = unknown
        if media:
            attributes = {"url": media.url, "type": media.type, "medium": "image", "fileSize": str(media.length)}
            picture = etree.SubElement(item, f"{{{_NAMESPACES['media']}}}content", attributes)
            if media.alt:
                etree.SubElement(picture, f"{{{_NAMESPACES['media']}}}description", {"type": "plain"}).text = media.alt
        return item


def _unknown(entry: Entry) -> str:
    """Return the first agency's name when nobody told us where its site is, else ""."""
    return entry.sources[0].name if entry.sources and not entry.sources[0].url else ""


def _attributes(href: str, rel: str, kind: str) -> dict[str, str]:
    return {"href": href, "rel": rel} | ({"type": kind} if kind else {})


def rss(feed: Feed, items: Sequence[bytes] | None = None) -> bytes:
    """Return ``feed`` as RSS 2.0 (RSS Advisory Board profile); ``items`` are its entries if they are made already."""
    made = [rss_item(entry, feed.language) for entry in feed.entries] if items is None else items
    return _filled(_generator(feed, RSS).rss_str(pretty=True), b"  </channel>\n", made)


def atom(feed: Feed, items: Sequence[bytes] | None = None) -> bytes:
    """Return ``feed`` as Atom 1.0 (RFC 4287); ``items`` are its entries if they are made already."""
    made = [atom_item(entry, feed.language) for entry in feed.entries] if items is None else items
    return _filled(_generator(feed, ATOM).atom_str(pretty=True), b"</feed>\n", made)


def rss_item(entry: Entry, language: str) -> bytes:
    """Return ``entry`` as it stands in an RSS feed."""
    root = etree.Element("rss", nsmap=_EVERYWHERE | {"content": _CONTENT, "atom": _ATOM[1:-1]})
    etree.SubElement(root, "channel").append(_item(entry, language).rss_entry())
    return _cut(root, b"    <item>", b"</item>\n")


def atom_item(entry: Entry, language: str) -> bytes:
    """Return ``entry`` as it stands in an Atom feed."""
    root = etree.Element("feed", nsmap=_EVERYWHERE)
    root.append(_item(entry, language).atom_entry())
    return _cut(root, b"  <entry ", b"</entry>\n")


def _cut(root: Any, start: bytes, end: bytes) -> bytes:
    made = etree.tostring(root, pretty_print=True, encoding="UTF-8")
    return bytes(made[made.index(start) : made.rindex(end) + len(end)])


def _filled(made: bytes, end: bytes, items: Sequence[bytes]) -> bytes:
    """Return a feed without entries with ``items`` before its ``end``: byte for byte what feedgen makes of both."""
    at = made.rindex(end)
    return b"".join((made[:at], *items, made[at:]))


def _generator(feed: Feed, suffix: str) -> Any:
    made = FeedGenerator()
    made.register_extension("nashra", _FeedExtension, None)
    made.nashra.feed, made.nashra.suffix = feed, suffix
    made.id(feed.uri)
    made.title(directed(feed.title))
    made.subtitle(directed(feed.subtitle))
    made.description(directed(feed.subtitle))
    made.author({"name": feed.site})
    made.language(feed.language)
    made.generator("Nashra")
    made.docs("https://www.rssboard.org/rss-specification")
    if feed.icon:
        made.icon(feed.icon)
        made.image(url=feed.icon, title=directed(feed.title), link=feed.page)
    made.updated(feed.updated)
    made.lastBuildDate(feed.updated)
    made.link(href=feed.url + suffix, rel="self", type=TYPES[suffix])
    # The page comes last: feedgen takes the channel's link from the last one given.
    made.link(href=feed.page, rel="alternate", type="text/html", hreflang=feed.language)
    return made


def _item(entry: Entry, language: str) -> Any:
    item = FeedEntry()
    item.register_extension("nashra_entry", _EntryExtension)
    item.nashra_entry.entry = entry
    item.nashra_entry.language = language
    item.guid(entry.uri, permalink=False)
    item.title(directed(entry.title))
    item.link(href=entry.url)
    item.summary(directed(entry.summary))
    item.content(wrapped(entry, language), type="html")
    item.published(entry.published)
    item.updated(entry.updated)
    if entry.media:
        item.enclosure(entry.media.url, str(entry.media.length), entry.media.type)
    if entry.sources and entry.sources[0].url:
        item.source(entry.sources[0].url, entry.sources[0].name)
    for name in entry.authors:
        item.author({"name": name})
    for term in entry.terms:
        item.category({"term": term.term, "scheme": term.scheme, "label": term.label})
    return item
