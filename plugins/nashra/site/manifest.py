"""Remember in the output folder itself which files are ours, so that what is gone can be removed whatever was lost."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

NAME = ".nashra"


class Manifest:
    """The paths that builds wrote below ``root``, as digests: the file lies in public and gives no address away.

    A new path is noted before its file is written, so that a build that is killed leaves no file unnoted.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / NAME
        try:
            self._noted = set(self._path.read_text("ascii").split())
        except (OSError, UnicodeDecodeError):
            self._noted = set()
        self._lines: TextIO | None = None

    def close(self) -> None:
        """Note no more; the file stays as it is."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None

    def note(self, name: str) -> None:
        """Note that ``name`` is about to be written."""
        digest = _digest(name)
        if digest not in self._noted:
            self._noted.add(digest)
            if self._lines is None:
                self._root.mkdir(parents=True, exist_ok=True)
                self._lines = self._path.open("a", encoding="ascii", buffering=1)
            self._lines.write(digest + "\n")

    def stale(self, written: Iterable[str]) -> list[str]:
        """Return the noted files that are still there and are not among the ``written``."""
        gone = self._noted - set(map(_digest, written))
        return sorted(name for name in self._files() if _digest(name) in gone) if gone else []

    def text(self, written: Iterable[str], stale: Iterable[str] | None = None) -> bytes:
        """Return what the manifest says when only ``written`` is there; given the ``stale`` files that went, when that
        is there beside what was noted."""
        digests = set(map(_digest, written))
        if stale is not None:
            digests |= self._noted - set(map(_digest, stale))
        return "".join(f"{digest}\n" for digest in sorted(digests)).encode()

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    def _files(self) -> Iterator[str]:
        for folder, _, names in os.walk(self._root):
            for name in names:
                yield Path(folder, name).relative_to(self._root).as_posix()


def _digest(name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
