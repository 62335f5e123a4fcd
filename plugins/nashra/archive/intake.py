"""Find and read seeds safely: regular files of bounded size, never through a symlink."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from nashra.arabic.decode import decode
from nashra.disk import hold
from nashra.errors import Problem, on_one_line, shown

LEDGER = "ledger.jsonl"
SEED = ".txt"
SIDECAR = ".meta"
# What an archive remembers of its seeds at once, so that a build need not look up each: some hundred of 100,000.
SHARDS = 1024
# Of more files that are said to have changed, all are looked at.
_MANY = 500
# Names are bytes to the file system.
_ANY = ("utf-8", "surrogateescape")
# The small letters first: where the disk folds case, that is the one found.
_SIDECARS = ["." + "".join(letters) for letters in product("mM", "eE", "tT", "aA")]
_NOT_UTF8 = re.compile("[\ud800-\udfff]")


class Found(NamedTuple):
    """A seed: ``name`` is its path below the seeds folder with "/", ``stamp`` changes when it or its sidecar does."""

    name: str
    place: str
    stamp: str
    sidecar: Path | None = None

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.place)


# A file as it was told of, whatever it is, and what the file system knows of it now.
_Entry = tuple[Found, os.stat_result]


class Survey(NamedTuple):
    """What lies in a seeds folder: the seeds and what can be none, of the shards that ``changed``; how many seeds
    are ``unchanged`` in the others; and of what changed the shards that may be known next time, each with the digest of
    its names and stamps and how many seeds it has: all of those in which nothing is wrong."""

    seeds: list[Found]
    problems: list[Problem]
    changed: list[int]
    unchanged: int
    shards: dict[int, tuple[str, int]]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the seeds ``folder``: two builds at once would promise the same story twice.

    Raises Problem when somebody else holds it.
    """
    handle = hold(folder, Problem("another build is at work", "wait for it to end", path=shown(folder)))
    try:
        yield
    finally:
        os.close(handle)


def scan(folder: Path, shown: str) -> tuple[list[Found], list[Problem]]:
    """Return the seeds below ``folder`` in order of name, and what lies there that can be none.

    ``shown`` is the folder's name in problems. Hidden files, the ledger, sidecars and README files are no seeds
    and no problem. Raises Problem when the folder itself cannot be read.
    """
    return survey(Listing(folder), shown, {})[:2]


class Listing:
    """What lies in a seeds folder, by shard, as it was last looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shards: list[list[str]] | None = None

    def look(self, changed: Collection[Path] | None = None) -> None:
        """Look at all files; only at those that ``changed``, when somebody who watches the folder says so. Raises
        OSError."""
        below = [path.relative_to(self.folder) for path in changed or () if path.is_relative_to(self.folder)]
        # Most programs write beside the file first, under a hidden name.
        files = [file for file in below if not any(part.startswith(".") for part in file.parts)]
        if self.shards is None or changed is None or len(files) > _MANY or any(map(self._is_folder, files)):
            self.shards = _walk(self.folder)
            return
        for file in files:
            name = file.as_posix()
            at = shard(name)
            self.shards[at] = [told for told in self.shards[at] if _name(told)[0] != name]
            with suppress(FileNotFoundError, NotADirectoryError):
                info = os.lstat(self.folder / file)
                if not _is_ledger(file.name, info):
                    self.shards[at].append(_told(name, info))

    def _is_folder(self, file: Path) -> bool:
        # One that is gone took its files along; what is no seed by its name may be a folder that is gone.
        path = self.folder / file
        return path.is_dir() or (not os.path.lexists(path) and _parted(file.name)[1] not in (SEED, SIDECAR))


def survey(
    listing: Listing, shown: str, known: Mapping[int, tuple[str, int]], changed: Collection[Path] | None = None
) -> Survey:
    """Return what ``scan`` finds, without the shards that are as they are ``known``: to look at the size and time of
    a file costs a tenth of looking it up. ``changed`` is told to ``listing``. Raises Problem as ``scan`` does."""
    try:
        listing.look(changed)
    except OSError as error:
        remedy = "make the folder, or name another with SEEDS=folder"
        raise Problem(f"the seeds folder cannot be read ({error.strerror})", remedy, path=shown) from None
    shards = listing.shards or []
    found = Survey([], [], [], 0, {})
    unchanged = 0
    for number in range(SHARDS):
        # One that is empty is looked at too: it may have held seeds.
        told = sorted(shards[number])
        listed = digest("\n".join(told).encode(*_ANY))
        before = known.get(number, ("", 0))
        if before[0] == listed:
            unchanged += before[1]
            continue
        seeds, problems = _judged(_entries(listing.folder, told), shown)
        found.changed.append(number)
        found.seeds.extend(seeds)
        found.problems.extend(problems)
        if not problems:
            found.shards[number] = listed, len(seeds)
    return found._replace(seeds=sorted(found.seeds), problems=sorted(found.problems, key=str), unchanged=unchanged)


def shard(name: str) -> int:
    """Return the number of the shard that a seed belongs to, and with it its sidecar."""
    return crc32(name[: name.rfind(".")].encode(*_ANY)) % SHARDS


def _judged(entries: Iterable[_Entry], shown: str) -> tuple[list[Found], list[Problem]]:
    """Return the seeds among what lies there, and what can be none."""
    seeds: list[Found] = []
    problems: list[Problem] = []
    refused: set[str] = set()
    # By the seed's name without its ending.
    sidecars: dict[str, Found] = {}
    wrong: dict[str, Problem] = {}
    for one, info in entries:
        name = one.name
        stem, ending = _parted(name)
        plain = name.isprintable()
        if plain and ending == SEED and stat.S_ISREG(info.st_mode):
            seeds.append(one)
            continue
        path = f"{shown}/{name}"
        problem = unfit(name, info)
        if ending == SIDECAR:
            other = sidecars.setdefault(stem, one)
            if other is not one:
                problem = problem or Problem(f"its seed has another, {other.path.name}", "keep one of them")
            if problem:
                problem.beside = one.path.name
                wrong.setdefault(stem, problem)
        elif problem:
            problems.append(problem.at(path))
            refused.add(stem)
        elif ending == SEED:
            seeds.append(one)
        elif one.path.stem.upper() != "README":
            problems.append(Problem("not a .txt file", "save the bulletin as plain text, name.txt", path=path))
    taken = []
    for seed in seeds if sidecars or wrong else ():
        stem, _ = _parted(seed.name)
        refused.add(stem)
        if stem in wrong:
            # Said of the seed, for that is what cannot be read as the editor wants it.
            problems.append(wrong[stem].at(f"{shown}/{seed.name}"))
        elif stem in sidecars:
            beside = sidecars[stem]
            taken.append(seed._replace(stamp=f"{seed.stamp}+{beside.stamp}", sidecar=beside.path))
        else:
            taken.append(seed)
    for stem in sidecars.keys() - refused:
        path = f"{shown}/{sidecars[stem].name}"
        problems.append(wrong[stem].at(path) if stem in wrong else _orphan(stem).at(path))
    return (taken if sidecars or wrong else seeds), problems


def _parted(name: str) -> tuple[str, str]:
    """Return a name without its ending, and the ending in small letters."""
    stem, dot, ending = name.rpartition(".")
    # Nothing stands before the dot of a hidden file, nothing behind one that ends a name.
    if not dot or not ending or "/" in ending or not stem or stem.endswith("/"):
        return name, ""
    return stem, f".{ending.lower()}"


def unfit(name: str, info: os.stat_result) -> Problem | None:
    """Return why a file of this name and kind is not read."""
    if _NOT_UTF8.search(name):
        return Problem("its name is not UTF-8", "rename it")
    if on_one_line(name) != name:
        return Problem("its name holds control characters", "rename it")
    if stat.S_ISLNK(info.st_mode):
        return Problem("it is a symbolic link", "put the file itself here")
    if stat.S_ISDIR(info.st_mode):
        return Problem("the folder cannot be read", "check its permissions and how deep it lies")
    if not stat.S_ISREG(info.st_mode):
        return Problem("it is not a regular file", "put a text file here")
    return None


def _orphan(stem: str) -> Problem:
    own = Path(stem).name
    own = _parted(own)[0] if _parted(own)[1] == SEED else own
    return Problem("it goes with no seed", f"name it like its seed: {own}{SIDECAR} beside {own}{SEED}")


def _walk(folder: Path) -> list[list[str]]:
    """Return what tells each file below a folder from any other, by shard."""
    found: list[list[str]] = [[] for _ in range(SHARDS)]
    folders = [(str(folder), "")]
    # One flat loop that keeps little: it is gone through for every seed in every build.
    for place, prefix in folders:
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((entry.path, f"{prefix}{name}/"))
                        continue
                    info = entry.stat(follow_symlinks=False)
                    if not _is_ledger(name, info):
                        name = prefix + name
                        found[shard(name)].append(_told(name, info))
        except OSError:
            if not prefix:
                raise
            if os.path.lexists(folder):
                name = prefix[:-1]
                # It is told of like a file that is none; of what lies too deep, what it lies in.
                while not os.path.lexists(folder / name):
                    name = name.rpartition("/")[0]
                found[shard(name)].append(_told(name, os.lstat(folder / name)))
    return found


def _is_ledger(name: str, info: os.stat_result) -> bool:
    # It changes with every story.
    return name == LEDGER and stat.S_ISREG(info.st_mode)


def _told(name: str, info: os.stat_result) -> str:
    return f"{name}:{info.st_mtime_ns}:{info.st_size}:{info.st_ino}:{info.st_mode}"


def _name(told: str) -> tuple[str, str]:
    """Return the name that was told of, and what tells the file as it was from any other of this name."""
    name, *stamp = told.rsplit(":", 4)
    return name, ":".join(stamp)


def _entries(folder: Path, told: Iterable[str]) -> Iterator[_Entry]:
    """Yield the files that were told of, but for those that are gone by now."""
    for name, stamp in map(_name, told):
        with suppress(FileNotFoundError):
            yield Found(name, f"{folder}/{name}", stamp), os.lstat(f"{folder}/{name}")


def read(path: Path, limit: int | None = None) -> bytes:
    """Return the bytes of the regular file at ``path``.

    Raises Problem for a file of more than ``limit`` bytes, where there is a limit, one that became a link or a device,
    or one that cannot be read. No more than ``limit`` bytes are ever read.
    """
    try:
        # O_NONBLOCK: a FIFO that took the file's place must not hang the build.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Problem(f"it cannot be read ({error.strerror})", "check its permissions") from None
    with open(handle, "rb") as file:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise Problem("it is not a regular file", "put a text file here")
        if limit is None:
            return file.read()
        data = b"" if info.st_size > limit else file.read(limit + 1)
    if info.st_size > limit or len(data) > limit:
        size = f"{max(info.st_size, len(data)) / 2**20:.0f} MiB"
        raise Problem(f"it is too large ({size}; the limit is {limit / 2**20:g} MiB)", "split it into bulletins")
    return data


def sidecar(seed: Path) -> Path | None:
    """Return the sidecar that lies beside ``seed``, if one does."""
    if seed.suffix.lower() != SEED:
        return None
    beside = (path for path in map(seed.with_suffix, _SIDECARS) if os.path.lexists(path))
    # A folder of that name holds other seeds.
    return next((path for path in beside if path.is_symlink() or not path.is_dir()), None)


def notes(sidecar: Path | None, limit: int) -> str:
    """Return the clean text of a seed's sidecar, "" when it has none. What is wrong is said of the sidecar."""
    try:
        return decode(read(sidecar, limit)) if sidecar else ""
    except Problem as problem:
        problem.beside = sidecar.name if sidecar else ""
        raise


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of ``parts`` in hexadecimal."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
