"""Write pages and feeds: inside the output folder only, whole or not at all, and only when their bytes changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pelican.plugins import signals
from pelican.utils import get_relative_path
from pelican.writers import Writer

from nashra.errors import Problem
from nashra.site.lists import Paginator
from nashra.site.manifest import Manifest

# In bytes, with room for the .tmp a file is written under and the .gz or .br a server keeps beside it.
_LONGEST_NAME = 240


class NashraWriter(Writer):
    """Pelican's writer with compare-then-write, atomic replacement and pages numbered from the oldest."""

    def __init__(self, output_path: str, settings: dict[str, Any] | None = None) -> None:
        super().__init__(output_path, settings)
        self.written: set[str] = set()
        self.changed = 0
        self.problems: list[Problem] = []
        self._overriding: set[str] = set()
        self._root = Path(output_path).resolve()
        self._manifest = Manifest(self._root)

    def write_bytes(self, name: str, data: bytes, *, override: bool = False) -> Path:
        """Make ``data`` the content of ``name`` below the output folder; leave a file that holds it already alone.

        A name written twice in one build and one that the file system refuses are noted in ``problems``; the first
        page stays. Raises ValueError for a path that leads outside the output folder, through a link or not.
        """
        path = self._root / name
        if name in self._overriding:
            return path
        if name in self.written and not override:
            self.problems.append(Problem("two pages want this address", "give one another Slug: line", path=name))
            return path
        if override:
            self._overriding.add(name)
        if any(len(part.encode()) > _LONGEST_NAME for part in Path(name).parts):
            shown = name if len(name) < 80 else name[:79] + "…"
            self.problems.append(Problem("this address is too long", "give the page a shorter Slug: line", path=shown))
            return path
        folder = path.parent.resolve()
        if not folder.is_relative_to(self._root) or path.name in ("", ".", ".."):
            raise ValueError(f"{name!r} leads outside the output folder")
        self.written.add(name)
        if not _holds(path, data):
            self._manifest.note(name)
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, data)
            self.changed += 1
        return path

    def tidy(self) -> None:
        """Remove what earlier builds wrote and this one did not, and the folders that leaves empty."""
        for name in self._manifest.stale(self.written):
            path = self._root / name
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == self._root or any(folder.iterdir()):
                    break
                folder.rmdir()
        self._manifest.close()
        data = self._manifest.text(self.written)
        if not _holds(self._manifest.path, data):
            replace_file(self._manifest.path, data)

    def write_file(  # type: ignore[no-untyped-def]  # Pelican's own signature, as plugins call it
        self,
        name,
        template,
        context,
        relative_urls=False,
        paginated=None,
        template_name=None,
        override_output=False,
        url=None,
        **kwargs,
    ):
        """Render ``template`` and write it as ``name``, one file a page when the template is paginated."""
        if not name:
            return
        if paginated is None:
            paginated = {key: value for key, value in kwargs.items() if key in ("articles", "dates")}
        values = dict(kwargs)
        if not paginated or template_name not in self.settings["PAGINATED_TEMPLATES"]:
            self._render(name, url, template, context, relative_urls, override_output, values)
            return
        per_page = self.settings["PAGINATED_TEMPLATES"][template_name] or self.settings["DEFAULT_PAGINATION"]
        per_page = per_page or max(1, *map(len, paginated.values()))
        # «articles» and «dates» are mostly one list under two names: its pages are made once.
        made = {id(items): Paginator(name, url or quote(name), items, per_page) for items in paginated.values()}
        paginators = {key: made[id(items)] for key, items in paginated.items()}
        for number in range(1, next(iter(paginators.values())).num_pages + 1):
            page = None
            pages = {at: paginator.page(number) for at, paginator in made.items()}
            for key, paginator in paginators.items():
                page = pages[id(paginated[key])]
                values |= {
                    f"{key}_paginator": paginator,
                    f"{key}_page": page,
                    f"{key}_previous_page": paginator.page(number - 1) if page.has_previous() else None,
                    f"{key}_next_page": paginator.page(number + 1) if page.has_next() else None,
                }
            assert page is not None
            self._render(page.save_as, page.url, template, context, relative_urls, override_output, values)

    def _render(
        self,
        name: str,
        url: str | None,
        template: Any,
        context: dict[str, Any],
        relative_urls: bool,
        override: bool,
        values: dict[str, Any],
    ) -> None:
        local = context | {"localsiteurl": context.get("localsiteurl")}
        if relative_urls:
            local["SITEURL"] = local["localsiteurl"] = get_relative_path(name)
            # Content objects resolve their links against the page being written.
            context["localsiteurl"] = local["localsiteurl"]
        local["output_file"] = name
        address = quote(name) if url is None else url
        local["CANONICAL"] = f"{self.settings['SITEURL']}/{_folder(address)}"
        local.update(values)
        about = (
            values.get("tag")
            or values.get("category")
            or values.get("author")
            or values.get("thread")
            or getattr(values.get("article"), "category", None)
        )
        feeds = [*getattr(about, "feeds", ()), *context.get("site_feeds", ())]
        local["page_feeds"] = [feed | {"href": f"{local['SITEURL']}/{feed['url']}"} for feed in feeds]
        path = self.write_bytes(name, template.render(local).encode(), override=override)
        signals.content_written.send(str(path), context=local)


def _folder(address: str) -> str:
    """Return the address of an index page without its file name, another's as it is."""
    return address.removesuffix("index.html") if address == "index.html" or address.endswith("/index.html") else address


def _holds(path: Path, data: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` in one step: a reader sees the old file or the new one."""
    beside = path.with_name(f".{path.name[:100]}.tmp")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
