"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nashra.feeds.entry import Entry, Feed, directed, wrapped

JSON = ".json"
TYPE = "application/feed+json"


def jsonfeed(feed: Feed, items: Sequence[bytes] | None = None) -> bytes:
    """Return ``feed`` as JSON Feed 1.1; ``items`` are its entries where they are made already.

    Archives are chained by ``next_url``. The format knows no tombstones.
    """
    made = [json_item(entry, feed.language) for entry in feed.entries] if items is None else items
    head = _filled(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": directed(feed.title),
            "home_page_url": feed.page,
            "feed_url": feed.url + JSON,
            "description": directed(feed.subtitle),
            "next_url": feed.older and feed.older + JSON,
            "icon": feed.icon,
            "authors": [{"name": feed.site}],
            "language": feed.language,
            "hubs": feed.hub and [{"type": "WebSub", "url": feed.hub}],
        }
    )
    begun = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}").encode()
    return begun + b',\n "items": [\n' + b",\n".join(made) + b"\n ]\n}\n"


def json_item(entry: Entry, language: str) -> bytes:
    """Return ``entry`` as it stands in a JSON feed, on one line."""
    return json.dumps(_item(entry, language), ensure_ascii=False).encode()


def _item(entry: Entry, language: str) -> dict[str, Any]:
    media = entry.media
    attachment = media and [{"url": media.url, "mime_type": media.type, "size_in_bytes": media.length}]
    agencies = [_filled({"name": source.name, "url": source.url}) for source in entry.sources]
    return _filled(
        {
            "id": entry.uri,
            "url": entry.url,
            "title": directed(entry.title),
            "content_html": wrapped(entry, language),
            "summary": directed(entry.summary),
            "image": media and media.url,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "authors": [{"name": name} for name in entry.authors],
            "tags": list(dict.fromkeys(term.label for term in entry.terms)),
            "language": language,
            "attachments": attachment,
            # «_source» is ours: the format has no field for whom a story is attributed to.
            "_source": agencies and {"agencies": agencies},
        }
    )


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
