"""Releases: whole sites side by side, one of which the public sees through a symbolic link.

    public → public.releases/000007      what readers see
    public.releases/000006, 000005, …    what they saw before, for ``nashra rollback``
    public.releases/000007.sha256        the sums of its files, for ``sha256sum --check``
    public.releases/next                 where builds write; never shown

A file that did not change is one file in all of them (a hard link): a release costs what is new in it, and a link a
file.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from nashra.disk import hold, sync
from nashra.errors import Problem, shown, tell
from nashra.publish.order import is_hashed
from nashra.publish.pack import PACKED, packed
from nashra.publish.target import Published
from nashra.publish.verify import problems, refuse

# Where builds tell servers which addresses are withdrawn.
GONE_NGINX, GONE_CADDY = ".gone.nginx", ".gone.caddy"
# And beside the page of each story that is, in an empty file called so.
GONE_MARK = ".gone"
# Of hidden files, those that are published; the others are of builds and of editors' programs.
_SHOWN = (".well-known", GONE_NGINX, GONE_CADDY)
_NUMBER = re.compile(r"\d{6}")
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_TO_LIST = 5
_FIRST = "000000"
# Everybody may read what is published: servers run as somebody else.
_READ, _FILE, _FOLDER = 0o444, 0o644, 0o755


class File(NamedTuple):
    """A file of a site: which it is to the file system, and who may read it."""

    inode: tuple[int, int]
    mode: int


class Releases:
    """The releases behind the folder ``public``."""

    def __init__(self, public: Path) -> None:
        self.public = public.parent.resolve() / public.name
        self.folder = self.public.with_name(f"{public.name}.releases")
        self.next = self.folder / "next"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the releases: two at once would publish over each other. Raises Problem where another does, and where
        there can be none."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = hold(self.folder, self._problem("somebody else is publishing it", "wait for them to end"))
        except OSError as error:
            raise self._problem(f"no releases can be kept there ({error.strerror})", "name another folder") from None
        try:
            yield
        finally:
            os.close(handle)

    @property
    def current(self) -> Path | None:
        """The release the public sees, None where it sees none."""
        try:
            release = self.public.parent / self.public.readlink()
        except OSError:
            return None
        return release if release.parent == self.folder and release.is_dir() else None

    def all(self) -> list[Path]:
        """Return the releases that are kept, the oldest first."""
        try:
            return sorted(path for path in self.folder.iterdir() if _NUMBER.fullmatch(path.name) and path.is_dir())
        except FileNotFoundError:
            return []

    def check(self, known: Callable[[Path], Iterable[str]], force: bool = False) -> None:
        """Raise Problem where ``public`` cannot become a link: before anything is built.

        A folder that a build wrote will be kept as a release; ``known`` returns what in it no build wrote, which
        would no longer be shown.
        """
        if self.public.is_symlink():
            if self.current is None and os.path.lexists(self.public):
                raise self._problem("it is a link that leads to no release", "remove it, or publish elsewhere")
        elif self.public.is_dir():
            foreign = sorted(known(self.public))
            if foreign and not force:
                told = ", ".join(foreign[:_TO_LIST]) + (" …" if len(foreign) > _TO_LIST else "")
                remedy = "move them into the content folder (STATIC_PATHS), or publish with FORCE=1 without them"
                raise self._problem(f"files lie in it that no build wrote: {told}", remedy)
        elif os.path.lexists(self.public):
            raise self._problem("it is no folder", "name another with OUTPUT=folder")

    # --- a new release -----------------------------------------------------------------------------------------

    def _add(self, site: Mapping[str, File], was: Mapping[str, File], assets: str) -> Path:
        """Make a release of the files of ``site`` in ``next``, on the disk in every byte, and return it; nobody sees it
        yet. ``was`` is the site that is shown now: what did not change costs a link.

        Files below the folder ``assets`` whose names change with their bytes stay from the releases before: a page
        that a reader holds asks for them.
        """
        making = self.folder / ".making"
        _remove(making)
        before = self.current
        sums = _read_sums(before)
        new: dict[str, str] = {}
        fresh: list[str] = []
        folders = [making]
        making.mkdir()
        # Texts, and no paths: there may be hundreds of thousands.
        here, there, shown_now, last = f"{self.next}/", f"{making}/", f"{before}/", ""
        for name, file in site.items():
            if (folder := name.rpartition("/")[0]) != last:
                folders += _make(making, folder)
                last = folder
            os.link(here + name, there + name)
            if file.mode & _READ != _READ:
                Path(there, name).chmod(_FILE)
            if name in sums and name in was and was[name].inode == file.inode:
                new[name] = sums[name]
                for twin in _twins(name, site):
                    if twin in sums and twin in was:
                        new[twin] = sums[twin]
                        os.link(shown_now + twin, there + twin)
            else:
                fresh.append(name)
        for each in (self.folder, *folders):
            each.chmod(_FOLDER)
        with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
            for made in pool.map(lambda name: _finished(making, name, _twins(name, site)), fresh):
                new.update(made)
        for release in self.all():
            _carry(release, making, assets)
        release = self._numbered()
        (self.folder / f"{release.name}.sha256").write_text(_sums(new), "utf-8")
        # All at once first: one by one, each would wait for the disk.
        os.sync()
        for name in fresh:
            for path in (name, *_twins(name, site)):
                sync(making / path)
        for each in folders:
            sync(each)
        sync(self.folder / f"{release.name}.sha256")
        making.rename(release)
        sync(self.folder)
        return release

    def _numbered(self) -> Path:
        kept = [int(path.name) for path in self.all()]
        return self.folder / f"{max(kept, default=0) + 1:06}"

    def show(self, release: Path) -> None:
        """Let the public see ``release`` from now on, in one step."""
        link = self.public.with_name(f".{self.public.name}.link")
        self._keep_first(link)
        link.unlink(missing_ok=True)
        link.symlink_to(f"{self.folder.name}/{release.name}")
        if _is_folder(self.public):
            _exchange(link, self.public)
            self._keep_first(link)
        else:
            link.replace(self.public)
        sync(self.public.parent)

    def _keep_first(self, folder: Path) -> None:
        """Make what a build wrote where the public looks, and a link took the place of, the release before the
        first."""
        if _is_folder(folder):
            first = self.folder / _FIRST
            _remove(first)
            folder.rename(first)

    def prune(self, keep: int) -> None:
        """Remove all but the newest ``keep`` releases and the one that the public sees. One without sums, as a folder
        that was there before, stays."""
        for release in self.all()[:-keep]:
            if release == self.current or not release.with_suffix(".sha256").exists():
                continue
            try:
                _remove(release)
                release.with_suffix(".sha256").unlink()
            except OSError as error:
                wrong = f"an old release cannot be removed ({error.strerror})"
                tell(Problem(wrong, "remove it yourself", path=shown(release)))

    # --- an old release ----------------------------------------------------------------------------------------

    def roll_back(self, to: str = "", *, force: bool = False) -> Path:
        """Show the release before the current one again, or the one called ``to``; return it.

        Raises Problem where there is none, and, unless it is to be by ``force``, where stories that were withdrawn
        since would be seen again.
        """
        if self.current is None:
            raise self._problem("nothing is published there", "publish first: make publish OUTPUT=folder")
        with self.alone():
            return self._roll_back(self.current, to, force)

    def _roll_back(self, current: Path, to: str, force: bool) -> Path:
        kept = self.all()
        older = [release for release in kept if release < current]
        wanted = next((release for release in kept if to and release.name == to.zfill(6)), None)
        wanted = wanted if to else (older[-1] if older else None)
        if wanted is None:
            names = ", ".join(release.name for release in kept)
            wrong = f"there is no release {to}" if to else "no older release is kept"
            raise self._problem(wrong, f"kept are {names}; NASHRA_KEEP_RELEASES says how many are")
        since = (gone_addresses(current) | gone_addresses(self.next)) - gone_addresses(wanted)
        again = sorted(address for address in since if (wanted / address.lstrip("/")).exists())
        if again and not force:
            remedy = "correct the seeds and publish, or use --force"
            raise self._problem(f"release {wanted.name} still shows what was withdrawn since: {again[0]}", remedy)
        # Pages of the release that is left are in readers' hands still.
        _lend(filter(is_hashed, _read_sums(current)), current, wanted)
        self.show(wanted)
        return wanted

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
        """Show the public what lies in ``next``, where a build wrote these files: see ``Target``. Nothing new is no
        release."""
        now, was = files(self.next), files(self.current) if self.current else {}
        new, gone = _changed(now, was, assets)
        wrong = problems(self.next, address, now, new, bool(gone))
        if lost := sorted(set(written) - now.keys()):
            wrong.append(Problem("files that the build wrote are gone", "build again", path=lost[0]))
        refuse(wrong, force)
        if not new and not gone and self.current:
            return Published(f"release {self.current.name} shows all of it already", wrong, frozenset())
        release = self._add(now, was, assets)
        changed = frozenset(new | gone)
        ahead(changed)
        self.show(release)
        self.prune(keep)
        return Published(f"release {release.name} with {len(new):,} new files is public", wrong, changed)

    def _problem(self, wrong: str, remedy: str) -> Problem:
        return Problem(wrong, remedy, path=shown(self.public))


def is_shown(name: str) -> bool:
    """Tell whether a file or folder of a site, in a folder that is shown, is for the public or its servers."""
    return not name.startswith(".", name.rfind("/") + 1) or name in _SHOWN


def files(site: Path) -> dict[str, File]:
    """Return the files of a site by their paths below it, in order; links, and what is hidden but meant for servers or
    programs, are none."""
    found: dict[str, File] = {}
    folders = [""]
    for folder in folders:
        with os.scandir(f"{site}/{folder}") as entries:
            for entry in entries:
                name = folder + entry.name
                if not is_shown(name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{name}/")
                elif entry.is_file(follow_symlinks=False):
                    info = entry.stat(follow_symlinks=False)
                    found[name] = File((info.st_dev, info.st_ino), info.st_mode)
    return {name: found[name] for name in sorted(found)}


def _changed(now: Mapping[str, File], was: Mapping[str, File], assets: str) -> tuple[set[str], set[str]]:
    """Return the names of the files of a site that are not the very files it ``was``, and of those that are no more,
    but for packed twins, and for what was carried on below ``assets``."""
    new = {name for name, file in now.items() if name not in was or was[name].inode != file.inode}
    gone = {
        name
        for name in was.keys() - now.keys()
        if not (name.endswith(PACKED) and name[:-3] in was) and not (name.startswith(f"{assets}/") and is_hashed(name))
    }
    return new, gone


def _make(site: Path, folder: str) -> list[Path]:
    """Make a folder of a site that may be there; return those that were made, what holds others first."""
    made: list[Path] = []
    while folder and not (path := site / folder).is_dir():
        made.append(path)
        folder = folder.rpartition("/")[0]
    for path in reversed(made):
        path.mkdir()
    return made[::-1]


def _twins(name: str, site: Container[str]) -> list[str]:
    """Return the names of the packed twins of a file, without those that the site has itself."""
    return [twin for ending in PACKED if (twin := f"{name}{ending}") not in site]


def _finished(site: Path, name: str, twins: Container[str]) -> dict[str, str]:
    """Write those packed ``twins`` of a file; return the SHA-256 of all of them by name."""
    data = (site / name).read_bytes()
    made = {name: hashlib.sha256(data).hexdigest()}
    when = (site / name).stat()
    for ending, twin in packed(name, data):
        if f"{name}{ending}" not in twins:
            continue
        path = site / f"{name}{ending}"
        # Never into a file that is there: it may be one of another release, too.
        with path.open("xb") as file:
            file.write(twin)
        path.chmod(_FILE)
        # A server tells by the time whether a reader has it already.
        os.utime(path, ns=(when.st_atime_ns, when.st_mtime_ns))
        made[f"{name}{ending}"] = hashlib.sha256(twin).hexdigest()
    return made


def _carry(release: Path, making: Path, assets: str) -> None:
    """Link what only pages of ``release`` ask for, which readers may hold still, into the new release."""
    if not (release / assets).is_dir():
        return
    here = {f"{assets}/{name}" for name in files(release / assets)}
    # What it carried itself is in no list of its files.
    old = set(filter(is_hashed, here))
    own = _read_sums(release) if any(not (making / name).exists() for name in old) else {}
    _lend(old & own.keys(), release, making)


def _lend(names: Iterable[str], release: Path, other: Path) -> None:
    """Link those files of a release into another that are missing there."""
    for name in sorted(names):
        if not (other / name).exists():
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(release / name, other / name)


def _sums(sums: Mapping[str, str]) -> str:
    """Return the list that ``sha256sum --check`` reads, in the order of names."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def _read_sums(release: Path | None) -> dict[str, str]:
    if release is None:
        return {}
    try:
        lines = release.with_suffix(".sha256").read_text("utf-8").splitlines()
    except OSError:
        return {}
    return {line[66:]: line[:64] for line in lines}


def gone_addresses(site: Path) -> set[str]:
    """Return the addresses that a site says are withdrawn."""
    try:
        return set(re.findall(r'^"([^"]+)"', (site / GONE_NGINX).read_text("utf-8"), re.MULTILINE))
    except OSError:
        return set()


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _exchange(one: Path, other: Path) -> None:
    """Exchange what two names stand for in one step, where the system can (renameat2, Linux 3.15); else in two."""
    names = os.fsencode(one), os.fsencode(other)
    with suppress(AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
            return
    aside = other.with_name(f".{other.name}.old")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


def _is_folder(path: Path) -> bool:
    """Tell whether a folder itself lies there, and no link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False
