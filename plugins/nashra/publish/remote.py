"""Publishing to a place that is not on this machine: in order, only what changed, and to be gone on with at any point.

    <place>/…                     the site, with the packed twins of its files
    <place>/.nashra/root          what lies there, and who is at work on it
    <place>/.nashra/sums/DIGEST   the pieces of the maps of what lies there (maps.py); never changed, so ever right

The root is what everything turns on. It is replaced only where it is still the one that was read: of two who publish at
once, one goes on and the other stops. Before files are touched it names them (a write-ahead log): whoever comes after
one that was killed sends them again, whatever the maps say. When they are there it leads to the maps that say so. Files
go in batches, so that a first upload that ends in the middle goes on from there.

An unchanged site costs a look at each of its folders and one read. A changed one costs what changed: its files, a piece
of a map for each few hundred neighbours of one, and the root, twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import stat
import threading
import time
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from nashra.errors import Problem
from nashra.publish.headers import headers
from nashra.publish.maps import EMPTY, Maps
from nashra.publish.order import FEEDS, is_hashed, is_story, rank
from nashra.publish.pack import PACKED, packed, packs
from nashra.publish.progress import Progress
from nashra.publish.releases import GONE_CADDY, GONE_MARK, GONE_NGINX, Releases, files, gone_addresses, is_shown
from nashra.publish.sums import SITE, Sums
from nashra.publish.target import Published
from nashra.publish.verify import problems, refuse

_ROOT, _SUMS = ".nashra/root", ".nashra/sums/"
# So many names at most are touched between two roots: what a killed run did last is sent again.
_BATCH = 2_000
# A theme's file that no page asks for any more stays so many seconds for pages that readers and caches hold.
_LEFT_FOR = 30 * 86_400
# Of a store's heartbeats, so many must be missed before somebody else's work is taken for dead.
_MISSED = 4
# What the build itself takes away, and writes every page anew that led there: it need not be looked for in all others.
_KEPT = re.compile(r"(?:author|cards|category|feeds|search|tag|thread)/|\d{4}/(?:\d\d/){0,2}(?:index|\d+)\.html$")
# What to do where a place failed.
AGAIN = "publish again: it goes on from there"
# The clock that goes on while the machine sleeps, where there is one.
_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PRIVATE = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}


class Overtaken(Exception):
    """What was to be replaced is no longer what was read."""


class Item(NamedTuple):
    """A file as it is to lie in the place: below which key, its bytes or where they are, None to have it removed, and
    what is said with it. ``gone`` says that it stands for what is no more."""

    key: str
    data: bytes | Path | None
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    gone: bool = False


class Store(Protocol):
    """A place that holds files by their keys. What fails in it raises Problem."""

    # How it is called in what is told, without anything secret; and every how many seconds who works there says so.
    name: str
    beat: float

    def read(self, key: str) -> tuple[bytes, str] | None:
        """Return a file and its version, None where there is none."""

    def write(self, key: str, data: bytes, version: str) -> str:
        """Make ``data`` the file ``key`` if it is of this version still, or if there is none and it is ""; return the
        new version. Raises Overtaken."""

    def send(self, names: Sequence[str], items: Callable[[str], Iterable[Item]], sent: Callable[[int], None]) -> None:
        """Make the place hold the items of all these names, in any order; those of one in their order. Tell ``sent``
        of each file that was put there, with its bytes."""


@dataclass(frozen=True)
class Root:
    """What lies in the place, and who is at work there."""

    # The map of the folders: what lies there, but for ``names``, which are being touched.
    site: str = EMPTY
    names: tuple[str, ...] = ()
    # Who is at work, nobody where it is "", and how often the root was written: no two roots are the same.
    owner: str = ""
    count: int = 0
    # Pieces of maps that are asked for no more, and theme files that are not, with the seconds since 1970 since when.
    old: tuple[str, ...] = ()
    left: dict[str, int] = field(default_factory=dict)

    def packed(self) -> bytes:
        """Return it as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def read(cls, data: bytes) -> Root:
        """Return what was written. Raises ValueError."""
        try:
            told = json.loads(data)
        except RecursionError:
            raise ValueError("no root") from None
        if not isinstance(told, dict) or told.keys() != asdict(cls()).keys():
            raise ValueError("no root")
        site, names, owner, count, old, left = (told[one.name] for one in fields(cls))
        if not (isinstance(names, list) and isinstance(old, list) and isinstance(left, dict)):
            raise ValueError("no lists")
        if not all(isinstance(one, str) for one in (site, owner, *names, *old)) or not all(
            type(one) is int and one >= 0 for one in (count, *left.values())
        ):
            raise ValueError("no texts or numbers")
        root = cls(site, tuple(names), owner, count, tuple(old), left)
        digests = all(map(_DIGEST.fullmatch, root.old)) and (root.site == EMPTY or _DIGEST.fullmatch(root.site))
        if not digests or not all(map(_is_name, (*root.names, *root.left))):
            raise ValueError("no names or digests")
        return root


class Change(NamedTuple):
    """A file of the site that is to be put there, or, without a sum, to be removed; ``new`` where none lies there."""

    name: str
    sum: str | None
    new: bool


class Lease:
    """The right to change what lies in a place: the root as it was read or written last.

    Where somebody else is named in it they are watched first: whoever is at work writes the root again and again. Who
    did not for so long that they may be taken for dead does so before they touch anything more.
    Raises Problem in all that it does, once somebody else has written it.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self._store, self._owner = store, owner
        self._busy = Problem(
            "somebody else is publishing there", "wait for them to end, and publish again", path=store.name
        )
        self._lock, self._over, self._lost = threading.Lock(), threading.Event(), False
        self.root, self._version = self._read()
        self._written = time.clock_gettime(_CLOCK)
        if self.root.owner not in ("", owner):
            watched, seen = time.monotonic(), self._version
            while time.monotonic() - watched < _MISSED * store.beat:
                time.sleep(store.beat / 2)
                self.root, self._version = self._read()
                if self._version != seen:
                    raise self._busy

    def _read(self) -> tuple[Root, str]:
        found = self._store.read(_ROOT)
        if found is None:
            return Root(), ""
        try:
            return Root.read(found[0]), found[1]
        except ValueError:
            wrong = f"what is written in {_ROOT} there cannot be read"
            raise Problem(wrong, "delete it there: then all is sent again", path=self._store.name) from None

    def still(self) -> None:
        """Raise Problem if the root is another's: as far as was seen, while others know that we are at work; after a
        sleep, or where our writing failed, by writing it."""
        if self._lost:
            raise self._busy
        if self._is_late():
            with self._lock:
                if self._is_late():
                    self._write()

    def _is_late(self) -> bool:
        return time.clock_gettime(_CLOCK) - self._written > (_MISSED - 1) * self._store.beat

    def moved(self) -> Problem | None:
        """Return the problem that the root is another than was read, None where it is not."""
        return self._busy if self._read()[1] != self._version else None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let others see meanwhile that somebody is at work."""
        beating = threading.Thread(target=self._beat, daemon=True)
        beating.start()
        try:
            yield
        finally:
            self._over.set()
            beating.join()

    def _beat(self) -> None:
        while not self._over.wait(self._store.beat):
            try:
                with self._lock:
                    # It may have ended while this waited for the lock: nobody is at work there any more.
                    if not self._over.is_set():
                        self._write()
            except (Problem, OSError) as problem:
                # What fails once may succeed when it is due again; others wait for several.
                if problem is self._busy:
                    return

    def write(self, *, ends: bool = False, **told: Any) -> None:
        """Write the root with what is ``told`` of it; when it ``ends``, nobody is at work there any more."""
        with self._lock:
            self._write(ends=ends, **told)

    def _write(self, *, ends: bool = False, **told: Any) -> None:
        if self._lost:
            raise self._busy
        began = time.clock_gettime(_CLOCK)
        first = self.root.owner != self._owner
        root = replace(self.root, **told, owner="" if ends else self._owner, count=self.root.count + 1)
        data = root.packed()
        try:
            version = self._store.write(_ROOT, data, self._version)
        except Overtaken:
            version = ""
        # Refused, though it was done, where the answer to a first try was lost; and done, though somebody else was
        # quicker, by a store that knows no conditions.
        if first or not version:
            there = self._store.read(_ROOT)
            if there is None or there[0] != data:
                self._lost = True
                raise self._busy
            version = there[1]
        self.root, self._version, self._written = root, version, began
        if ends:
            self._over.set()


class Remote:
    """A store as a target: what is built beside the local releases is sent there, and no local release is made."""

    def __init__(self, store: Store, releases: Releases) -> None:
        self._store, self._releases = store, releases
        self._site, self._notes = releases.next, releases.folder / ".sums"

    def check(self) -> None:
        """Raise Problem where nothing can be published there: before anything is built."""
        self._store.read(_ROOT)

    def publish(
        self,
        address: str,
        assets: str,
        *,
        written: Collection[str],
        keep: int,
        force: bool,
        ahead: Callable[[frozenset[str]], None] = lambda _: None,
    ) -> Published:
        """Show the public there what lies in ``next``: see ``Target``. ``written`` need be no more than what the last
        build wrote; no states are kept there."""
        del keep
        sums = Sums(self._site, self._notes)
        now = sums.look()
        lease = Lease(self._store, self._owner())
        maps, changes = self._changes(lease, sums, now, force)
        gone = {change.name for change in changes if change.sum is None}
        self._refuse_to_lose(gone, force)
        there = _OnDisk(self._site)
        missed = any(not _KEPT.match(name) and not _stays(name, assets) for name in gone)
        wrong = problems(self._site, address, there, {change.name for change in changes if change.sum}, missed)
        if changes and (lost := [name for name in written if name not in there]):
            wrong.append(Problem("files that the build wrote are gone", "build again", path=min(lost)))
        refuse(wrong, force)
        if not changes and not lease.root.owner:
            return Published(f"{self._store.name} shows all of it already", wrong, frozenset())
        changed = frozenset(change.name for change in changes)
        ahead(changed)
        with lease.held():
            self._send(lease, maps, changes, assets)
        number = len(changes) - len(gone)
        return Published(f"{self._store.name} shows it, {number:,} new files were sent", wrong, changed)

    def _owner(self) -> str:
        """Return who publishes from here: made of a chance text, kept, so that what a killed run left is known as ours;
        and of the machine and the folder, for a copy of it is somebody else."""
        place, kept = self._notes / "owner", ""
        with suppress(OSError):
            kept = place.read_text("ascii", "replace")
        if not re.fullmatch(r"[0-9a-f]{32}", kept):
            place.write_text(kept := secrets.token_hex(16), "ascii")
        machine, folder = "", self._notes.stat()
        with suppress(OSError):
            machine = Path("/etc/machine-id").read_text("ascii", "replace")
        told = f"{kept} {machine} {os.uname().nodename} {folder.st_dev} {folder.st_ino}"
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]

    def _changes(self, lease: Lease, sums: Sums, now: str, force: bool) -> tuple[Maps, list[Change]]:
        """Return what differs between the site and the place, and the maps of both. By ``force``, damaged maps are
        none: then all is sent, and what only they told of stays."""
        remedy = "publish with FORCE=1, which sends all again"
        damaged = Problem("the list of what lies there is damaged", remedy, path=self._store.name)

        def fetch(digest: str) -> bytes | None:
            found = self._store.read(_SUMS + digest)
            return found[0] if found else None

        maps = Maps(fetch, damaged)
        maps.know(sums.before)
        try:
            found = list(self._differing(lease.root, maps, sums, now))
        except Problem as problem:
            if problem is not damaged:
                raise
            if moved := lease.moved():
                raise moved from None
            if not force:
                raise
            lease.root = replace(lease.root, site=EMPTY, old=())
            found = list(self._differing(lease.root, maps, sums, now))
        return maps, found

    def _differing(self, root: Root, maps: Maps, sums: Sums, now: str) -> Iterator[Change]:
        if root.site != now:
            maps.know(sums.folders())
        seen: set[str] = set()
        for folder, before, after in maps.differing(root.site, now):
            maps.know(sums.pieces(folder))
            for last, was, sum_ in maps.differing(before or EMPTY, after or EMPTY):
                name = folder + last
                if not _is_name(name):
                    raise maps.damaged
                seen.add(name)
                yield Change(name, sum_, was is None)
                # Where an editor's own packed twin goes, ours takes its place.
                if sum_ is None and (base := _packed_of(name)) and base not in seen and (sum_ := sums.of(base)):
                    seen.add(base)
                    yield Change(base, sum_, False)
        # What was being touched is not known to lie there; of its folders the maps may say the same as here.
        for folder in {name[: name.rfind("/") + 1] for name in root.names}:
            maps.know(sums.pieces(folder))
        for name in root.names:
            if name not in seen:
                yield Change(name, sums.of(name), False)

    def _refuse_to_lose(self, gone: Collection[str], force: bool) -> None:
        """Raise Problem where a story's page would vanish, or one that is withdrawn would be seen again: this site must
        be one that never knew of it. That a withdrawal was undone here looks the same from there."""
        withdrawn = gone_addresses(self._site)
        # Of those that are withdrawn here, a theme may have no page.
        lost = sorted(name for name in gone if is_story(name) and f"/{name}" not in withdrawn)
        back = sorted(
            page
            for name in gone
            if name.endswith(f".html{GONE_MARK}") and (page := name[: -len(GONE_MARK)]) not in gone
        )
        if force:
            return
        if lost:
            wrong = f"it shows stories that this site never had, {len(lost):,} of them, as {lost[0]}"
            remedy = "bring in the seeds and the ledger of whoever published last, or remove them with FORCE=1"
            raise Problem(wrong, remedy, path=self._store.name)
        if back:
            wrong = f"stories that are withdrawn there would be seen again, {len(back):,} of them, as {back[0]}"
            remedy = (
                "bring in the ledger of whoever published last, or, if you undid a withdrawal, publish with FORCE=1"
            )
            raise Problem(wrong, remedy, path=self._store.name)

    def _send(self, lease: Lease, maps: Maps, changes: Sequence[Change], assets: str) -> None:
        """Make the place show the changes, in order, a batch at a time."""
        left, now = dict(lease.root.left), int(time.time())
        over = {name for name, since in left.items() if now - since > _LEFT_FOR} - {change.name for change in changes}
        marked = {change.name for change in changes if change.sum and self._is_gone(change.name)}
        turns = [(_turn(change, change.name in marked, bool(marked)), change) for change in changes]
        turns += [(_turn(last := Change(name, None, False), False, False), last) for name in over]
        turns.sort()
        progress = Progress(len(turns))

        def sent(size: int) -> None:
            lease.still()
            progress.add(size)

        site, old = lease.root.site, lease.root.old
        try:
            for start in range(0, len(turns), _BATCH):
                batch = turns[start : start + _BATCH]
                lease.write(site=site, old=old, left=left, names=tuple(change.name for _, change in batch))
                for _, turn in groupby(batch, lambda one: one[0]):
                    items = {change.name: self._items(change, assets, over) for _, change in turn}
                    self._store.send(list(items), partial(_while, lease, items), sent)
                for _, change in batch:
                    left.pop(change.name, None)
                    if change.sum is None and change.name not in over and _stays(change.name, assets):
                        left[change.name] = now
                site, old = self._noted(lease, maps, site, old, [change for _, change in batch])
            lease.write(ends=True, site=site, old=old, left=left, names=())
        finally:
            progress.close()

    def _items(self, change: Change, assets: str, over: Container[str]) -> Iterator[Item]:
        """Yield what a change of a file is to the place: the file, and its packed twins."""
        name, path = change.name, self._site / change.name
        twins = [name + ending for ending in PACKED if packs(name)]
        ours = [twin for twin in twins if not (self._site / twin).is_file()]
        if change.sum is None:
            # In the place of an editor's own twin lies ours by now.
            if not (_stays(name, assets) and name not in over) and not self._has_packed(name):
                yield from (Item(key, None) for key in (name, *ours))
            return
        gone = self._is_gone(name)
        yield Item(name, path, headers(name), gone)
        made = dict(packed(name, path.read_bytes())) if ours else {}
        for twin in ours:
            ending = twin[len(name) :]
            if ending in made:
                yield Item(twin, made[ending], headers(name, twin=ending), gone)
            elif not change.new:
                yield Item(twin, None)

    def _has_packed(self, name: str) -> bool:
        """Tell whether a name is that of the packed twin of a file of the site."""
        base = _packed_of(name)
        return base != "" and (self._site / base).is_file()

    def _is_gone(self, name: str) -> bool:
        """Tell whether a page stands for a withdrawn story."""
        return name.endswith(".html") and (self._site / f"{name}{GONE_MARK}").is_file()

    def _noted(
        self, lease: Lease, maps: Maps, site: str, old: Collection[str], done: Iterable[Change]
    ) -> tuple[str, tuple[str, ...]]:
        """Have the maps say what was done; return the new one of the site, and the pieces that it needs no more. Those
        that the last one did not need are removed: nobody who read the root since asks for them."""
        folders: dict[str, dict[str, str | None]] = {}
        for change in done:
            folder, slash, last = change.name.rpartition("/")
            folders.setdefault(folder + slash, {})[last] = change.sum
        digests: dict[str, str | None] = {}
        for folder, changed in sorted(folders.items()):
            digests[folder] = maps.changed(folder, maps.get(site, folder) or EMPTY, changed) or None
        site = maps.changed(SITE, site, digests)
        made, went = maps.take()
        lists: dict[str, bytes | None] = {_SUMS + digest: data for digest, data in made.items()}
        lists |= {_SUMS + digest: None for digest in old if digest not in made}
        items = {key: [Item(key, data, _PRIVATE)] for key, data in lists.items()}
        self._store.send(list(items), partial(_while, lease, items), lambda _: None)
        return site, tuple(went)


class _OnDisk(Collection[str]):
    """The files of a site by name, looked for where they lie."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def __contains__(self, name: object) -> bool:
        parts = str(name).split("/")
        if not all(parts) or ".." in parts or not all(is_shown("/".join(parts[: at + 1])) for at in range(len(parts))):
            return False
        with suppress(OSError, ValueError):
            return stat.S_ISREG(os.lstat(f"{self._site}/{name}").st_mode)
        return False

    def __iter__(self) -> Iterator[str]:
        return iter(files(self._site))

    def __len__(self) -> int:
        return len(files(self._site))


def _while(lease: Lease, items: Mapping[str, Iterable[Item]], name: str) -> Iterator[Item]:
    """Yield the items of a name while the right to change what lies there is ours. Raises Problem when it is not."""
    for item in items[name]:
        lease.still()
        yield item


def _is_name(name: str) -> bool:
    """Tell whether a text can be the name of a file of a site: what lies in the place was written by whoever may."""
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        return False
    return all(part not in ("", ".", "..") for part in name.split("/")) and "\0" not in name


def _turn(change: Change, gone: bool, some_gone: bool) -> tuple[int, int]:
    """Return when a change takes place. First goes what says that a story is withdrawn (``gone``), but for the new
    theme files that it shows itself in; last, what nothing leads to any more. Between them what is new goes before what
    leads there."""
    name, late = change.name, rank(change.name)
    if change.sum is None:
        return 6, -late
    if gone or name.endswith(GONE_MARK) or name in (GONE_NGINX, GONE_CADDY):
        return 1, 0
    if late == 0:
        return (0 if some_gone and is_hashed(name) else 2), 0
    # A page may lead to its feed, and a feed leads to pages.
    if late >= FEEDS and not (change.new and late == FEEDS):
        return 5, late
    return (3 if change.new else 4), late


def _stays(name: str, assets: str) -> bool:
    """Tell whether a file that went is still asked for by pages that readers hold."""
    return name.startswith(f"{assets}/") and is_hashed(name)


def _packed_of(name: str) -> str:
    """Return whose packed twin a name would be, "" where nobody's."""
    base = next((name.removesuffix(ending) for ending in PACKED if name.endswith(ending)), "")
    return base if packs(base) else ""
