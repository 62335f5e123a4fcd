"""Where feeds are found: links in a page, OPML 2.0 that readers import, a feed menu that browsers may look for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from lxml import etree

from nashra.feeds.jsonfeed import JSON, TYPE
from nashra.feeds.xml import ATOM, RSS, TYPES

# Every format: what is behind a feed's name, how a page's head calls it, its media type.
FORMATS = ((RSS, "RSS", TYPES[RSS]), (ATOM, "Atom", TYPES[ATOM]), (JSON, "JSON", TYPE))
_TITLE, _DESCRIPTION = 50, 140


def links(path: str, name: str) -> tuple[dict[str, str], ...]:
    """Return what a page's head says of a feed: its title, format, media type and address relative to the site."""
    quoted = quote(path)
    return tuple(
        {"title": f"{name} ({kind})", "format": kind, "type": media, "url": f"feeds/{quoted}{suffix}"}
        for suffix, kind, media in FORMATS
    )


class Row(NamedTuple):
    """One feed: its ``title``, and the absolute addresses of its page and of its formats."""

    title: str
    page: str
    rss: str
    atom: str
    json: str


class Group(NamedTuple):
    """A folder of feeds: the categories, the people …"""

    title: str
    rows: Sequence[Row]


def opml(title: str, groups: Sequence[Group]) -> bytes:
    """Return OPML 2.0 (opml.org/spec2.opml): a folder a group, one format a feed, or readers subscribe twice."""
    root = etree.Element("opml", {"version": "2.0"})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for group in groups:
        # Only «text»: a title would say that the folder is something to subscribe to.
        folder = etree.SubElement(body, "outline", {"text": group.title})
        for row in group.rows:
            etree.SubElement(
                folder,
                "outline",
                {
                    "type": "rss",
                    "text": row.title,
                    "title": row.title,
                    "xmlUrl": row.rss,
                    "htmlUrl": row.page,
                    "language": "ar",
                },
            )
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def menu(title: str, language: str, groups: Sequence[Group]) -> bytes:
    """Return a feed menu (draft-nottingham-feed-menu-01) for /.well-known/feed-menu.json."""
    made = {
        "feed-menu": _short(title, _TITLE),
        "lang": language,
        "items": [
            {
                "feed-menu": _short(group.title, _TITLE),
                "items": [
                    {"feed-title": _short(row.title, _TITLE), "rss": row.rss, "atom": row.atom} for row in group.rows
                ],
            }
            for group in groups
        ],
    }
    return json.dumps(made, ensure_ascii=False, indent=1).encode() + b"\n"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rpartition(" ")[0] + "…"
