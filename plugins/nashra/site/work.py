"""What a build must make: everything, or what the changes since the last build touch.

A page is made of its story or its part of a list; of what else it looked at when it was last made (lists.Reads); and of
the frame, which is the same for all: theme, settings, code, sections. Where the frame changed, or what was made is not
there as it was left, everything is made.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from nashra.archive.changes import Change, Changes, ListKey, Moved, Place, lists, shifted
from nashra.archive.record import Record
from nashra.archive.store import Archive
from nashra.settings import Settings
from nashra.site import manifest
from nashra.site.lists import NEAR, WHOLE, Articles, Paginator, Reads

if TYPE_CHECKING:
    from nashra.site.generator import StoriesGenerator

# What the context holds of all stories, and the role of the lists that it changes with.
_GLOBALS = {"tags": "tag", "tag_index": "tag", "authors": "author", "period_archives": "period"}
# What no page shows: how to serve and what to say.
_UNSEEN = {"DEBUG", "BIND", "PORT", "localsiteurl"}
_PACKAGE = Path(str(files("nashra")))
_MADE_BY = ("pelican", "jinja2", "markupsafe", "feedgen", "lxml", "pillow", "icalendar", "babel", "hijridate")


class Conflict(Exception):
    """Two pages want one address, and only one of them was made: which is to have it shows when all are."""


class Work:
    """What one build must make. ``why`` says why it is everything, "" where it is not."""

    def __init__(
        self,
        archive: Archive,
        root: Path,
        mark: Path,
        frame: str,
        reads: Reads,
        threads: Sequence[Sequence[str]],
        hand_written: Sequence[Record],
        whole: str = "",
        look: bool = True,
        apart: bool = False,
    ) -> None:
        """``mark`` is a file that lies there while a build writes; ``threads`` are the slug, the name and what else is
        shown of each running story; ``hand_written`` stories also depend on other files, and are always made; ``look``
        for files that were deleted. ``apart``: another process notes what is made."""
        self._files = archive.files
        self.root = root
        self._mark = mark
        self._frame = frame
        self.by_hand = frozenset(key for record in hand_written for key in lists(record))
        self.roots_by_hand = frozenset(archive.thread_of(record.id) for record in hand_written)
        self._months_by_hand = frozenset(record.instant[:7] for record in hand_written)
        changes = None if whole else archive.changes()
        self.why = whole or self._stale(changes)
        self.full = bool(self.why)
        # Whether two pages want one address, or may.
        self.disputed = bool(whole or self._files.told("problems"))
        self.missing: set[str] = set()
        self.lost: set[str] = set()
        self.looked: set[str] = set()
        self.owners: set[str] = {""}
        # Told when first asked: by what earlier builds noted, for a template that changed makes everything.
        self._all: dict[str, bool] = {}
        self.changes = changes if changes and not self.full else Changes()
        before = [] if self.full else self._files.told("threads") or []
        self.reads = reads
        self._note_threads(before, threads)
        self.stories: set[str] = {record.id for record in hand_written}
        # What lies there as far as the archive knows, should the folder's own list of it be lost.
        self.known: set[str] = set()
        # Where the files of the content folder are shown.
        self.content: dict[str, str] = self._files.told("content") or {}
        if self.full:
            left = self._files.told("left")
            self.known = self._files.all() if left and left[0] == str(root) else set()
            if not apart:
                self._files.forget()
        else:
            reads.remember(self._files.told("reads"))
            if look:
                self._look()
            self._note_stories(archive)
            self.owners |= {f"{role}/{slug}" for role, slug in self.changes.lists}
        if not apart:
            self._files.tell("threads", threads)

    # --- whether everything must be made -----------------------------------------------------------------------

    def _stale(self, changes: Changes | None) -> str:
        """Return why everything must be made, "" when it need not."""
        left = self._files.told("left")
        if self._mark.exists():
            return "the last build was interrupted"
        if self._files.told("problems"):
            return "two pages of the last build wanted one address, or one could not be had"
        if left is None:
            return "nothing is known of an earlier build"
        if left != self.identity():
            return "the output folder is not as the last build left it"
        if self._files.told("frame") != self._frame:
            return "the theme, the settings, the sections or the program changed"
        if changes is None:
            return "many stories changed"
        return ""

    def begin(self) -> None:
        """Note that the output folder is about to change: should the build be killed, the next one makes everything."""
        self._mark.parent.mkdir(parents=True, exist_ok=True)
        self._mark.touch()
        # And so does one that keeps its cache elsewhere: the output folder is not as it left it.
        with suppress(FileNotFoundError):
            os.utime(self.root / manifest.NAME)

    def end(self) -> None:
        """Note that the build is over. Call it when the archive is closed."""
        self._mark.unlink(missing_ok=True)

    def identity(self) -> list[Any]:
        """Return what tells the output folder as a build left it from another, or from one that another build wrote."""
        try:
            folder, noted = self.root.stat(), (self.root / manifest.NAME).stat()
        except OSError:
            return []
        return [str(self.root), folder.st_dev, folder.st_ino, noted.st_ino, noted.st_mtime_ns]

    def leave(self, problems: bool) -> None:
        """Note what the output folder is like now that all is made, but for ``problems``. Call it last."""
        self._files.tell("problems", problems)
        self._files.tell("left", self.identity())
        self._files.tell("frame", self._frame)
        self._files.tell("content", self.content)
        self._files.tell("reads", self.reads.told())

    # --- what must be made --------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Find files of ours that are no more: a folder in which none came or went is as old as it was."""
        for folder, changed in self._files.folders().items():
            try:
                # There are thousands: a Path for each would cost more than the rest.
                now = os.stat(f"{self.root}/{folder}").st_mtime_ns  # noqa: PTH116
            except OSError:
                now = 0
            if now != changed:
                self.looked.add(folder)
                there = {one.name for one in (self.root / folder).iterdir()} if now else set()
                for name, owner in self._files.within(folder).items():
                    if name.rpartition("/")[2] not in there:
                        self.missing.add(name)
                        self.lost.add(owner)
        self.owners |= self.lost

    def _note_threads(self, before: Sequence[Sequence[str]], now: Sequence[Sequence[str]]) -> None:
        """Note which running stories came, went or have another name, and which changed at all."""
        was, is_ = ({row[0]: list(row) for row in rows} for rows in (before, now))
        self.threads_changed = was != is_
        self.renamed = {slug for slug in was.keys() | is_.keys() if was.get(slug, [])[:2] != is_.get(slug, [])[:2]}
        self.threads = self.renamed | {slug for slug in was.keys() & is_.keys() if was[slug] != is_[slug]}

    def _note_stories(self, archive: Archive) -> None:
        """Note the stories whose pages must be made: those that changed, and those whose pages may name one."""
        for change in self.changes.stories:
            self.owners |= {f"story/{change.id}", f"card/{change.id}", f"result/{change.id}"}
            for record in (change.old, change.new):
                if record:
                    self.stories |= archive.near(record)
        self.stories |= {change.id for change in self.changes.stories if change.new}
        self.stories |= self.changes.rerooted | archive.in_threads(self.renamed)
        self.stories |= {owner.removeprefix("story/") for owner in self.owners if owner.startswith("story/")}
        self.stories &= archive.there(self.stories)
        self.owners |= {f"story/{story_id}" for story_id in self.stories}

    @property
    def months(self) -> frozenset[str]:
        """The months, "2021-07", in which a story changed, or may have."""
        return self.changes.months | self._months_by_hand

    @property
    def gone(self) -> list[Change]:
        """The stories that are no more."""
        return [change for change in self.changes.stories if change.new is None]

    def must(self, owner: str) -> bool:
        """Tell whether the files of ``owner`` must be made."""
        return self.full or owner in self.owners

    def reason(self, owner: str) -> str:
        """Return why the files of ``owner`` were made again."""
        kind, _, about = owner.partition("/")
        if not owner or kind == "sitemaps":
            return "looked at in every build"
        if self.full:
            return self.why
        changed = {change.id for change in self.changes.stories}
        if kind == "story" and about in self.stories - changed:
            return "beside a story that changed, or may name it"
        if about in changed:
            return "the story changed"
        if owner in self.lost:
            return "a file of it was gone"
        if kind == "gone":
            return "the story was withdrawn, or its template shows something that changed"
        if owner in self.owners or kind == "search":
            return "a story in it changed"
        return "its template shows something that changed"

    def touched(self, role: ListKey) -> bool:
        """Tell whether a list changed."""
        return self.full or role in self.changes.lists

    def all_of(self, template: str) -> bool:
        """Tell whether pages of ``template`` looked at something that changed, so that all of them must be made."""
        if template not in self._all:
            self._all[template] = self.full or any(map(self._changed, self.reads.by_role.get(template, ())))
        return self._all[template]

    def all_lists_of(self, template: str) -> bool:
        """Tell whether this holds of the newest pages of lists or of those behind them."""
        return self.all_of(template) or self.all_of(f"{template} older")

    def _changed(self, read: str) -> bool:
        changed = self.changes.lists
        if read == WHOLE:
            return False
        if read in ("drafts", "hidden_articles"):
            return True  # nobody tells when they change
        if read == NEAR:
            return bool(self.changes.stories)
        if read == "threads":
            return self.threads_changed or bool(self.changes.roots)
        if read in _GLOBALS:
            return any(role == _GLOBALS[read] for role, _ in changed)
        if read == "feed_groups":
            return bool(changed)
        role, _, slug = read.partition(" ")
        return (role, slug) in changed

    def pages(self, paginator: Paginator, items: object, older: str) -> set[int]:
        """Return the numbers of the pages of a list that must be made; ``older`` is the role of those behind the first.

        A new story costs the newest page, and the one behind it; one that goes, all that are newer than its own.
        """
        everything = set(range(1, paginator.pages + 1))
        # What moves in a running story is known for that of an event only, which is a tag's.
        if not isinstance(items, Articles) or items.key[0] == "thread" or self.all_of(older):
            return everything
        moved = self.changes.lists.get(items.key)
        if moved and WHOLE in self.reads.by_role.get(older, ()):
            return everything
        return pages_to_make(paginator, moved or (), items.records.older)


def pages_to_make(paginator: Paginator, moved: Sequence[Moved], older: Callable[[Place], int]) -> set[int]:
    """Return the numbers of the pages of a list that are made of something else since stories ``moved`` in it, and of
    the newest page; ``older`` counts the stories of the list that are older than a place."""
    from_on, changed = shifted(moved)
    found = {1} | {paginator.holding(older(place)) for place in changed}
    if from_on is not None:
        # The page behind the one that was the newest led to it under another address.
        came = sum((now is not None) - (before is not None) for before, now in moved)
        newest = min(paginator.pages, paginator.pages_of(paginator.size - came))
        last = max(paginator.holding(older(from_on)), paginator.pages - newest + 2)
        found |= set(range(1, min(last, paginator.pages) + 1))
    return found


# --- the frame -------------------------------------------------------------------------------------------------------


def frame(desk: StoriesGenerator) -> str:
    """Return a digest of what every page is made of besides stories."""
    context, settings = desk.context, desk.settings
    made = hashlib.sha256(_told({name: value for name, value in settings.items() if _seen(name)}).encode())
    for each in program():
        made.update(f"{each}\n".encode())
    made.update(f"{desk.desk_key}\n{_shown(desk.nashra)}\n".encode())
    for file in _made_by(desk):
        if file.is_file():
            made.update(str(file).encode() + file.read_bytes())
    plain = [(name, value) for name, value in context.items() if isinstance(value, (str, int, float))]
    shown = (
        [(one.slug, one.name, one.url) for one, _ in desk.categories],
        [(one.title, one.url, _told(one.metadata)) for one in context.get("pages", ())],
        [context[name] for name in ("site_feeds", "theme_fonts")],
        context["asset"].names,
        sorted((name, value) for name, value in plain if _seen(name)),
    )
    made.update(repr(shown).encode())
    return made.hexdigest()


@cache
def program() -> tuple[str, ...]:
    """Return the names and versions of what makes pages: Python, what it needs, and this program itself, as it was
    when this process first asked: what it loaded it does not load again."""
    made = hashlib.sha256()
    for file in _our_files():
        made.update(file.read_bytes())
    others = (f"{name} {metadata.version(name)}" for name in _MADE_BY)
    return f"Python {sys.version}", *others, f"nashra {metadata.version('nashra')} ({made.hexdigest()[:12]})"


def _our_files() -> list[Path]:
    return sorted(path for path in _PACKAGE.rglob("*") if path.suffix in (".py", ".toml", ".sql"))


def _made_by(desk: StoriesGenerator) -> Iterator[Path]:
    """Yield the files that pages are made by, in a fixed order: the theme's, other plugins'."""
    theme = Path(desk.theme)
    folders = [theme / "templates", *map(Path, desk.settings["THEME_TEMPLATES_OVERRIDES"])]
    plugins = (
        sys.modules.get(plugin) if isinstance(plugin, str) else plugin for plugin in desk.settings["PLUGINS"] or ()
    )
    for name in sorted(str(getattr(plugin, "__file__", None) or "") for plugin in plugins):
        file = Path(name)
        if file.parent == _PACKAGE:
            continue  # of which program() tells
        yield from sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    yield theme / "strings.toml"
    for folder in folders:
        yield from sorted(folder.rglob("*"))


def _seen(name: str) -> bool:
    # Our own are looked at as they were read.
    return name not in _UNSEEN and not name.startswith("NASHRA_")


def _shown(settings: Settings) -> Settings:
    """Return the settings without what no page shows."""
    told = replace(settings, target="", indexnow_key="", indexnow_endpoint="", webhooks=())
    return replace(told, workers=1, executor="", releases=False, keep_releases=1, least_left=0.0, force=False)


def _told(value: object) -> str:
    """Return a setting as text that is the same in every run: of a function, its name and what it does."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_told(key)}:{_told(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_told, value)) + "]"
    if isinstance(value, (set, frozenset)):
        return "{" + ",".join(sorted(map(_told, value))) + "}"
    if value is None or isinstance(value, (str, bytes, int, float, Path)):
        return repr(value)
    if isinstance(value, FunctionType):
        return f"{value.__qualname__} {hashlib.sha256(marshal.dumps(value.__code__)).hexdigest()}"
    kind = value if hasattr(value, "__qualname__") else type(value)
    # Most things say in the standard way where in memory they lie.
    return f"{kind.__module__}.{kind.__qualname__}" if " at 0x" in repr(value) else repr(value)
