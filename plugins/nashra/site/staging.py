"""Files that wait, beside the site they belong to, until all of a build are there; then each takes its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nashra.publish.order import rank

# In the output folder itself: only within one file system can a file be moved in one step.
NAME = ".nashra.new"


class Staging:
    """What a build wrote for the folder ``root``. Processes may share one: none writes what another did."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / NAME
        self._made: set[str] = set()

    def clear(self) -> None:
        """Remove what a build that was killed left."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.folder)
        self._made.clear()

    def put(self, name: str, data: bytes) -> Path:
        """Keep ``data`` for the file ``name``; return where."""
        folder = name.rpartition("/")[0]
        if folder not in self._made:
            Path(self.folder, folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        path = self.folder / name
        path.write_bytes(data)
        return path

    def drop(self, name: str) -> bool:
        """Remove the file ``name`` if it waits; tell whether it did."""
        try:
            Path(self.folder, name).unlink()
        except FileNotFoundError:
            return False
        return True

    def commit(self) -> None:
        """Put every file in its place: what is new first, for nothing leads there yet, then what is there already in
        another form. A reader who follows links finds no page missing at any moment."""
        changed = [name for name, there in self._new_first("") if there]
        for name in sorted(changed, key=lambda name: (rank(name), name)):
            os.replace(self.folder / name, self._root / name)
        self.clear()

    def _new_first(self, folder: str) -> Iterator[tuple[str, bool]]:
        """Move what is new below ``folder``, whole folders at once; yield the files, and whether they are still to be
        moved."""
        with os.scandir(self.folder / folder) as entries:
            found = sorted(entries, key=lambda entry: (not entry.is_dir(), rank(entry.name), entry.name))
        for entry in found:
            name = f"{folder}/{entry.name}" if folder else entry.name
            place = self._root / name
            there = os.path.lexists(place)
            if there and entry.is_dir():
                yield from self._new_first(name)
                continue
            if not there:
                Path(entry.path).rename(place)
            yield name, there
