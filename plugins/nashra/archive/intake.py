"""Find and read seeds safely: regular files of bounded size, never through a symlink."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nashra.errors import Problem

LEDGER = "ledger.jsonl"
SEED = ".txt"
SIDECAR = ".meta"


class Found(NamedTuple):
    """A file in the seeds folder: ``name`` is its path below it with "/", ``stamp`` changes when the file does."""

    name: str
    path: Path
    stamp: str


def scan(folder: Path, shown: str) -> tuple[list[Found], list[Problem]]:
    """Return the seeds below ``folder`` in order of name, and what lies there that can be none.

    ``shown`` is the folder's name in problems. Hidden files, the ledger, sidecars and README files are no seeds
    and no problem. Raises Problem when the folder itself cannot be read.
    """
    seeds: list[Found] = []
    problems: list[Problem] = []
    sidecars: dict[str, os.stat_result] = {}
    try:
        entries = list(_walk(folder, ""))
    except OSError as error:
        remedy = "make the folder, or name another with SEEDS=folder"
        raise Problem(f"the seeds folder cannot be read ({error.strerror})", remedy, path=shown) from None
    for name, entry, info in entries:
        path = f"{shown}/{name}"
        if stat.S_ISLNK(info.st_mode):
            problems.append(Problem("it is a symbolic link", "put the file itself here", path=path))
        elif not stat.S_ISREG(info.st_mode):
            problems.append(Problem("it is not a regular file", "put a text file here", path=path))
        elif name.endswith(SIDECAR):
            sidecars[name.removesuffix(SIDECAR)] = info
        elif name.lower().endswith(SEED):
            seeds.append(Found(name, Path(entry), _stamp(info)))
        elif Path(name).name != LEDGER and Path(name).stem.upper() != "README":
            problems.append(Problem("not a .txt file", "save the bulletin as plain text, name.txt", path=path))
    with_sidecars = [
        seed._replace(stamp=seed.stamp + "+" + _stamp(sidecars[stem]))
        if (stem := seed.name[: -len(SEED)]) in sidecars
        else seed
        for seed in seeds
    ]
    return sorted(with_sidecars), problems


def _walk(folder: Path | str, prefix: str) -> Iterator[tuple[str, str, os.stat_result]]:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.path, entry.stat(follow_symlinks=False)


def _stamp(info: os.stat_result) -> str:
    return f"{info.st_mtime_ns}:{info.st_size}:{info.st_ino}"


def read(path: Path, limit: int) -> bytes:
    """Return the bytes of the regular file at ``path``.

    Raises Problem for a file of more than ``limit`` bytes, one that became a link or a device, or one that cannot
    be read. No more than ``limit`` bytes are ever read.
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
        data = b"" if info.st_size > limit else file.read(limit + 1)
    if info.st_size > limit or len(data) > limit:
        size = f"{max(info.st_size, len(data)) / 2**20:.0f} MiB"
        raise Problem(f"it is too large ({size}; the limit is {limit / 2**20:g} MiB)", "split it into bulletins")
    return data


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of ``parts`` in hexadecimal."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
