"""Files as they travel: beside each that packs well, its twin in Brotli (RFC 7932) and in gzip (RFC 1952)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import brotli

_PACKS = (".html", ".xml", ".json", ".css", ".js", ".svg", ".txt", ".ics", ".webmanifest", ".xsl")
PACKED = (".br", ".gz")
# Below this a twin saves nothing that a packet would not carry anyway.
_LEAST = 256
# What is read by everybody and never changes is worth the time; a page is packed again with each change.
_BEST, _QUICK = (11, 9), (5, 6)
_FOR_EVER = (".css", ".js", ".svg")


def packs(name: str) -> bool:
    """Tell whether a file may have packed twins, by its name."""
    return name.endswith(_PACKS)


def packed(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (ending, bytes) of the packed twins of a file; none that is no smaller. The same bytes in every run."""
    if len(data) < _LEAST or not packs(name):
        return
    quality, level = _BEST if name.endswith(_FOR_EVER) else _QUICK
    for ending, twin in (
        (".br", brotli.compress(data, quality=quality)),
        (".gz", gzip.compress(data, level, mtime=0)),
    ):
        if len(twin) < len(data):
            yield ending, twin
