"""What is said with a file when it is sent: its type, how it is packed, how long it may be kept; as deploy/ says it.

A store sends with each object what it was given with it. What depends on the request (``Vary``, 404, 410, security
headers) is the CDN's (docs/operations.md).
"""

from __future__ import annotations

import re

from nashra.publish.order import is_hashed, is_story

_UTF_8 = "; charset=utf-8"
# By the longest ending that fits. Texts say their encoding (RFC 2046, 4.1.2; RFC 7303, 8.1).
_TYPES = {
    ".html": "text/html" + _UTF_8,
    ".rss.xml": "application/rss+xml" + _UTF_8,
    ".atom.xml": "application/atom+xml" + _UTF_8,
    ".xml": "application/xml" + _UTF_8,
    ".xsl": "text/xsl" + _UTF_8,
    ".json": "application/json" + _UTF_8,
    ".webmanifest": "application/manifest+json" + _UTF_8,
    ".ics": "text/calendar" + _UTF_8,
    ".css": "text/css" + _UTF_8,
    ".js": "text/javascript" + _UTF_8,
    ".txt": "text/plain" + _UTF_8,
    ".svg": "image/svg+xml" + _UTF_8,
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".pdf": "application/pdf",
}
_PACKINGS = {".br": "br", ".gz": "gzip"}
_LASTING = re.compile(r"(theme|images|cards)/")


def headers(name: str, *, twin: str = "") -> dict[str, str]:
    """Return the headers of the file ``name``, or of its packed ``twin`` (".br", ".gz"), by their names in HTTP."""
    said = {"Content-Type": _type(name), "Cache-Control": _kept(name)}
    return said | ({"Content-Encoding": _PACKINGS[twin]} if twin else {})


def _type(name: str) -> str:
    if name.startswith("feeds/") and name.endswith(".json"):
        return "application/feed+json" + _UTF_8
    ending = "." + name.rpartition("/")[2].partition(".")[2]
    while ending and ending not in _TYPES:
        ending = ending[1:]
        ending = ending[at:] if (at := ending.find(".")) >= 0 else ""
    return _TYPES.get(ending, "application/octet-stream")


def _kept(name: str) -> str:
    """Return for how long a file may be shown again without asking, in seconds (RFC 9111, RFC 5861, RFC 8246)."""
    if name.startswith("theme/") and is_hashed(name):
        return "public, max-age=31536000, immutable"
    if name == "sw.js":
        return "no-cache"
    if is_story(name):
        return "public, max-age=300, stale-while-revalidate=600, stale-if-error=86400"
    if name.startswith("feeds/"):
        return "public, max-age=300, stale-if-error=86400"
    return "public, max-age=3600" if _LASTING.match(name) else "public, max-age=60"
