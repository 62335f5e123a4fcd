"""What lies in a site, as sums: known again by one look at each folder, for builds put files in place by renaming.

Two maps (maps.py) tell all: of each folder, its files with their SHA-256; of the site, its folders with their maps.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from nashra.errors import Problem
from nashra.publish.maps import EMPTY, pieces
from nashra.publish.releases import is_shown

# The map of the site's folders; no folder is called so.
SITE = "/"
# What is sent with files and how they are packed (headers.py, pack.py); another number has all of them sent again.
_RULES = 1
# How sums are noted on the disk; another number is another form.
_FORM = [1, _RULES]
# To know what changed without asking the store, so many files at most are held of folders as they were.
_HELD = 200_000


class _Folder(NamedTuple):
    """A folder when it was last looked at: its clock in nanoseconds, its map, and the folders in it."""

    changed: int
    digest: str
    folders: list[str]


class Sums:
    """The sums of a ``site``; what was found is noted in the folder ``notes``, which may be lost at any time."""

    def __init__(self, site: Path, notes: Path) -> None:
        self._site, self._notes = site, notes
        self._folders: dict[str, _Folder] = {}
        # The pieces of maps as they were, of folders that changed since.
        self.before: dict[str, bytes] = {}
        self._held = 0
        # Folders whose notes are what the index tells of.
        self._sure: set[str] = set()

    def look(self) -> str:
        """Return the digest of the map of the site's folders as they are now.

        Costs a look at each folder, and at each file of those where one came, went or was replaced; those are read.
        """
        index = self._noted("index")
        known = {name: _Folder(*told) for name, told in index.items()} if isinstance(index, dict) else {}
        waiting = [""]
        for folder in waiting:
            now = (self._site / folder).stat().st_mtime_ns
            told = known.get(folder)
            if told is None or told.changed != now:
                told = self._looked_at(folder, now)
            self._folders[folder] = told
            waiting += told.folders
        for name in known.keys() - self._folders.keys():
            with suppress(OSError):
                (self._notes / _place(name)).unlink()
        if self._folders != known:
            self.before |= pieces(SITE, _maps(known))[1]
            self._note("index", dict(sorted(self._folders.items())))
        return pieces(SITE, _maps(self._folders))[0]

    def folders(self) -> dict[str, bytes]:
        """Return the pieces of the map of the folders."""
        return pieces(SITE, _maps(self._folders))[1]

    def pieces(self, folder: str) -> dict[str, bytes]:
        """Return the pieces of the map of a folder's files."""
        return pieces(folder, _map(self._files(folder)))[1] if folder in self._folders else {}

    def of(self, name: str) -> str | None:
        """Return the sum of a file, None where there is none."""
        folder, _, last = name.rpartition("/")
        return _map(self._files(f"{folder}/" if folder else "")).get(last)

    def _looked_at(self, folder: str, changed: int) -> _Folder:
        before, now, folders = self._noted_of(folder), {}, []
        with os.scandir(f"{self._site}/{folder}") as entries:
            for entry in entries:
                name = f"{folder}{entry.name}"
                if not is_shown(name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{_text(name)}/")
                elif entry.is_file(follow_symlinks=False):
                    info = entry.stat(follow_symlinks=False)
                    which = [info.st_ino, info.st_mtime_ns, info.st_size]
                    sum_, *was = before.get(entry.name, ("",))
                    now[_text(entry.name)] = [sum_ if was == which else _sum(Path(entry.path)), *which]
        if before and self._held < _HELD:
            self._held += len(before)
            self.before |= pieces(folder, _map(before))[1]
        self._note(_place(folder), now)
        return _Folder(changed, pieces(folder, _map(now))[0], sorted(folders))

    def _files(self, folder: str) -> dict[str, Any]:
        """Return what is known of a folder's files. Where that is not what the index tells of, for a power cut left an
        empty or an older note, the folder is looked at again."""
        told = self._folders.get(folder)
        if told is None or folder in self._sure:
            return self._noted_of(folder)
        self._sure.add(folder)
        noted = pieces(folder, _map(self._noted_of(folder)))[0]
        if noted != told.digest and self._looked_at(folder, told.changed).digest != told.digest:
            # Whatever became of the folder meanwhile: the next time all are looked at.
            (self._notes / "index").unlink(missing_ok=True)
        return self._noted_of(folder)

    def _noted_of(self, folder: str) -> dict[str, Any]:
        noted = self._noted(_place(folder))
        return noted if isinstance(noted, dict) else {}

    def _noted(self, name: str) -> Any:
        try:
            form, told = json.loads((self._notes / name).read_bytes())
        except (OSError, ValueError):
            return None
        return told if form == _FORM else None

    def _note(self, name: str, told: Any) -> None:
        self._notes.mkdir(exist_ok=True)
        beside = self._notes / ".tmp"
        beside.write_bytes(json.dumps([_FORM, told], ensure_ascii=False).encode())
        beside.replace(self._notes / name)


def _maps(folders: Mapping[str, _Folder]) -> dict[str, str]:
    return {name: folder.digest for name, folder in folders.items() if folder.digest != EMPTY}


def _map(files: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{_RULES}:{told[0]}" for name, told in files.items()}


def _place(folder: str) -> str:
    return hashlib.sha256(folder.encode()).hexdigest()[:32]


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(name: str) -> str:
    """Return a name that can be sent. Raises Problem."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise Problem("its name is not UTF-8", "rename it", path=name) from None
    return name
