"""The archive in SQLite: a cache of seeds and ledger that may be deleted at any time without changing a page."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, overload

from nashra.archive import intake, ledger
from nashra.archive.changes import Change, Changes, Place, periods, place
from nashra.archive.files import Files
from nashra.archive.identity import Fingerprint, Known, Listed
from nashra.archive.record import Record, TagRef, first_moment
from nashra.archive.related import ENTITIES, NEAREST, RARE, WINDOW, Shared, continued, related
from nashra.errors import Problem

_SCHEMA = files("nashra.archive").joinpath("schema.sql").read_text("utf-8")
_VERSION = hashlib.sha256(_SCHEMA.encode()).hexdigest()
# Newest first: by the day a story tells of, then by when it came in; of those that came together, the later name. Of
# one bulletin, the first: its place there stands as ``back``, negative, so that an index can be walked from any story.
_PLACE = "(instant, seen, seed, back)"
_ORDER = "instant DESC, seen DESC, seed DESC, back DESC"


# Where each story stands in the search index: its day, counted from the first of year 1, × 2^20 + its number among the
# stories of that day, as they came in. Neither what comes in later nor what goes changes a number.
_PLACES = """days (id, day, seen, there) AS (
  SELECT id, substr(instant, 1, 10), seen, 1 FROM story INDEXED BY story_order
    WHERE instant >= :first AND instant < :end UNION ALL
  SELECT id, first_day(json_extract(data, '$[1]')) AS day, json_extract(data, '$[2]'), 0
    FROM tombstone JOIN known USING (id)
    WHERE role = '' AND id NOT IN (SELECT id FROM story) AND day >= :first AND day < :end),
places (id, place, there) AS (
  SELECT id, day_place(day) + row_number() OVER (PARTITION BY day ORDER BY seen, id) - 1, there FROM days)"""

# How long the slugs of years, months and days are: "2021", "2021/07", "2021/07/09".
_LENGTHS = (0, 4, 7, 10)
# Of more changes than these no account is kept: to find out what they touch would cost as much as to make everything.
MOST_CHANGES = 1000
# Promises held until they are written into the ledger.
_MOST_PROMISED = 1_000
# Stories held at once: some 10 KB each.
_MOST_HELD = 1_000
# The shard of what is no seed, but of the content folder.
_BY_HAND = -1
# The list that every story stands in.
_ALL = Listed("", "", "")
# The columns of a known story, as _to_known reads them.
_KNOWN = "id, seed, permalink, data"


class Group(NamedTuple):
    """A list of stories that has a page of its own: a category, a tag, an author, a year, a month or a day."""

    ref: TagRef
    size: int


class Indexing(NamedTuple):
    """A story that the index must change for: its ``place`` and ``record`` now, None where it went, and the place and
    forms under which it stands in the index, None for a new one."""

    id: str
    place: int
    record: Record | None
    before: tuple[int, list[str]] | None


class SeenSeed(NamedTuple):
    """How a seed was last seen: what tells that it changed, the digest of its bytes, and of the copy it holds, "" where
    it publishes nothing."""

    stamp: str = ""
    digest: str = ""
    copy: str = ""


class _Placed(NamedTuple):
    """Where a story stands among those it may run on from, and the (kind, slug) of what it is about."""

    instant: str
    seen: str
    seed: str
    at: int
    entities: tuple[tuple[str, str], ...]

    @property
    def order(self) -> tuple[str, str, str, int]:
        """Its place in the order of arrival: of those that came together, the earlier in time first."""
        return self.seen, self.instant, self.seed, self.at


class Archive:
    """What is known and published, opened in the folder ``state`` beside the ledger file ``promises``.

    A database that is missing, foreign, of another version or damaged is made anew. Use as a context manager:
    leaving it without an error commits everything since it was opened, leaving it with one undoes it.
    """

    def __init__(self, state: Path, promises: Path) -> None:
        try:
            state.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            remedy = "make room for the cache, or name another folder with STATE=folder"
            raise Problem(f"it cannot be a folder ({error.strerror})", remedy, path=str(state)) from None
        self._begin(promises)
        path = self._path = state / "archive.db"
        try:
            self.db = self._open(path)
        except sqlite3.OperationalError:
            raise  # someone else is at work on it: no reason to make it anew
        except sqlite3.DatabaseError:
            self.discard(state)
            self.db = self._open(path)
        self.files = Files(self.db)
        self._process = os.getpid()
        self._catch_up()

    def _begin(self, promises: Path) -> None:
        self._promises = promises
        self._promised: list[str] = []
        # The lists of the stories that left them in this build.
        self._left: dict[str, tuple[Listed, ...]] = {}
        # Each story that was taken out or put in, as it was before; and the threads that it left or came into.
        self._was: dict[str, str | None] = {}
        # Stories that were looked at: most are again, for their neighbours and for each list they are in.
        self._held: dict[str, Record] = {}
        self._retied: set[str] = set()
        self._rerooted: set[str] = set()
        # The lists whose tombstones came or went.
        self._buried: set[tuple[str, str]] = set()
        # Where the stories stood that were taken out or put in since ``retie``, None for what was not there.
        self._moved: dict[str, _Placed | None] = {}

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        db = _connected(str(path))
        try:
            # In KiB: with SQLite's own 2 MB, taking in a large archive reads its indexes again and again.
            db.execute("PRAGMA cache_size = -16000")
            db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE")
            if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in _statements():
                    db.execute(statement)
                db.execute("INSERT INTO meta VALUES ('version', ?)", (_VERSION,))
            if db.execute("SELECT value FROM meta WHERE name = 'version'").fetchone() != (_VERSION,):
                raise sqlite3.DatabaseError("another version's archive")
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    @staticmethod
    def discard(state: Path) -> None:
        """Remove the archive in the folder ``state``: it is damaged, and is made anew when it is opened again."""
        for name in ("archive.db", "archive.db-wal", "archive.db-shm"):
            (state / name).unlink(missing_ok=True)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with suppress(sqlite3.DatabaseError) if kind else nullcontext():
            self.db.execute("ROLLBACK" if kind else "COMMIT")
        self.db.close()

    def commit(self) -> None:
        """Make what was taken in so far visible to other connections."""
        self.db.execute("COMMIT")
        self.db.execute("BEGIN IMMEDIATE")

    def reopen(self) -> None:
        """Read from here on through a connection of this process's own, should it have been forked off: the other is
        not its."""
        if self._process != os.getpid():
            self._process, self._not_ours = os.getpid(), self.db
            self.db = _connected(f"{self._path.absolute().as_uri()}?mode=ro")
            self.files = Files(self.db)

    def picture(self, path: Path) -> None:
        """Copy what was committed into a new file, which does not change any more: for other machines."""
        # Not from the connection that may be writing: it waits for itself.
        source = _connected(f"{self._path.absolute().as_uri()}?mode=ro")
        copy = sqlite3.connect(path, isolation_level=None)
        try:
            copy.execute("PRAGMA synchronous = OFF")
            source.backup(copy)
            # WAL needs memory that processes share, which machines do not.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
            source.close()

    @classmethod
    def of_picture(cls, path: Path) -> Archive:
        """Return the archive as ``picture`` took it, to be read only."""
        archive = cls.__new__(cls)
        archive._begin(path)
        archive._path = Path()
        archive.turn_to(path)
        return archive

    def turn_to(self, path: Path) -> None:
        """Read from here on from a later picture, if it is another."""
        if path != self._path:
            if self._path != Path():
                self.db.close()
            self._path = path
            self._process = os.getpid()
            # Whoever works for others may do so in several threads, one after the other.
            self.db = _connected(f"{path.absolute().as_uri()}?immutable=1", one_thread=False)
            self.files = Files(self.db)
            self._held.clear()

    # --- what was promised -------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Replay the ledger's new lines; all of them when it is not the one that was read before.

        What an earlier ledger promised and this one does not is kept as lost: a seed that still holds the story gets
        its promise written again.
        """
        read_to, digest = json.loads(self._meta("ledger") or '[0, ""]')
        before: list[Known] = []
        if self._ledger_digest(read_to) != digest:
            before = [self._to_known(row) for row in self.db.execute(f"SELECT {_KNOWN} FROM known ORDER BY id")]
            self.db.execute("DELETE FROM known")
            self._read_again()
            read_to = 0
        for event, end in ledger.read(self._promises, read_to):
            try:
                was = self._known(event["id"])
                now = ledger.apply(event, was)
                self._remember(now)
                # A build that was killed may have promised what its seed does not hold any more: it is read again.
                for name in {now.seed, was.seed if was else now.seed}:
                    self._read_again(name)
            except Problem as problem:
                raise problem.at(str(self._promises)) from None
            read_to = end
        for story in before:
            if self._known(story.id) is None and not self.permalink_taken(story.permalink):
                self._remember(story, lost=True)
        self._note_ledger(read_to)

    def _ledger_digest(self, size: int) -> str:
        """Return a digest of the ledger's last 4 KiB before byte ``size``: enough to tell another ledger."""
        try:
            with self._promises.open("rb") as lines:
                lines.seek(max(0, size - 4096))
                return hashlib.sha256(lines.read(min(size, 4096))).hexdigest()
        except FileNotFoundError:
            return ""

    def _note_ledger(self, size: int) -> None:
        self._set_meta("ledger", json.dumps([size, self._ledger_digest(size)]))

    def _remember(self, story: Known, *, lost: bool = False) -> None:
        """Note a story as it is known now. Where two ledgers were merged that promised one link twice, the later
        story gets a link of its own."""
        data = [story.uri, story.published, story.seen, story.at, story.print.headline, story.print.paragraphs]
        row = (
            story.seed,
            lost,
            json.dumps([*data, story.updated, story.gone, story.lists, story.withdrawn, story.reason, story.note]),
        )
        link = story.permalink
        self.db.execute("DELETE FROM known WHERE permalink = ? AND lost AND id <> ?", (link, story.id))
        holder = self.db.execute("SELECT id FROM known WHERE permalink = ?", (link,)).fetchone()
        if holder and holder[0] != story.id:
            link = f"{link.removesuffix('.html')}-{story.id}.html"
        self.db.execute("INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?, ?)", (story.id, row[0], link, *row[1:]))
        buried = self.db.execute("SELECT role, slug FROM tombstone WHERE id = ?", (story.id,)).fetchall()
        if buried or story.gone:
            day = first_moment(story.published).date().isoformat()
            self.db.execute("INSERT OR IGNORE INTO to_index VALUES (?)", (day,))
        if buried:
            self._buried |= set(buried)
            self.db.execute("DELETE FROM tombstone WHERE id = ?", (story.id,))
        if story.gone and not lost:
            self._buried |= {(one.role, one.slug) for one in (_ALL, *story.lists)}
            self.db.executemany(
                "INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?, ?, ?, ?)",
                [(one.role, one.slug, story.gone, story.id, story.uri, one.name) for one in (_ALL, *story.lists)],
            )

    def _known(self, story_id: str) -> Known | None:
        row = self.db.execute(f"SELECT {_KNOWN} FROM known WHERE id = ?", (story_id,)).fetchone()
        return self._to_known(row) if row else None

    @staticmethod
    def _to_known(row: tuple[str, str, str, str]) -> Known:
        uri, published, seen, at, headline, paragraphs, updated, gone, lists, *decided = json.loads(row[3])
        text = Fingerprint(headline, tuple(paragraphs))
        stood = tuple(Listed(*one) for one in lists)
        return Known(row[0], uri, row[2], published, seen, row[1], at, text, updated, gone, stood, *decided)

    def known_in(self, seeds: Iterable[str]) -> list[Known]:
        """Return the stories last seen in ``seeds``, in the order of seed and place."""
        rows: list[tuple[str, str, str, str]] = []
        for name in seeds:
            rows += self.db.execute(f"SELECT {_KNOWN} FROM known WHERE seed = ?", (name,))
        return sorted(map(self._to_known, rows), key=lambda story: (story.seed, story.at, story.id))

    def published(self) -> int:
        """Return how many promised stories are published."""
        return int(
            self.db.execute(
                "SELECT (SELECT count(*) FROM known WHERE NOT lost)"
                " - (SELECT count(*) FROM tombstone WHERE role = '' AND slug = '')"
            ).fetchone()[0]
        )

    def gone(self) -> list[Known]:
        """Return the stories that are published no more, in the order of their ids."""
        rows = self.db.execute(
            f"SELECT {_KNOWN} FROM known WHERE id IN (SELECT id FROM tombstone WHERE role = '' AND slug = '')"
            " ORDER BY id"
        )
        return list(map(self._to_known, rows))

    def take_back(self, story: Known, reason: str) -> None:
        """Have a story published no more, whatever its seed holds; readers are told the ``reason``, "" for none."""
        self._promised.append(ledger.line(ledger.withdraw_event(story.id, reason)))

    def is_lost(self, story_id: str) -> bool:
        """Tell whether the ledger that promised this story is no more."""
        return self.db.execute("SELECT 1 FROM known WHERE id = ? AND lost", (story_id,)).fetchone() is not None

    def stories_in(self, seeds: Iterable[str]) -> dict[str, str]:
        """Return the stories that stand in these seeds, each with its seed."""
        query = "SELECT id, seed FROM story WHERE seed = ?"
        return dict(row for seed in seeds for row in self.db.execute(query, (seed,)))

    def has(self, story_id: str) -> bool:
        """Tell whether this story stands in a seed."""
        return self.db.execute("SELECT 1 FROM story WHERE id = ?", (story_id,)).fetchone() is not None

    def missing_seeds(self) -> set[str]:
        """Return the names of the seeds in which promised stories were last seen and that are not there."""
        rows = self.db.execute(
            "SELECT DISTINCT seed FROM known INDEXED BY known_seed WHERE NOT lost"
            " AND seed NOT IN (SELECT name FROM seed)"
        )
        return {name for (name,) in rows}

    def id_taken(self, story_id: str) -> bool:
        """Tell whether a story has this id."""
        return self._known(story_id) is not None

    def permalink_taken(self, path: str) -> bool:
        """Tell whether ``path`` is promised to a story."""
        taken = self.db.execute("SELECT 1 FROM known WHERE permalink = ? AND NOT lost", (path,)).fetchone()
        return taken is not None

    def promise(self, story: Known) -> None:
        """Remember a new story, or a known one as it reads now; ``keep_promises`` writes it into the ledger."""
        known = self.id_taken(story.id) and not self.is_lost(story.id)
        event = ledger.edit_event if known else ledger.publish_event
        self._remember(story)
        self._promised.append(ledger.line(event(story)))
        if len(self._promised) >= _MOST_PROMISED:
            self.keep_promises()

    def miss(self, story: Known, when: str) -> None:
        """Remember that a known story is published no more since the ISO instant ``when``."""
        if not story.gone and not self.is_lost(story.id):
            gone = replace(story, gone=when, lists=self._left.get(story.id, story.lists))
            self._remember(gone)
            self._promised.append(ledger.line(ledger.gone_event(gone)))

    def keep_promises(self) -> None:
        """Append what was promised since the last call to the ledger. Call it before any page is written."""
        if self._promised:
            self._note_ledger(ledger.append(self._promises, self._promised))
            self._promised.clear()

    # --- seeds -------------------------------------------------------------------------------------------------

    def _meta(self, name: str) -> str:
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _set_meta(self, name: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def analysed_by(self, desk_key: str) -> None:
        """Forget which seeds are unchanged when another desk read them last."""
        if self._meta("desk") != desk_key:
            self._read_again()
            self._set_meta("desk", desk_key)

    def _read_again(self, name: str = "") -> None:
        """Forget how the seed of this name, or each, was when it was last read."""
        if name:
            self.db.execute("UPDATE seed SET stamp = '', digest = '' WHERE name = ?", (name,))
            self.db.execute("DELETE FROM shard_of_seeds WHERE number = ?", (intake.shard(name),))
        else:
            self.db.execute("UPDATE seed SET stamp = '', digest = ''")
            self.db.execute("DELETE FROM shard_of_seeds")

    def shards_of_seeds(self) -> dict[int, tuple[str, int]]:
        """Return the shards of seeds in which nothing was wrong, each with its digest and how many seeds it has."""
        rows = self.db.execute("SELECT number, digest, seeds FROM shard_of_seeds")
        return {number: (digest, seeds) for number, digest, seeds in rows}

    def note_shards(self, changed: Iterable[int], now: Mapping[int, tuple[str, int]]) -> None:
        """Record how the shards of seeds that ``changed`` are now; those that are not among them are not known."""
        self.db.executemany("DELETE FROM shard_of_seeds WHERE number = ?", [(number,) for number in changed])
        rows = [(number, *one) for number, one in sorted(now.items())]
        self.db.executemany("INSERT INTO shard_of_seeds VALUES (?, ?, ?)", rows)

    def seeds(self, shards: Iterable[int]) -> dict[str, SeenSeed]:
        """Return how every seed of these shards was last seen, by name, and the hand-written articles."""
        query = "SELECT name, stamp, digest, copy FROM seed WHERE shard = ?"
        found = (row for number in (_BY_HAND, *shards) for row in self.db.execute(query, (number,)))
        return {name: SeenSeed(*seen) for name, *seen in found}

    def note_seed(self, name: str, seen: SeenSeed) -> None:
        """Record that seed ``name`` has been read as it is now; a hand-written article has no stamp."""
        shard = intake.shard(name) if seen.stamp else _BY_HAND
        first, was = self.first_copy(seen.copy), self._copy(name)
        row = (name, seen.stamp, seen.digest, shard, seen.copy, "" < first < name)
        self.db.execute("INSERT OR REPLACE INTO seed VALUES (?, ?, ?, ?, ?, ?)", row)
        if first > name:
            self.db.execute("UPDATE seed SET again = 1 WHERE name = ?", (first,))
        if was != seen.copy:
            self._lead(was)

    def first_copy(self, copy: str) -> str:
        """Return the first seed by name that holds this copy: the one that is published; "" where none does."""
        row = self.db.execute("SELECT min(name) FROM seed WHERE copy = ? AND copy <> ''", (copy,)).fetchone()
        return row[0] or ""

    def _copy(self, name: str) -> str:
        row = self.db.execute("SELECT copy FROM seed WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _lead(self, copy: str) -> None:
        """Note that the first seed that holds this copy now is no copy of another."""
        self.db.execute("UPDATE seed SET again = 0 WHERE name = ?", (self.first_copy(copy),))

    def copies(self) -> list[tuple[str, str]]:
        """Return the seeds that hold the same copy as an earlier one, each with that one, in order of name."""
        return self.db.execute(
            "SELECT name, (SELECT min(name) FROM seed AS first WHERE first.copy = seed.copy AND first.copy <> '')"
            " FROM seed WHERE again ORDER BY name"
        ).fetchall()

    def unread(self, name: str) -> None:
        """Have seed ``name``, which cannot be read, be the copy of none and be read at the next build."""
        self._read_again(name)
        was = self._copy(name)
        self.db.execute("UPDATE seed SET copy = '', again = 0 WHERE name = ?", (name,))
        self._lead(was)

    def forget_seed(self, name: str) -> None:
        """Take the stories of seed ``name`` out of every list."""
        self.replace(name, ())
        was = self._copy(name)
        self.db.execute("DELETE FROM seed WHERE name = ?", (name,))
        self._lead(was)

    def rendered(self, story_id: str, stamp: str) -> list[bytes] | None:
        """Return what ``keep_rendered`` kept of a story under the same ``stamp``, None when there is nothing."""
        row = self.db.execute("SELECT parts FROM rendered WHERE id = ? AND stamp = ?", (story_id, stamp)).fetchone()
        return _unpacked(row[0]) if row else None

    def unrendered(self, stamp: str) -> list[str]:
        """Return the stories of which nothing is kept under ``stamp``, in the order of time."""
        rows = self.db.execute(
            "SELECT id FROM story WHERE id NOT IN (SELECT id FROM rendered WHERE stamp = ?) ORDER BY instant, id",
            (stamp,),
        )
        return [story_id for (story_id,) in rows]

    def keep_rendered(self, story_id: str, stamp: str, parts: Sequence[bytes]) -> None:
        """Keep what was made of a story, until the story changes."""
        self.db.execute("INSERT OR REPLACE INTO rendered VALUES (?, ?, ?)", (story_id, stamp, _packed(parts)))

    def replace(self, seed: str, records: Iterable[Record]) -> None:
        """Make ``records`` the stories of ``seed``."""
        rows = self.db.execute("SELECT id, category, data FROM story WHERE seed = ?", (seed,)).fetchall()
        coming = [(record, record.to_json()) for record in records]
        if sorted(data for _, _, data in rows) == sorted(data for _, data in coming):
            return
        self._held.clear()
        for story_id, category, data in rows:
            self._note_was(story_id, data)
            named = self.db.execute(
                "SELECT role, slug, name FROM tagging WHERE id = ? AND role IN ('tag', 'author') ORDER BY role, slug",
                (story_id,),
            )
            self._left[story_id] = (Listed("category", category, category), *(Listed(*row) for row in named))
            self._note_moved(story_id)
            self._take_out(story_id)
        for record, data in coming:
            instant = record.instant
            self._note_moved(record.id)
            # Most are new; one that comes from another seed stands there still.
            elsewhere = self.db.execute("SELECT data FROM story WHERE id = ?", (record.id,)).fetchone()
            self._note_was(record.id, elsewhere[0] if elsewhere else None)
            if elsewhere:
                self._take_out(record.id)
            self.db.executemany("INSERT INTO agenda VALUES (?, ?)", [(one.value, record.id) for one in record.agenda])
            place = (instant, record.seen, seed, -record.at)
            self.db.execute(
                "INSERT INTO story VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (record.id, *place, record.category, record.updated, data),
            )
            self.db.executemany(
                "INSERT OR IGNORE INTO tagging VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (ref.slug, role, ref.kind, ref.name, *place, record.updated, record.id)
                    for role, refs in (("tag", record.tags), ("author", record.authors), ("period", periods(record)))
                    for ref in refs
                ],
            )

    def _take_out(self, story_id: str) -> None:
        for table in ("tagging", "agenda", "rendered", "story"):
            self.db.execute(f"DELETE FROM {table} WHERE id = ?", (story_id,))
        self.db.execute("UPDATE indexed SET stale = 1 WHERE id = ?", (story_id,))

    def _note_was(self, story_id: str, data: str | None) -> None:
        # Of many, the number is all that matters.
        if len(self._was) <= MOST_CHANGES:
            self._was.setdefault(story_id, data)

    # --- what a build must make anew ---------------------------------------------------------------------------

    def changes(self) -> Changes | None:
        """Return what became of the stories since the archive was opened, None where it is more than MOST_CHANGES.

        Call it when all stories of a build are in and tied.
        """
        if len(self._was) > MOST_CHANGES:
            return None
        stories = []
        for story_id, data in sorted(self._was.items()):
            row = self.db.execute("SELECT data FROM story WHERE id = ?", (story_id,)).fetchone()
            now = row[0] if row else None
            if now != data:
                old, new = (Record.from_json(one) if one else None for one in (data, now))
                stories.append(Change(story_id, old, new))
        roots = self._retied | {self.thread_of(one.id) for one in stories}
        return Changes(stories, frozenset(roots), frozenset(self._rerooted), frozenset(self._buried))

    def in_threads(self, slugs: Iterable[str]) -> set[str]:
        """Return the stories of running stories: of an event by its slug, of others by their first story."""
        found: set[str] = set()
        for slug in sorted(slugs):
            rows = self.db.execute(
                "SELECT id FROM tagging WHERE role = 'tag' AND slug = ? UNION SELECT id FROM tie WHERE root = ?"
                " UNION SELECT ?",
                (slug, slug, slug),
            )
            found |= {story_id for (story_id,) in rows}
        return found

    def there(self, ids: Iterable[str]) -> set[str]:
        """Return those of ``ids`` that are stories of the archive."""
        found = (self.db.execute("SELECT id FROM story WHERE id = ?", (one,)).fetchone() for one in sorted(ids))
        return {row[0] for row in found if row}

    def near(self, record: Record) -> set[str]:
        """Return the stories whose pages may name ``record``, one that is in the archive or was: those beside it in
        time, and those that it may be related to.

        It costs the stories of its tags that are newer and came in later: none for a story that is new.
        """
        found = {one.id for one in self.neighbours(record) if one}
        for ref in record.tags:
            if ref.kind in ENTITIES:
                # ``related`` looks at the newest NEAREST stories of a tag: it must be among them, or have been.
                rows = self.db.execute(
                    "SELECT id FROM tagging AS other WHERE role = 'tag' AND slug = ? AND instant >= ? AND seen >= ?"
                    " AND (SELECT count(*) FROM (SELECT 1 FROM tagging WHERE role = 'tag' AND slug = other.slug"
                    " AND instant > ? AND instant <= other.instant AND seen <= other.seen AND id <> other.id"
                    f" LIMIT {NEAREST})) < {NEAREST}",
                    (ref.slug, record.instant, record.seen, record.instant),
                )
                found |= {story_id for (story_id,) in rows}
        return found - {record.id}

    # --- what goes together --------------------------------------------------------------------------------------

    def retie(self) -> None:
        """Work out anew from which earlier story each story goes on, as far as ``replace`` may have changed it.

        Call it when all stories of a build are in. A new story costs the lists of its tags within the window; one
        that was edited or went, also the stories after it that share one.
        """
        if len(self._moved) > max(MOST_CHANGES, self.count() // 4):
            # Everything is made anyway: nobody asks which threads changed.
            self._moved.clear()
            self._retie_all()
            return
        moved = [(story_id, old, self._placed(story_id)) for story_id, old in sorted(self._moved.items())]
        changed = [one for one in moved if one[1] != one[2]]
        self._moved.clear()
        dirty = {story_id for story_id, *_ in changed}
        if 4 * len(changed) > self.count():
            dirty |= {story_id for (story_id,) in self.db.execute("SELECT id FROM story")}
        else:
            for _, old, new in changed:
                for place in (old, new):
                    dirty |= self._after(place) if place else set()
        ties = {story_id: self._tied(story_id) for story_id in dirty}
        self.db.executemany("DELETE FROM tie WHERE id = ?", [(story_id,) for story_id in sorted(dirty)])
        there = [(story_id, placed) for story_id in dirty if (placed := self._placed(story_id))]
        for story_id, placed in sorted(there, key=lambda one: one[1].order):
            self._tie(story_id, placed)
        # A thread is touched by who leaves it and by who comes into it; what hangs on them goes with them.
        self._retied = {
            root
            for story_id, before in ties.items()
            for after in [self._tied(story_id)]
            if before != after or story_id in self._was
            for root in (before[1], after[1])
        }
        moved_on = [story_id for story_id, before in ties.items() if before[1] != self._tied(story_id)[1]]
        self._rerooted = {below for story_id in moved_on for below in self._below(story_id)}

    def _retie_all(self) -> None:
        self.db.execute("DELETE FROM tie")
        for (story_id,) in self.db.execute("SELECT id FROM story ORDER BY seen, instant, seed, -back").fetchall():
            if placed := self._placed(story_id):
                self._tie(story_id, placed)

    def _below(self, story_id: str) -> list[str]:
        """Return a story and all that go on from it."""
        rows = self.db.execute(
            "WITH RECURSIVE below(id) AS (SELECT ? UNION SELECT tie.id FROM tie JOIN below ON tie.parent = below.id)"
            " SELECT id FROM below",
            (story_id,),
        )
        return [found for (found,) in rows]

    def _tied(self, story_id: str) -> tuple[str, str]:
        """Return from which story one goes on, "" from none, and the first of its thread."""
        row = self.db.execute("SELECT parent, root FROM tie WHERE id = ?", (story_id,)).fetchone()
        return (row[0], row[1]) if row else ("", story_id)

    def _note_moved(self, story_id: str) -> None:
        if story_id not in self._moved:
            self._moved[story_id] = self._placed(story_id)

    def _placed(self, story_id: str) -> _Placed | None:
        row = self.db.execute("SELECT instant, seen, seed, -back FROM story WHERE id = ?", (story_id,)).fetchone()
        if row is None:
            return None
        entities = self.db.execute(
            f"SELECT kind, slug FROM tagging WHERE id = ? AND role = 'tag' AND kind IN {ENTITIES} ORDER BY slug",
            (story_id,),
        )
        return _Placed(row[0], row[1], row[2], row[3], tuple(entities.fetchall()))

    def _before(self, placed: _Placed) -> Iterator[Shared]:
        """Yield, for each entity of a story, the stories about it that came in before it, within the window."""
        for kind, slug in placed.entities:
            # From the oldest on: what came in together came in by age, and of a common tag a few are enough to know it.
            rows = self.db.execute(
                "SELECT id, instant, seed FROM tagging WHERE role = 'tag' AND slug = ? AND instant BETWEEN ? AND ?"
                f" AND (seen, instant, seed, -back) < (?, ?, ?, ?) ORDER BY instant LIMIT {RARE + 1}",
                (slug, *_window(placed.instant), *placed.order),
            )
            yield Shared(kind, rows.fetchall())

    def _after(self, placed: _Placed) -> set[str]:
        """Return the stories that came in after a story and share an entity with it, within the window."""
        found: set[str] = set()
        for _, slug in placed.entities:
            rows = self.db.execute(
                "SELECT id FROM tagging WHERE role = 'tag' AND slug = ? AND instant BETWEEN ? AND ?"
                " AND (seen, instant, seed, -back) > (?, ?, ?, ?)",
                (slug, *_window(placed.instant), *placed.order),
            )
            found |= {story_id for (story_id,) in rows}
        return found

    def _tie(self, story_id: str, placed: _Placed) -> None:
        """Note from which story one goes on, and the first of the thread for it and all that go on from it."""
        parent = continued(placed.instant, placed.seed, self._before(placed))
        root = story_id
        if parent:
            row = self.db.execute("SELECT root FROM tie WHERE id = ?", (parent,)).fetchone()
            root = row[0] if row else parent
            self.db.execute("INSERT INTO tie VALUES (?, ?, ?)", (story_id, parent, root))
        self.db.execute(
            "UPDATE tie SET root = ? WHERE id IN (WITH RECURSIVE below(id) AS (SELECT id FROM tie WHERE parent = ?"
            " UNION SELECT tie.id FROM tie JOIN below ON tie.parent = below.id) SELECT id FROM below)",
            (root, story_id),
        )

    def thread(self, root: str) -> StoryList:
        """Return the stories of the thread that began with the story ``root``, newest first."""
        return StoryList(self, "story", "(id = ? OR id IN (SELECT id FROM tie WHERE root = ?))", [root, root])

    def thread_of(self, story_id: str) -> str:
        """Return the id of the first story of the thread that a story is in: its own where it is in none."""
        row = self.db.execute("SELECT root FROM tie WHERE id = ?", (story_id,)).fetchone()
        return str(row[0]) if row else story_id

    def threads(self, least: int) -> list[tuple[str, int]]:
        """Return (id of the first story, how many there are) of the threads of ``least`` stories or more, by id."""
        rows = self.db.execute(
            "SELECT root, count(*) + 1 FROM tie GROUP BY root HAVING count(*) + 1 >= ? ORDER BY root", (least,)
        )
        return [(root, size) for root, size in rows]

    def events_shared(self, root: str, size: int) -> list[str]:
        """Return the slugs of the events that all ``size`` stories of a thread tell of."""
        rows = self.db.execute(
            "SELECT slug FROM (SELECT ? AS id UNION ALL SELECT id FROM tie WHERE root = ?)"
            " CROSS JOIN tagging INDEXED BY tagging_story USING (id)"
            " WHERE role = 'tag' AND kind = 'event' GROUP BY slug HAVING count(*) = ? ORDER BY slug",
            (root, root, size),
        )
        return [slug for (slug,) in rows]

    def running_events(self) -> list[Group]:
        """Return the events that stories of more than one moment tell of, by slug."""
        rows = self.db.execute(
            "SELECT slug, count(*), min(name) FROM tagging INDEXED BY tagging_event"
            " WHERE role = 'tag' AND kind = 'event' GROUP BY slug HAVING min(instant) < max(instant) ORDER BY slug"
        )
        return [Group(TagRef("event", name, slug), size) for slug, size, name in rows]

    def related(self, record: Record, most: int) -> list[Record]:
        """Return stories that share entities with ``record``, the nearest first: none dated after it or seen later.

        It costs the newest ``NEAREST`` stories of each of its tags. The page of a story never changes because another
        one comes in.
        """
        shared = []
        for ref in record.tags:
            if ref.kind in ENTITIES:
                rows = self.db.execute(
                    "SELECT id, instant, seed FROM tagging WHERE role = 'tag' AND slug = ? AND instant <= ?"
                    f" AND seen <= ? AND id <> ? ORDER BY {_ORDER} LIMIT {NEAREST}",
                    (ref.slug, record.instant, record.seen, record.id),
                )
                shared.append(Shared(ref.kind, rows.fetchall()))
        return [self.story(story_id) for story_id in related(record.instant, shared, most)]

    def story(self, story_id: str) -> Record:
        """Return the story of this id, which must be there."""
        record = self._held.get(story_id)
        if record is None:
            (data,) = self.db.execute("SELECT data FROM story WHERE id = ?", (story_id,)).fetchone()
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            record = self._held[story_id] = Record.from_json(data)
        return record

    # --- what lies ahead -------------------------------------------------------------------------------------------

    def newest_day(self) -> str:
        """Return the day of the newest story, "" when there is none."""
        row = self.db.execute("SELECT max(instant) FROM story").fetchone()
        return str(row[0] or "")[:10]

    def agenda(self, start: str, end: str = "~", most: int = -1) -> list[tuple[str, Record]]:
        """Return (day, story) of the dated events from day ``start`` to before ``end``, at most ``most``, in time
        order; of one day, the story that is newest first."""
        rows = self.db.execute(
            "SELECT day, data FROM agenda JOIN story USING (id) WHERE day >= ? AND day < ?"
            f" ORDER BY day, {_ORDER} LIMIT ?",
            (start, end, most),
        )
        return [(day, Record.from_json(data)) for day, data in rows]

    def agenda_months(self) -> list[tuple[str, int]]:
        """Return each month, "2021-07", that has dated events with how many, in time order."""
        rows = self.db.execute("SELECT substr(day, 1, 7) AS month, count(*) FROM agenda GROUP BY month ORDER BY month")
        return [(month, size) for month, size in rows]

    # --- the search index --------------------------------------------------------------------------------------

    def indexed_by(self, code: str, eras: dict[str, tuple[str, str]]) -> tuple[set[str], set[str]]:
        """Forget of the search index what was last made by other ``code`` or for other ``eras``: each, by its path, has
        an index of its stories from one day, or month, to before another. Return the paths of those that are no more
        and of those that are new: nothing is in their indexes yet."""
        before = json.loads(self._meta("eras") or "{}")
        if self._meta("search") != code:
            self.db.execute("DELETE FROM shard")
            self.db.execute("DELETE FROM indexed")
            self._set_meta("search", code)
            self._set_meta("indexed", "")
        for path in before.keys() - eras.keys():
            self.db.execute("DELETE FROM shard WHERE era = ?", (path,))
        self._set_meta("eras", json.dumps(eras))
        return before.keys() - eras.keys(), eras.keys() - before.keys()

    def indexed(self, start: str, end: str, most: int) -> Iterator[list[tuple[int, list[str]]]]:
        """Yield the stories that were put into the index from one day, or month, to before another, their places and
        forms, at ``most`` so many at once."""
        rows = self.db.execute(
            "SELECT place, forms FROM indexed WHERE place >= day_place(?) AND place < day_place(?) ORDER BY place",
            (start, end),
        )
        while some := rows.fetchmany(most):
            yield [(place, _unpacked_forms(forms)) for place, forms in some]

    def indexed_all(self) -> None:
        """Note that every story is in the index as it is: from here on, only days are looked at on which one moved."""
        self.db.execute("DELETE FROM to_index")
        self._set_meta("indexed", "all")

    def to_index(self, limit: int) -> list[Indexing]:
        """Return up to ``limit`` of the stories that are indexed otherwise than they are now."""
        found: list[Indexing] = []
        for first, end in self._days_to_index():
            found += self._to_index(first, end, limit - len(found))
        return found

    def _days_to_index(self) -> list[tuple[str, str]]:
        """Return from which day to before which the index may be other than the stories: each day on which one moved,
        or all of time."""
        if self._meta("indexed") != "all":
            return [("", "~")]
        return [(day, f"{day}~") for (day,) in self.db.execute("SELECT day FROM to_index ORDER BY day")]

    def _to_index(self, first: str, end: str, limit: int) -> list[Indexing]:
        span = {"first": first, "end": end, "limit": limit}
        rows = self.db.execute(
            f"WITH {_PLACES} SELECT places.id, places.place, indexed.place FROM places"
            " LEFT JOIN indexed INDEXED BY indexed_place ON indexed.id = places.id"
            " WHERE there AND (indexed.id IS NULL OR stale OR indexed.place <> places.place)"
            " ORDER BY places.place LIMIT :limit",
            span,
        ).fetchall()
        found = []
        for story_id, here, was in rows:
            before = None if was is None else (was, self._forms(story_id))
            found.append(Indexing(story_id, here, self.story(story_id), before))
        gone = self.db.execute(
            "SELECT id, place FROM indexed WHERE place >= day_place(:first) AND place < day_place(:end)"
            " AND id NOT IN (SELECT id FROM story) LIMIT :limit",
            span | {"limit": limit - len(found)},
        ).fetchall()
        return found + [Indexing(story_id, 0, None, (place, self._forms(story_id))) for story_id, place in gone]

    def _forms(self, story_id: str) -> list[str]:
        row = self.db.execute("SELECT forms FROM indexed WHERE id = ?", (story_id,)).fetchone()
        return _unpacked_forms(row[0])

    def keep_indexed(self, story_id: str, place: int, forms: Sequence[str]) -> None:
        """Note under which place and forms a story is in the index now."""
        data = zlib.compress("\n".join(forms).encode(), 1)
        self.db.execute("INSERT OR REPLACE INTO indexed VALUES (?, ?, ?, 0)", (story_id, place, data))

    def forget_indexed(self, story_id: str) -> None:
        """Note that a story is in the index no more."""
        self.db.execute("DELETE FROM indexed WHERE id = ?", (story_id,))

    def shard(self, era: str, number: int) -> bytes:
        """Return a shard of the index of an era, b"" for one that holds nothing yet."""
        row = self.db.execute("SELECT data FROM shard WHERE era = ? AND number = ?", (era, number)).fetchone()
        return zlib.decompress(row[0]) if row else b""

    def keep_shard(self, era: str, number: int, data: bytes) -> None:
        """Keep a shard of the index of an era."""
        self.db.execute("INSERT OR REPLACE INTO shard VALUES (?, ?, ?)", (era, number, zlib.compress(data, 1)))

    def places(self, start: str = "", end: str = "~") -> dict[str, list[int]]:
        """Return the places of the stories of each category in the index, in their order, from a day to before
        another."""
        rows = self.db.execute(
            "SELECT category, place FROM indexed INDEXED BY indexed_order CROSS JOIN story USING (id)"
            " WHERE place >= day_place(?) AND place < day_place(?) ORDER BY place",
            (start, end),
        )
        found: dict[str, list[int]] = {}
        for category, here in rows:
            found.setdefault(category, []).append(here)
        return found

    def placed(self, ids: Iterable[str]) -> Iterator[tuple[int, Record]]:
        """Yield those stories with their places in the index, in their order."""
        query = "SELECT place, data FROM indexed JOIN story USING (id) WHERE id = ?"
        for here, data in sorted(row for one in ids for row in self.db.execute(query, (one,))):
            yield here, Record.from_json(data)

    def placed_from(self, start: int, count: int) -> Iterator[tuple[int, Record]]:
        """Yield the ``start``-th story of the index and those behind it, ``count`` in all, with their places."""
        rows = self.db.execute(
            "SELECT place, data FROM (SELECT id, place FROM indexed ORDER BY place LIMIT ? OFFSET ?)"
            " JOIN story USING (id) ORDER BY place",
            (count, start),
        )
        for here, data in rows:
            yield here, Record.from_json(data)

    # --- lists -------------------------------------------------------------------------------------------------

    def stories(self, role: str = "", slug: str = "", size: int | None = None) -> StoryList:
        """Return all stories, or those of one category, tag, author or period, newest first, read when looked at.

        ``role`` is "", "category", "tag", "author" or "period" (slug "2021", "2021/07" or "2021/07/09"); ``size`` is
        how many they are, where that is known.
        """
        if role in ("tag", "author", "period"):
            tables, where, values = "tagging", "role = ? AND slug = ?", [role, slug]
        elif role:
            tables, where, values = "story", "category = ?", [slug]
        else:
            tables, where, values = "story", "1", []
            size = self.count()
        return StoryList(self, tables, where, values, size)

    def union(self, categories: Sequence[str], tags: Sequence[str]) -> StoryList:
        """Return the stories of any of these categories and tags, newest first."""
        marks = [", ".join("?" * len(slugs)) for slugs in (categories, tags)]
        tagged = f"id IN (SELECT id FROM tagging WHERE role = 'tag' AND slug IN ({marks[1]}))"
        return StoryList(self, "story", f"(category IN ({marks[0]}) OR {tagged})", [*categories, *tags])

    def deleted(self, lists: Iterable[tuple[str, str]], limit: int) -> list[tuple[str, str]]:
        """Return (uri, instant) of the stories that went from the ``lists`` (role, slug) last; ("", "") is the list of
        all."""
        found: set[tuple[str, str]] = set()
        for role, slug in lists:
            found |= set(
                self.db.execute(
                    "SELECT uri, gone FROM tombstone WHERE role = ? AND slug = ? ORDER BY gone DESC, id LIMIT ?",
                    (role, slug, limit),
                )
            )
        return sorted(found, key=lambda one: (one[1], one[0]), reverse=True)[:limit]

    def emptied(self, role: str) -> list[tuple[str, str]]:
        """Return (slug, name) of the lists that had stories and have none any more."""
        there = "category FROM story" if role == "category" else f"slug FROM tagging WHERE role = '{role}'"
        rows = self.db.execute(
            f"SELECT slug, min(name) FROM tombstone WHERE role = ? AND slug NOT IN (SELECT {there})"
            " GROUP BY slug ORDER BY slug",
            (role,),
        )
        return [(slug, name) for slug, name in rows]

    def categories(self) -> list[Group]:
        """Return the categories that have stories, by slug."""
        return [Group(TagRef("category", slug, slug), size) for slug, size, _ in self._listed("category")]

    def groups(self, role: str) -> list[Group]:
        """Return the tags, authors or periods that have stories, by slug, each under the first of its names."""
        groups = []
        for slug, size, found in self._listed(role):
            kind, _, name = found.partition("\n")
            groups.append(Group(TagRef(kind, name, slug), size))
        return groups

    def months(self, category: str = "") -> list[tuple[str, int]]:
        """Return each month, "2021-07", that has stories, or some of a category, with how many, newest first."""
        return [(month, size) for month, size, _ in reversed(self._listed(f"month {category}"))]

    def _listed(self, role: str) -> list[tuple[str, int, str]]:
        """Return the lists of ``role``, by slug: how many stories each has, and the first of its kinds and names."""
        # The name that went may have been the first one.
        lost = self.db.execute("SELECT slug FROM listed WHERE role = ? AND found = ''", (role,)).fetchall()
        for (slug,) in lost:
            self.db.execute(
                "UPDATE listed SET found = (SELECT min(kind || char(10) || name) FROM tagging"
                " WHERE tagging.role = listed.role AND tagging.slug = listed.slug) WHERE role = ? AND slug = ?",
                (role, slug),
            )
        return self.db.execute("SELECT slug, size, found FROM listed WHERE role = ? ORDER BY slug", (role,)).fetchall()

    def count(self) -> int:
        """Return how many stories there are."""
        row = self.db.execute("SELECT size FROM listed WHERE role = '' AND slug = ''").fetchone()
        return int(row[0]) if row else 0

    def periods(self, depth: int, within: str = "") -> list[tuple[str, int]]:
        """Return each year (depth 1), month or day that has stories with how many, newest first; those ``within`` a
        year or a month, "2021/07", when it is given; of a period itself, when that is ``within``, it alone."""
        if len(within) == _LENGTHS[depth]:
            row = self.db.execute("SELECT size FROM listed WHERE role = 'period' AND slug = ?", (within,)).fetchone()
            return [(within, row[0])] if row else []
        rows = self.db.execute(
            "SELECT slug, size FROM listed WHERE role = 'period' AND slug >= ? AND slug < ? AND length(slug) = ?"
            " ORDER BY slug DESC",
            (f"{within}/" if within else "", f"{within}0" if within else "~", _LENGTHS[depth]),
        )
        return [(slug, size) for slug, size in rows]

    def instants(self, every: int) -> list[str]:
        """Return the instant of every so many stories, from the newest on."""
        rows = self.db.execute(
            f"SELECT instant FROM (SELECT instant, row_number() OVER (ORDER BY {_ORDER}) AS number FROM story)"
            " WHERE number % ? = 0",
            (every,),
        )
        return [instant for (instant,) in rows]

    def page_starts(self, role: str, per_page: int) -> Iterator[tuple[str, list[str]]]:
        """Yield (slug, instants) of each list of ``role`` ("" for that of all stories): those of the newest story of
        each of its pages, which Paginator numbers, from the newest on; ``per_page`` is 0 where a list is one page."""
        table, slug = {"": ("story", "''"), "category": ("story", "category")}.get(role, ("tagging", "slug"))
        rows = self.db.execute(
            f"SELECT slug, instant FROM (SELECT {slug} AS slug, instant, row_number() OVER"
            f" (PARTITION BY {slug} ORDER BY {_ORDER}) - 1 AS at FROM {table}"
            f" WHERE {'role = :role' if table == 'tagging' else '1'}) JOIN listed USING (slug)"
            " WHERE listed.role = :role AND (at = 0 OR at >= size - (size / :per_page - 1) * :per_page"
            " AND (size - at) % :per_page = 0) ORDER BY slug, at",
            {"role": role, "per_page": per_page or 1 << 60},
        )
        for name, group in groupby(rows, key=itemgetter(0)):
            yield name, [instant for _, instant in group]

    def neighbours(self, record: Record) -> tuple[Record | None, Record | None]:
        """Return the stories before and after ``record`` in the list of all: the newer one and the older one."""
        marks = "(?, ?, ?, ?)"
        rows = [
            self.db.execute(f"SELECT id FROM story WHERE {_PLACE} {which} LIMIT 1", place(record)).fetchone()
            for which in (f"> {marks} ORDER BY instant, seen, seed, back", f"< {marks} ORDER BY {_ORDER}")
        ]
        newer, older = (self.story(row[0]) if row else None for row in rows)
        return newer, older


def day_place(day: str) -> int:
    """Return the place of the first story of a ``day``, or month, in the search index: before all for "", behind all
    for "~"."""
    day, behind = day.removesuffix("~"), day.endswith("~")
    if not day:
        return (1 << 62) if behind else 0
    return (date.fromisoformat(f"{day}-01"[:10]).toordinal() + behind) << 20


def _connected(path: str, *, one_thread: bool = True) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, uri=path.startswith("file:"), check_same_thread=one_thread)
    db.create_function("first_day", 1, lambda value: first_moment(value).date().isoformat(), deterministic=True)
    db.create_function("day_place", 1, day_place, deterministic=True)
    return db


def _statements() -> Iterator[str]:
    """Yield the statements of schema.sql one by one: all of them belong to one transaction."""
    statement = ""
    for line in _SCHEMA.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _window(instant: str) -> tuple[str, str]:
    """Return the first and the last instant at which a story may stand in a thread with one of ``instant``."""
    moment = first_moment(instant)
    try:
        return (moment - timedelta(WINDOW)).isoformat(), (moment + timedelta(WINDOW)).isoformat()
    except OverflowError:
        return instant, instant


def _unpacked_forms(data: bytes) -> list[str]:
    return zlib.decompress(data).decode().splitlines()


def _packed(parts: Sequence[bytes]) -> bytes:
    return zlib.compress(b"".join(len(part).to_bytes(4, "big") + part for part in parts), 1)


def _unpacked(data: bytes) -> list[bytes]:
    parts, at, data = [], 0, zlib.decompress(data)
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        parts.append(data[at + 4 : end])
        at = end
    return parts


class StoryList(Sequence[Record]):
    """A lazy list of stories over the archive: it counts, slices and iterates without holding them."""

    _CHUNK = 200

    def __init__(
        self,
        archive: Archive,
        table: str,
        where: str,
        values: list[str],
        size: int | None = None,
    ) -> None:
        # Not its connection: a process that was forked off has one of its own.
        self._archive = archive
        self._table, self._where = table, where
        self._from = f"FROM {table} WHERE {where}"
        self._data = "data" if table == "story" else "(SELECT data FROM story WHERE story.id = tagging.id)"
        self._values = values
        self._count = size

    def __len__(self) -> int:
        if self._count is None:
            self._count = int(self._archive.db.execute(f"SELECT count(*) {self._from}", self._values).fetchone()[0])
        return self._count

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> list[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | list[Record]:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            if step != 1:
                return [self[n] for n in range(start, stop, step)]
            return self._read(start, max(0, stop - start))
        found = self._read(range(len(self))[at], 1)
        return found[0]

    def older(self, place: Place) -> int:
        """Return how many of the stories are older than ``place``: where a story there stands, counted from the
        oldest."""
        # Most are newer than few: those are counted.
        (count,) = self._archive.db.execute(
            f"SELECT count(*) {self._from} AND {_PLACE} >= (?, ?, ?, ?)", (*self._values, *place)
        ).fetchone()
        return len(self) - int(count)

    def months(self) -> list[tuple[str, int]]:
        """Return each month, "2021-07", that has stories with how many, newest first."""
        month = "substr(instant, 1, 7)"
        rows = self._archive.db.execute(
            f"SELECT {month}, count(*) {self._from} GROUP BY {month} ORDER BY {month} DESC", self._values
        )
        return [(name, size) for name, size in rows]

    def of_month(self, month: str) -> StoryList:
        """Return the stories of ``month``, "2021-07", newest first."""
        return self.between(month, f"{month}~")

    def between(self, start: str, end: str) -> StoryList:
        """Return the stories from the instant ``start`` to before ``end``, newest first."""
        where = f"{self._where} AND instant >= ? AND instant < ?"
        return StoryList(self._archive, self._table, where, [*self._values, start, end])

    def addresses(self) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
        """Yield each month, "2021-07", newest first, with its stories, oldest first: permalink, instant, updated."""
        rows = self._archive.db.execute(
            f"SELECT json_extract({self._data}, '$.permalink'), instant, updated {self._from}"
            " ORDER BY substr(instant, 1, 7) DESC, instant, seen, seed, back",
            self._values,
        )
        for month, group in groupby(rows, key=lambda row: str(row[1][:7])):
            yield month, list(group)

    def corrected(self, since: str, limit: int) -> list[Record]:
        """Return the stories edited after the ISO instant ``since``, the last edited first."""
        rows = self._archive.db.execute(
            f"SELECT id {self._from} AND updated <> '' AND updated > ? ORDER BY updated DESC, id LIMIT ?",
            (*self._values, since, limit),
        )
        return [self._archive.story(story_id) for (story_id,) in rows]

    def __iter__(self) -> Iterator[Record]:
        for start in range(0, len(self), self._CHUNK):
            yield from self._read(start, self._CHUNK)

    def _read(self, start: int, count: int) -> list[Record]:
        rows = self._archive.db.execute(
            f"SELECT id {self._from} ORDER BY {_ORDER} LIMIT ? OFFSET ?", (*self._values, count, start)
        )
        return [self._archive.story(story_id) for (story_id,) in rows]
