"""The one model every feed format is written from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Term:
    """A category of an entry: ``term`` within ``scheme`` (an IRI), shown as ``label`` (RFC 4287 §4.2.2)."""

    term: str
    scheme: str
    label: str


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


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: ``url`` without its format's suffix, ``page`` the HTML page it follows, entries newest first."""

    uri: str
    title: str
    subtitle: str
    site: str
    url: str
    page: str
    language: str
    entries: tuple[Entry, ...]
    stylesheet: str = ""
    icon: str = ""

    @property
    def updated(self) -> datetime:
        """The newest change in the feed, never the clock."""
        return max(entry.updated for entry in self.entries)


def wrapped(html: str, language: str) -> str:
    """Return ``html`` in the one element that readers take the direction from."""
    return f'<div dir="rtl" lang="{language}">{html}</div>'
