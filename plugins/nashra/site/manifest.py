"""Remember in the output folder itself which files are ours, so that what is gone can be removed whatever was lost."""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

NAME = ".nashra"
# A digest in hexadecimal, and its line's end.
_LINE = 17


class Manifest:
    """The paths that builds wrote below ``root``, as sorted digests: the file lies in public and gives no address away.

    A new path is noted in the folder ``new`` where its file waits, and behind the others before the file takes its
    place, so that a build that is killed leaves no file unnoted. What is noted is read when it is first asked for, and
    line by line only where it is not ``whole``, as the last build left it: there may be a million.
    """

    def __init__(self, root: Path, new: Path) -> None:
        self._root = root
        self._waiting = new / NAME
        self.whole = False
        self._new: set[bytes] = set()
        self._path = root / NAME
        self._lines: TextIO | None = None
        self._there: _Sorted | None = None

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    def close(self) -> None:
        """Note no more; the file stays as it is."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None

    def note(self, name: str) -> None:
        """Note that ``name`` is about to be written."""
        digest = _digest(name)
        if digest not in self._noted:
            if self.whole:
                self._new.add(digest)
            if self._lines is None:
                self._waiting.parent.mkdir(parents=True, exist_ok=True)
                self._lines = self._waiting.open("a", encoding="ascii", buffering=1)
            self._lines.write(digest.decode())

    def take_up(self) -> None:
        """Put what was noted in this build behind the others."""
        if self._waiting.exists():
            with self._path.open("ab") as lines:
                lines.write(self._waiting.read_bytes())
            self._waiting.unlink()

    def stale(self, written: Iterable[str]) -> list[str]:
        """Return the noted files that are still there and are not among the ``written``."""
        gone = {*self._noted}.difference(map(_digest, written))
        return sorted(name for name in self._files() if _digest(name) in gone) if gone else []

    def foreign(self) -> list[str]:
        """Return the files that are there and are not noted."""
        return sorted(name for name in self._files() if name != NAME and _digest(name) not in self._noted)

    def text(self, written: Iterable[str]) -> bytes:
        """Return what the manifest says when only ``written`` is there."""
        return b"".join(sorted(set(map(_digest, written))))

    def changed(self, stale: Iterable[str]) -> bytes:
        """Return what the manifest says when the ``stale`` files went, and what was noted since it was whole came."""
        return self._noted.changed(self._new, set(map(_digest, stale)))

    @property
    def _noted(self) -> _Sorted:
        if self._there is None:
            try:
                data = self._path.read_bytes()
            except OSError:
                data = b""
            if not self.whole:
                # A build that was killed leaves its lines behind the others, the last of them cut off.
                data = b"".join(sorted({line + b"\n" for line in data.split() if len(line) == _LINE - 1}))
            self._there = _Sorted(data)
        return self._there

    def _files(self) -> Iterator[str]:
        for folder, folders, names in os.walk(self._root):
            for name in (*names, *(name for name in folders if Path(folder, name).is_symlink())):
                yield Path(folder, name).relative_to(self._root).as_posix()


class _Sorted:
    """Lines of equal length in order, looked up where they lie."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data) // _LINE

    def __getitem__(self, at: int) -> bytes:
        return self._data[at * _LINE : (at + 1) * _LINE]

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def __contains__(self, line: bytes) -> bool:
        at = bisect_left(self, line)
        return at < len(self) and self[at] == line

    def changed(self, come: set[bytes], gone: set[bytes]) -> bytes:
        """Return the lines with those that ``come`` and without those that are ``gone``."""
        parts = []
        done = 0
        for line in sorted(come | gone):
            at = bisect_left(self, line)
            parts.append(self._data[done * _LINE : at * _LINE])
            done = at + (at < len(self) and self[at] == line)
            if line in come:
                parts.append(line)
        return b"".join((*parts, self._data[done * _LINE :]))


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest().encode() + b"\n"
