"""Pelican, with pages that are hollow: everything of a build but the drawing and writing of most of them.

`million.py` builds so what nobody has the disk or the day for. The archive, the ledger, the search index, the entries
of feeds and the account of what was made are real; of the pages of each template the first twenty and every thousandth
are drawn, so that it is known what they look at; no hollow page, feed or part of the index is written.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pelican

from nashra.site.staging import Staging
from nashra.site.templates import SharingTemplate

_FIRST, _EVERY = 20, 1_000
_HOLLOW = "hollow"
_UNWRITTEN = ("feeds/", "search/")
_drawn: Counter[str] = Counter()
_draw, _keep = SharingTemplate.render, Staging.put


def _render(template: SharingTemplate, *given: Any, **named: Any) -> str:
    _drawn[str(template.name)] += 1
    if _drawn[str(template.name)] > _FIRST and _drawn[str(template.name)] % _EVERY:
        return _HOLLOW
    return _draw(template, *given, **named)


def _put(staging: Staging, name: str, data: bytes) -> Path:
    if data == _HOLLOW.encode() or name.startswith(_UNWRITTEN):
        staging.folder.mkdir(parents=True, exist_ok=True)
        return staging.folder / name
    return _keep(staging, name, data)


if __name__ == "__main__":
    SharingTemplate.render = _render  # type: ignore[method-assign]
    Staging.put = _put  # type: ignore[method-assign]
    pelican.main(sys.argv[1:])
