"""The one model every feed format is written from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

# U+200F: says to a reader that takes the direction from the first strong letter (UAX #9 P2) that the text is Arabic.
_RLM = "\u200f"


@dataclass(frozen=True, slots=True)
class Term:
    """A category of an entry: ``term`` within ``scheme`` (an IRI), shown as ``label`` (RFC 4287 §4.2.2)."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True)
class Source:
    """Whom a story attributes itself to; ``url`` is the agency's site, "" when it is not known."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A story's picture: absolute ``url``, media ``type``, ``length`` in bytes, ``alt`` text."""

    url: str
    type: str
    length: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One story in a feed. ``url`` is absolute and percent-encoded, ``html`` the whole article, ``summary`` plain text;
    both dates carry a zone."""

    uri: str
    url: str
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    terms: tuple[Term, ...] = ()
    authors: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """A tombstone (RFC 6721): the entry ``uri`` was withdrawn at ``when``, which carries a zone."""

    uri: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: ``url`` without its format's suffix, ``page`` the HTML page it follows, entries newest first; there is
    an entry or a tombstone at least.

    ``older`` is the archive document (RFC 5005 §4) before this one, without suffix, "" for none; ``current`` is the
    live feed, without suffix, of which this is an archive, "" when it is the live feed itself; ``changed`` is the
    newest change, where the entries are not here to tell it.
    """

    uri: str
    title: str
    subtitle: str
    site: str
    url: str
    page: str
    language: str
    entries: tuple[Entry, ...]
    deleted: tuple[Deleted, ...] = ()
    stylesheet: str = ""
    icon: str = ""
    hub: str = ""
    older: str = ""
    current: str = ""
    changed: datetime | None = None

    @property
    def updated(self) -> datetime:
        """The newest change in the feed, never the clock."""
        return self.changed or max([entry.updated for entry in self.entries] + [one.when for one in self.deleted])


def directed(text: str) -> str:
    """Return ``text`` so that it reads from right to left where nothing else says so: a mark goes before it when its
    first strong letter is one of the left-to-right scripts, «CISA: تحذير»."""
    strong = next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "")
    return _RLM + text if strong == "L" else text


def wrapped(entry: Entry, language: str) -> str:
    """Return the article in the one element that readers take the direction from."""
    mark = directed(entry.summary).removesuffix(entry.summary)
    return f'<div dir="rtl" lang="{language}">{mark}{entry.html}</div>'
