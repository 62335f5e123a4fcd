"""What the last build wrote: each file by what it is made for, so that what did not change need not be made again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any


class Files:
    """The files below one output folder, by their paths relative to it; ``owner`` says what a file is made for:
    "story/ID", "tag/SLUG", "feed/PATH", … and "" for what every build makes.

    Part of the archive's database: it may be lost at any time, and then everything is made again.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def told(self, name: str) -> Any:
        """Return what ``tell`` was told last, None when nothing."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (f"files {name}",)).fetchone()
        return json.loads(row[0]) if row else None

    def tell(self, name: str, value: Any) -> None:
        """Keep a value for the next build."""
        row = (f"files {name}", json.dumps(value, ensure_ascii=False, sort_keys=True))
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)

    def forget(self) -> None:
        """Forget all files and all that was told."""
        for table in ("made", "folder"):
            self._db.execute(f"DELETE FROM {table}")
        self._db.execute("DELETE FROM meta WHERE name LIKE 'files %'")

    def owner(self, name: str) -> str | None:
        """Return what the file is made for, None when it is not ours."""
        row = self._db.execute("SELECT owner FROM made WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def all(self) -> set[str]:
        """Return all files."""
        return {name for (name,) in self._db.execute("SELECT name FROM made")}

    def of(self, owner: str) -> set[str]:
        """Return the files that are made for ``owner``."""
        return {name for (name,) in self._db.execute("SELECT name FROM made WHERE owner = ?", (owner,))}

    def owners(self) -> list[str]:
        """Return what files are made for."""
        return [owner for (owner,) in self._db.execute("SELECT DISTINCT owner FROM made INDEXED BY made_owner")]

    def add(self, rows: Iterable[tuple[str, str]]) -> None:
        """Note files, each with its owner, beside those that are there."""
        self._db.executemany("INSERT OR REPLACE INTO made VALUES (?, ?)", rows)

    def keep(self, owner: str, names: set[str]) -> set[str]:
        """Make ``names`` the files of ``owner``; return those that were and are no more."""
        before = self.of(owner)
        self._db.executemany("DELETE FROM made WHERE name = ?", [(name,) for name in sorted(before - names)])
        self._db.executemany(
            "INSERT OR REPLACE INTO made VALUES (?, ?)", [(name, owner) for name in sorted(names - before)]
        )
        return before - names

    def ending(self, suffix: str, *, but: Sequence[str]) -> dict[str, str]:
        """Return the files that end with ``suffix``, with their owners, without those whose owner begins with one of
        ``but``: there may be a thousand times as many."""
        found: dict[str, str] = {}
        start = ""
        for prefix in (*sorted(but), "\U0010ffff"):
            query = "SELECT name, owner FROM made INDEXED BY made_owner WHERE owner >= ? AND owner < ? AND name LIKE ?"
            found.update(self._db.execute(query, (start, prefix, f"%{suffix}")).fetchall())
            start = f"{prefix[:-1]}{chr(ord(prefix[-1]) + 1)}" if prefix[-1] == "/" else prefix
        return found

    def count(self, kind: str) -> int:
        """Return how many files are made for what begins with ``kind``, as "feed/"."""
        end = f"{kind[:-1]}{chr(ord(kind[-1]) + 1)}"
        query = "SELECT count(*) FROM made INDEXED BY made_owner WHERE owner >= ? AND owner < ?"
        return int(self._db.execute(query, (kind, end)).fetchone()[0])

    def within(self, folder: str) -> dict[str, str]:
        """Return the files that lie in ``folder`` itself ("" for the output folder), with their owners."""
        start, end = (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")
        rows = self._db.execute("SELECT name, owner FROM made WHERE name >= ? AND name < ?", (start, end))
        return {name: owner for name, owner in rows if "/" not in name[len(start) :]}

    def folders(self) -> dict[str, int]:
        """Return when each folder that holds files of ours was last changed, in nanoseconds of its clock."""
        return dict(self._db.execute("SELECT name, changed FROM folder").fetchall())

    def keep_folders(self, changed: dict[str, int]) -> None:
        """Note when these folders were last changed, 0 for one that is no more."""
        self._db.executemany("DELETE FROM folder WHERE name = ?", [(name,) for name, at in changed.items() if not at])
        rows = [(name, at) for name, at in changed.items() if at]
        self._db.executemany("INSERT OR REPLACE INTO folder VALUES (?, ?)", rows)
