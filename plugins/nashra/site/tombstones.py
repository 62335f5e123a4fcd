"""Where a story was that is published no more: a page that says so, and what has servers answer 410 there.

That is an empty file beside the page, ``….html.gone``, which any server can look for at each request; and for those
that would rather be told all addresses when they start, a map for nginx and a matcher for Caddy. A build costs a row
for each such story, and a page for each that was withdrawn since the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nashra.arabic.calendar import dateline
from nashra.arabic.hygiene import title
from nashra.archive.identity import Known
from nashra.publish.releases import GONE_CADDY, GONE_MARK, GONE_NGINX

if TYPE_CHECKING:
    from nashra.site.generator import StoriesGenerator
    from nashra.site.writer import NashraWriter

_TEMPLATE = "withdrawn"


def nginx(permalinks: Iterable[str]) -> bytes:
    """Return the lines of an nginx ``map`` from the addresses of withdrawn stories to 1."""
    return "".join(f"{_quoted(f'/{path}')} 1;\n" for path in permalinks).encode()


def caddy(permalinks: Iterable[str]) -> bytes:
    """Return a named matcher of Caddy's for the addresses of withdrawn stories: for no address where there is none."""
    paths = " ".join(_quoted(f"/{path}") for path in permalinks)
    return f"@gone {f'path {paths}' if paths else 'not path *'}\n".encode()


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Tombstones:
    """Writes the pages and maps of one build."""

    def __init__(self, desk: StoriesGenerator, writer: NashraWriter) -> None:
        self._desk = desk
        self._writer = writer

    def write(self, write: Any) -> None:
        """Write the page of every story that was withdrawn since the last build, and the maps."""
        desk, writer = self._desk, self._writer
        gone = desk.archive.gone()
        if gone and desk.has_template(_TEMPLATE):
            template = desk.get_template(_TEMPLATE)
            everything = desk.work.all_of(template.name or "")
            files = desk.archive.files
            before = files.told("tombstones") or {}
            told = {story.id: [story.permalink, story.reason, story.gone] for story in gone}
            for story in gone:
                owner = f"gone/{story.id}"
                if everything or desk.work.must(owner) or before.get(story.id) != told[story.id]:
                    with writer.making(owner):
                        self._page(write, template, story)
            files.tell("tombstones", told)
        else:
            before, told = desk.archive.files.told("tombstones") or {}, {}
            desk.archive.files.tell("tombstones", told)
        for story_id in sorted(before.keys() - told.keys()):
            writer.drop(f"gone/{story_id}")
        permalinks = sorted(story.permalink for story in gone)
        writer.write_bytes(GONE_NGINX, nginx(permalinks))
        writer.write_bytes(GONE_CADDY, caddy(permalinks))

    def _page(self, write: Any, template: Any, story: Known) -> None:
        withdrawn = {"reason": title(story.reason), "since": dateline(story.gone[:10])}
        write(story.permalink, template, self._desk.context, withdrawn=withdrawn)
        self._writer.write_bytes(story.permalink + GONE_MARK, b"")
