"""Write pages and feeds: inside the output folder only, whole or not at all, and only when their bytes changed.

What a build writes waits (staging.py) until all of it is there: one that fails leaves the site as it was.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from pelican.plugins import signals
from pelican.utils import get_relative_path
from pelican.writers import Writer

from nashra.archive.files import Files
from nashra.errors import Problem, shown
from nashra.publish.order import first_to_go
from nashra.site.lists import NEAR, Articles, Paginator
from nashra.site.manifest import Manifest
from nashra.site.staging import Staging
from nashra.site.work import Conflict, Work

# What has pages of stories, or no pages.
_NO_LISTS = ("card/", "feed/", "gone/", "result/", "search/", "story/")
# In bytes, with room for the .tmp a file is written under and the .gz or .br a server keeps beside it.
_LONGEST_NAME = 240
# As many files are noted at once.
_MOST_ROWS = 5_000


class Harvest(NamedTuple):
    """What one process wrote: the files with what they are made for, and what its pages looked at."""

    made: list[tuple[str, str]]
    folders: set[str]
    changed: int
    problems: list[Problem]
    reads: dict[str, list[str]]


class NashraWriter(Writer):
    """Pelican's writer with compare-then-write, atomic replacement and pages numbered from the oldest.

    What it writes belongs to what it is made for (``making``): what is made again replaces all that was made for the
    same before, and what need not be made stays.
    """

    def __init__(self, output_path: str, settings: dict[str, Any] | None = None) -> None:
        super().__init__(output_path, settings)
        self.written: set[str] = set()
        self.changed = 0
        self.problems: list[Problem] = []
        # The numbers of the pages of a list that are made now; None for all that must be.
        self.only: set[int] | None = None
        # Whether pages are made in another order than Pelican's, in which the first of two keeps an address.
        self.unordered = False
        self.work: Work
        self._files: Files
        self._owner = ""
        # The files of each owner that is made again; where all are, there are too many to be held.
        self._made: dict[str, set[str]] = {"": set()}
        self._rows: list[tuple[str, str]] = []
        self._apart = False
        self._folders: set[str] = set()
        # Folders that are known to lie within the output folder, and those of them that are not there yet.
        self._safe: set[str] = set()
        self._new: set[str] = set()
        self._overriding: set[str] = set()
        self._root = Path(output_path).resolve()
        self._staging = Staging(self._root)
        self._manifest = Manifest(self._root, self._staging.folder)

    def begin(self, work: Work, files: Files, *, apart: bool = False) -> None:
        """Take up the ``work`` of a build; ``files`` knows what the last one wrote. Call it before all else.

        ``apart``: only a share of the work is done here, and another process began it.
        """
        self.work, self._files = work, files
        self._manifest.whole = not work.full
        if not apart:
            self._staging.clear()

    @contextmanager
    def making(self, owner: str) -> Iterator[None]:
        """Make meanwhile all that is made for ``owner``, or a part of it; nothing at all drops it."""
        before, self._owner = self._owner, owner
        self._made.setdefault(owner, set())
        try:
            yield
        finally:
            self._owner = before

    def drop(self, owner: str) -> None:
        """Remove at the end what was made for ``owner``, but for what is made in this build."""
        with self.making(owner):
            pass

    def keep(self, name: str) -> None:
        """Leave a file as it is: it is there, and what it is made of did not change."""
        self.written.add(name)
        if not self.work.full:
            self._made[self._owner].add(name)
            return
        self._rows.append((name, self._owner))
        if len(self._rows) >= _MOST_ROWS and not self._apart:
            self._note_rows()

    def has(self, name: str) -> bool:
        """Tell whether earlier builds left a file that this one has not written."""
        return name not in self.written and (self._root / name).is_file()

    def _note_rows(self) -> None:
        self._files.add(self._rows)
        self._rows.clear()

    def apart(self) -> None:
        """Begin a share of the work of another process."""
        self.written, self._rows, self._folders, self._apart = set(), [], set(), True
        self.changed, self.problems = 0, []

    def harvest(self) -> Harvest:
        """Return what was written since ``apart``, for ``gather``."""
        return Harvest(self._rows, self._folders, self.changed, self.problems, self.work.reads.told())

    def gather(self, harvest: Harvest) -> None:
        """Take up what another process wrote. Raises Conflict when both wrote one file: which one stays is chance."""
        names = {name for name, _ in harvest.made}
        if twice := self.written & names:
            raise Conflict(min(twice))
        self.written |= names
        self._files.add(harvest.made)
        self._folders |= harvest.folders
        self.changed += harvest.changed
        self.problems += harvest.problems
        self.work.reads.remember(harvest.reads)

    def reasons(self) -> Iterator[tuple[str, str]]:
        """Yield what was made for what in this build, and why."""
        for owner in sorted(self._files.owners() if self.work.full else self._made):
            yield owner or "pages of the whole site", self.work.reason(owner)

    def lists_moved(self) -> Iterator[tuple[set[str], set[str]]]:
        """Yield the pages that each list whose pages came or went had before this build, and has now, as far as it has
        come; stories' own pages are no lists."""
        for owner, names in self._made.items():
            if not owner.startswith(_NO_LISTS) and (before := self._files.of(owner)) != names:
                yield _pages(before), _pages(names)

    def lists(self) -> set[str]:
        """Return the pages that are there after this build, without those of stories."""
        self._note_rows()
        there = self._files.ending(".html", but=_NO_LISTS)
        if self.work.full:
            return set(there)
        found = {name for name, owner in there.items() if owner not in self._made}
        for owner, names in self._made.items():
            if not owner.startswith(_NO_LISTS):
                found |= _pages(names)
        return found

    def write_bytes(self, name: str, data: bytes, *, override: bool = False) -> Path:
        """Make ``data`` the content of ``name`` below the output folder; leave a file that holds it already alone.

        A name written twice in one build and one that the file system refuses are noted in ``problems``; the first
        page stays. Raises Problem for a path that leads outside the output folder through a link, ValueError for one
        that does by its name, and Conflict when another page that need not be made has this address. Returns where the
        file is now: until ``tidy`` has been called, a changed one waits elsewhere.
        """
        path = self._root / name
        if name in self._overriding:
            return path
        # A page may take the place of the front page or of another of the site's own, of nothing else.
        if name in self.written and not (override and "/" not in name and name.endswith(".html")):
            if self.unordered:
                raise Conflict(name)
            self.problems.append(Problem("two pages want this address", "give one another Slug: line", path=name))
            return path
        if override:
            self._overriding.add(name)
        if len(name) > _LONGEST_NAME // 4 and any(len(part.encode()) > _LONGEST_NAME for part in name.split("/")):
            cut = name if len(name) < 80 else name[:79] + "…"
            self.problems.append(Problem("this address is too long", "give the page a shorter Slug: line", path=cut))
            return path
        folder = name.rpartition("/")[0]
        if folder not in self._safe:
            if ".." in folder.split("/"):
                raise ValueError(f"{name!r} leads outside the output folder")
            if not path.parent.resolve().is_relative_to(self._root):
                self.give_up()
                raise Problem("it leads outside the output folder", "remove the link", path=shown(self._root / folder))
            if not path.parent.is_dir():
                if self._barred(path.parent):
                    wrong = Problem("a file lies in the place of its folder", "move it elsewhere", path=name)
                    self.problems.append(wrong)
                    return path
                self._new.add(folder)
            self._safe.add(folder)
        if name[len(folder) :].strip("/") in ("", ".", ".."):
            raise ValueError(f"{name!r} leads outside the output folder")
        # In a folder that this build makes lies nothing yet.
        there = None if folder in self._new else _there(str(path))
        if there and stat.S_ISDIR(there.st_mode):
            self.problems.append(Problem("a folder lies in the place of this page", "move it elsewhere", path=name))
            self.keep(name)
            return path
        owner = None if self.work.full else self._files.owner(name)
        if owner is not None and owner not in self._made and not self.work.must(owner):
            raise Conflict(name)
        self.keep(name)
        # The page whose place this one takes may wait already.
        self.changed -= override and self._staging.drop(name)
        if there and _holds(str(path), there, data):
            return path
        self.changed += 1
        self._folders.add(folder)
        if owner is None:
            self._manifest.note(name)
        return self._staging.put(name, data)

    def _barred(self, folder: Path) -> bool:
        """Tell whether a file lies where a folder, or one that it is to lie in, should be made."""
        inside = (path for path in (folder, *folder.parents) if path.is_relative_to(self._root))
        return any(os.path.lexists(path) and not path.is_dir() for path in inside)

    def give_up(self) -> None:
        """Remove what was written and waits: the site stays as it was."""
        self._manifest.close()
        with suppress(OSError):
            self._staging.clear()

    def read(self, name: str) -> bytes:
        """Return what a file that was written in this build holds."""
        staged = self._staging.folder / name
        return (staged if staged.is_file() else self._root / name).read_bytes()

    def tidy(self) -> None:
        """Put what was written in its place; then remove what earlier builds wrote and this one has no more, and the
        folders that leaves empty."""
        stale: set[str] = set()
        self._note_rows()
        if not self.work.full:
            for owner, names in sorted(self._made.items()):
                stale |= self._files.keep(owner, names)
        else:
            stale = {*self._manifest.stale(self.written), *self.work.known}
        stale -= self.written
        self._manifest.close()
        if stale or self.changed:
            self.work.begin()
        if self.changed:
            self._manifest.take_up()
            self._staging.commit()
        for name in sorted(stale, key=first_to_go):
            path = self._root / name
            if not path.is_dir() or path.is_symlink():
                path.unlink(missing_ok=True)
            self._folders.add(name.rpartition("/")[0])
            for folder in path.parents:
                if folder == self._root or (folder.is_dir() and any(folder.iterdir())):
                    break
                if folder.is_dir():
                    folder.rmdir()
                self._folders.add(folder.parent.relative_to(self._root).as_posix().removeprefix("."))
        if self.work.full or stale or self.changed:
            manifest = self._manifest
            text = manifest.text(self.written) if self.work.full else manifest.changed(stale)
            replace_file(str(manifest.path), text)
        if self.work.full:
            self._folders |= {name.rpartition("/")[0] for name in self.written}
        folders = self._folders | self.work.looked | {""}
        self._files.keep_folders({name: _changed(self._root / name) for name in folders})
        self.work.leave(bool(self.problems))

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
        own = frozenset(" ".join(items.key) for items in paginated.values() if isinstance(items, Articles))
        if "article" in kwargs:
            own |= {NEAR}
        per_page = self.per_page(template_name)
        if not paginated or per_page is None:
            with self.work.reads.by(template.name, own):
                self._render(name, url, template, context, relative_urls, override_output, values)
            return
        per_page = per_page or max(1, *map(len, paginated.values()))
        # «articles» and «dates» are mostly one list under two names: its pages are made once.
        made = {
            id(items): Paginator(name, url or quote(name), items, per_page, self.work.reads)
            for items in paginated.values()
        }
        paginators = {key: made[id(items)] for key, items in paginated.items()}
        older = f"{template.name} older"
        there = set() if self.work.full else self._files.of(self._owner) - self.work.missing
        wanted = set[int]().union(*(self.work.pages(paginators[key], items, older) for key, items in paginated.items()))
        first = next(iter(paginators.values()))
        for number in sorted(self.only or range(1, first.pages + 1)):
            # A list that had no pages yet, as that of an event that now is a running story, must have all of them.
            if number not in wanted and first.save_as(number) in there:
                self.keep(first.save_as(number))
                continue
            for paginator in made.values():
                paginator.now = number
            pages = {at: paginator.page(number) for at, paginator in made.items()}
            for key, paginator in paginators.items():
                page = pages[id(paginated[key])]
                values |= {
                    f"{key}_paginator": paginator,
                    f"{key}_page": page,
                    f"{key}_previous_page": paginator.page(number - 1) if page.has_previous() else None,
                    f"{key}_next_page": paginator.page(number + 1) if page.has_next() else None,
                }
            page = pages[id(next(iter(paginated.values())))]
            with self.work.reads.by(older if number > 1 else template.name, own):
                self._render(page.save_as, page.url, template, context, relative_urls, override_output, values)

    def per_page(self, template_name: str | None) -> int | None:
        """Return how many stories a page of this template holds: 0 for all of them, None where it is not paginated."""
        pages = self.settings["PAGINATED_TEMPLATES"]
        return int(pages[template_name] or self.settings["DEFAULT_PAGINATION"] or 0) if template_name in pages else None

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


def _pages(names: set[str]) -> set[str]:
    return {name for name in names if name.endswith(".html")}


def _folder(address: str) -> str:
    """Return the address of an index page without its file name, another's as it is."""
    return address.removesuffix("index.html") if address == "index.html" or address.endswith("/index.html") else address


def _changed(folder: Path) -> int:
    """Return when something in a folder last came or went, in nanoseconds, 0 where there is no such folder."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _there(place: str) -> os.stat_result | None:
    try:
        return os.lstat(place)
    except OSError:
        return None


def _holds(place: str, there: os.stat_result, data: bytes) -> bool:
    if not stat.S_ISREG(there.st_mode) or there.st_size != len(data):
        return False
    try:
        with open(place, "rb") as file:
            return file.read() == data
    except OSError:
        return False


def replace_file(place: str, data: bytes) -> None:
    """Put ``data`` at ``place`` in one step: a reader sees the old file or the new one."""
    folder, _, name = place.rpartition("/")
    beside = f"{folder}/.{name[:100]}.tmp"
    try:
        with open(beside, "wb") as file:
            file.write(data)
        os.replace(beside, place)
    except OSError:
        with suppress(OSError):
            Path(beside).unlink()
        raise
