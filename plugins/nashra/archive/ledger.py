"""The ledger: what was promised to readers, one JSON object a line, only ever appended to.

It lies beside the seeds and is committed with them. ``{"event": "publish", …}`` gives a story its id, Atom id,
permalink and date for ever; ``{"event": "edit", …}`` says how it reads now, so that it is recognised next time;
``{"event": "gone", …}`` says since when it is published no more, and in which lists it stood. ``{"event": "withdraw",
…}`` takes a story back, whatever its seed holds, with a reason for readers; ``{"event": "reinstate", …}`` undoes that.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from nashra.archive.identity import Fingerprint, Known, Listed
from nashra.disk import sync
from nashra.errors import Problem

_PUBLISH = ("id", "uri", "permalink", "published", "seen")
_BOTH = ("seed", "at", "headline", "paragraphs")
# A page below the site, and nowhere else: whoever can write to the ledger must not write to the machine.
_PERMALINK = re.compile(r"(?:(?!\.)[^/\\\x00-\x20\x7f]+/)*(?!\.)[^/\\\x00-\x20\x7f]+\.html")
_SURROGATE = re.compile("[\ud800-\udfff]")
_RESTORE = "restore this line from version control: it holds promised links"


def read(path: Path, start: int = 0) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield each event from byte ``start`` on, with the offset behind its line.

    Blank lines are skipped, and so is a last line that a crash tore; one that only lost its newline counts. Raises
    Problem for any other line that is no event.
    """
    try:
        with path.open("rb") as lines:
            offset = lines.seek(start)
            for line in lines:
                if not line.endswith(b"\n") and _torn(line):
                    return
                if line.strip():
                    yield _event(line, path, offset), offset + len(line)
                offset += len(line)
    except FileNotFoundError:
        return


def stories(path: Path) -> dict[str, Known]:
    """Return the stories of a ledger by their ids, as they are known after its last line. Raises Problem."""
    known: dict[str, Known] = {}
    for event, _ in read(path):
        try:
            known[event["id"]] = apply(event, known.get(event["id"]))
        except Problem as problem:
            raise problem.at(str(path)) from None
    return known


def meant(known: Mapping[str, Known], name: str) -> Known | None:
    """Return the story that ``name`` means: its id, its Atom id, its permalink, or an address of it on any site."""
    path = unquote(name.partition("#")[0].partition("?")[0])
    addresses = {story.permalink: story for story in known.values()}
    return known.get(name.rpartition(":")[2]) or next(
        (addresses[path[at:]] for at in (0, *(m.end() for m in re.finditer("/", path))) if path[at:] in addresses), None
    )


def _event(line: bytes, path: Path, offset: int) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        raise Problem("not a line of JSON", _RESTORE, path=str(path), line=_number(path, offset)) from None
    wanted = {"publish": _PUBLISH + _BOTH, "edit": ("id", "updated", *_BOTH), "gone": ("id",)}
    wanted |= {"withdraw": ("id", "reason"), "reinstate": ("id",)}
    fields = event if isinstance(event, dict) else {}
    names = wanted.get(str(fields.get("event")))
    wrong = [name for name in names if not _fits(name, fields.get(name))] if names else ["event"]
    wrong += [name for name in ("seen", "lists", "note") if name in fields and not _fits(name, fields[name])]
    if wrong:
        said = f"not a ledger event ({', '.join(wrong)})"
        raise Problem(said, _RESTORE, path=str(path), line=_number(path, offset))
    return fields


def _number(path: Path, offset: int) -> int:
    """Return the number of the line that begins at a byte: worked out only where there is something to say of it."""
    with path.open("rb") as lines:
        return lines.read(offset).count(b"\n") + 1


def _fits(name: str, value: Any) -> bool:
    """Tell whether ``value`` is of the kind that the field ``name`` of an event holds."""
    if name == "at":
        return type(value) is int and value >= 0
    if (name in ("paragraphs", "lists")) != isinstance(value, list):
        return False
    texts = value if isinstance(value, list) else [value]
    if name == "lists":
        if not all(isinstance(one, list) and len(one) == len(Listed._fields) for one in texts):
            return False
        texts = [text for one in texts for text in one]
    if name == "permalink" and not (isinstance(value, str) and _PERMALINK.fullmatch(value)):
        return False
    # A surrogate alone, which JSON can spell, is no text: it can be written nowhere.
    return all(isinstance(text, str) and not _SURROGATE.search(text) for text in texts)


def _torn(line: bytes) -> bool:
    """Tell whether a crash cut ``line`` short: no part of an event is JSON but the whole."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False


def line(event: dict[str, Any]) -> str:
    """Return the line that says an event."""
    return json.dumps(event, ensure_ascii=False) + "\n"


def append(path: Path, events: Iterable[str]) -> int:
    """Write the lines of ``events`` behind the last whole event, flush them to the disk, and return the file's new
    size."""
    lines = "".join(events).encode()
    created = not path.exists()
    with path.open("r+b" if not created else "xb") as ledger:
        size = _whole(ledger) if not created else 0
        if not created and not _torn(last := ledger.read()):
            size += len(last)
            lines = b"\n" + lines
        ledger.truncate(size)
        ledger.seek(size)
        ledger.write(lines)
        ledger.flush()
        os.fsync(ledger.fileno())
    if created:
        sync(path.parent)
    return size + len(lines)


def _whole(ledger: Any) -> int:
    """Return the size up to the last newline, and leave the file there."""
    end: int = ledger.seek(0, os.SEEK_END)
    while end:
        step = min(end, 4096)
        ledger.seek(end - step)
        at = ledger.read(step).rfind(b"\n")
        if at >= 0:
            return int(ledger.seek(end - step + int(at) + 1))
        end -= step
    return int(ledger.seek(0))


def publish_event(story: Known) -> dict[str, Any]:
    """Return the event that promises ``story`` to its readers."""
    return {"event": "publish"} | {name: getattr(story, name) for name in _PUBLISH} | _reading(story)


def edit_event(story: Known) -> dict[str, Any]:
    """Return the event that says how ``story`` reads now."""
    return {"event": "edit", "id": story.id, "updated": story.updated} | _reading(story)


def gone_event(story: Known) -> dict[str, Any]:
    """Return the event that says that ``story`` stands in no seed any more."""
    return {"event": "gone", "id": story.id, "seen": story.gone, "lists": [list(one) for one in story.lists]}


def withdraw_event(story_id: str, reason: str) -> dict[str, Any]:
    """Return the event that takes a story back, for a ``reason`` that readers are told ("": none)."""
    return {"event": "withdraw", "id": story_id, "reason": reason}


def reinstate_event(story_id: str) -> dict[str, Any]:
    """Return the event that lets a story that was taken back be published again."""
    return {"event": "reinstate", "id": story_id}


def _reading(story: Known) -> dict[str, Any]:
    text = {"headline": story.print.headline, "paragraphs": list(story.print.paragraphs)}
    note = {"note": story.note} if story.note else {}
    return {"seed": story.seed, "at": story.at} | text | note


def apply(event: dict[str, Any], before: Known | None) -> Known:
    """Return the known story after ``event``; ``before`` is the one it changes.

    Raises Problem for a change to a story that was never published.
    """
    kind = event["event"]
    if kind != "publish" and before is None:
        raise Problem(f"it changes the story {event['id']}, which no line publishes", _RESTORE)
    if kind == "withdraw" and before:
        return replace(before, withdrawn=True, reason=event["reason"])
    if kind == "reinstate" and before:
        return replace(before, withdrawn=False, reason="")
    if kind == "gone" and before:
        # Ledgers of old say neither when nor where.
        gone = event.get("seen") or before.updated or before.seen
        return replace(before, gone=gone, lists=tuple(Listed(*one) for one in event.get("lists", ())))
    seed, at, text = event["seed"], event["at"], Fingerprint(event["headline"], tuple(event["paragraphs"]))
    note = event.get("note", "")
    if kind == "edit" and before:
        before = replace(before, seed=seed, at=at, print=text, updated=event["updated"] or before.updated, note=note)
        return before if before.withdrawn else replace(before, gone="", lists=())
    id_, uri, permalink, published, seen = (event[name] for name in _PUBLISH)
    return Known(id_, uri, permalink, published, seen, seed, at, text, note=note)
