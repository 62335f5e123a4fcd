"""Read a seed: an optional header, a headline, paragraphs; «***» forces a story to begin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any

from nashra.arabic.dates import find
from nashra.arabic.hygiene import title
from nashra.arabic.letters import fold, key
from nashra.desk.model import Bulletin, Header, Paragraph
from nashra.errors import Problem

# Header keys, in English or Arabic; anything else in a header is refused.
_KEYS = {
    "date": "date",
    "التاريخ": "date",
    "category": "category",
    "القسم": "category",
    "tags": "tags",
    "الوسوم": "tags",
    "source": "sources",
    "المصدر": "sources",
    "author": "authors",
    "authors": "authors",
    "الكاتب": "authors",
    "status": "status",
    "الحالة": "status",
    "split": "split",
    "التقسيم": "split",
    "correction": "correction",
    "التصحيح": "correction",
}
_FIELDS = {key(name): field for name, field in _KEYS.items()}
_SHOWN = {key(name): name.capitalize() if name.isascii() else name for name in _KEYS}
_STATUS = {"published": "published", "منشور": "published", "draft": "draft", "مسوده": "draft"}
_STATUS |= {"withdrawn": "withdrawn", "مسحوب": "withdrawn"}
_SPLIT = {"no": False, "لا": False, "yes": True, "نعم": True}
_ISO = re.compile(
    r"\d{4}(?:-\d\d(?:-\d\d(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?)?)?"
)
_TIMED = re.compile(r"\d{4}-\d\d-\d\d[ T]*[T\d]")
_LIST = re.compile(r"[,،;؛]")
_BREAK = re.compile(r"\*{3,}")


def parse(name: str, text: str, notes: str = "", sidecar: str = "") -> Bulletin:
    """Return the bulletin written in the clean ``text`` of seed ``name``; ``notes`` is the text of its ``sidecar``,
    called as the seed with .meta unless told.

    What the seed's own header says goes before the sidecar. Raises Problem, with the line, for a seed without
    text and for a header that cannot be.
    """
    beside = sidecar or PurePath(name).with_suffix(".meta").name
    try:
        header = _header(Header(), enumerate(notes.split("\n"), 1), beside)
    except Problem as problem:
        problem.beside = beside
        raise
    lines = list(enumerate(text.split("\n"), 1))
    own = _own_header(lines)
    header = _header(header, lines[:own])
    shown: list[Paragraph] = []
    breaks: set[int] = set()
    for number, line in lines[own:]:
        seen = title(line)
        if _BREAK.fullmatch(seen):
            breaks.add(len(shown) - 1)
        elif seen:
            shown.append(Paragraph(line.strip(), number))
    if not shown:
        raise Problem("it is empty", "write a headline and, below it, the text")
    if len(shown) == 1:
        wrong = "there is no text below the headline"
        raise Problem(wrong, "write the text on the lines below it", line=shown[0].line)
    inner = frozenset(at for at in breaks if 0 < at < len(shown) - 1)
    return Bulletin(name, shown[0].text, tuple(shown[1:]), header, inner)


def _own_header(lines: list[tuple[int, str]]) -> int:
    """Return how many lines the header has: leading «Key: value» lines, one key at least known, then a blank line.

    Raises Problem for what was only meant as a header: a draft must not come out with «Status: draft» for a headline.
    """
    block: list[tuple[int, str, str]] = []
    end = 0
    for at, (number, line) in enumerate(lines):
        seen = title(line)
        pair = _pair(line)
        if seen and not pair:
            if seen == "---" and not block:
                raise Problem("front matter is not read", "write Key: value lines, then a blank line", line=number)
            break
        if pair:
            block.append((number, *pair))
        elif block:
            end = at
            break
    if block and not end and block[0][1] in _FIELDS:
        wrong = "no blank line ends the header that begins here"
        raise Problem(wrong, "leave a blank line below the header lines", line=block[0][0])
    if not end or any(name in _FIELDS for _, name, _ in block):
        return end
    for number, name, value in block:
        if meant := _meant(name, value):
            remedy = f"write «{meant}», or leave no blank line below it where it is the headline"
            raise Problem(f"«{name[:40]}» is no header key", remedy, line=number)
    return 0


def _pair(line: str) -> tuple[str, str] | None:
    """Return the folded key and the value of a «Key: value» line; None for any other."""
    name, colon, value = line.partition(":")
    name = key(name.lower())
    return (name, value.strip()) if colon and name.isalpha() else None


def _meant(name: str, value: str) -> str:
    """Return the key that ``name`` is a slip of, "" for none.

    «مصدر», «الصدر» and «القسام» are a letter or two from a key, and speak in headlines: an Arabic word is a slip only
    before a value that its key takes; before single words, where the key takes any text.
    """
    for near in get_close_matches(name, _FIELDS, 1, 0.75):
        field = _FIELDS[near]
        if near.isascii():
            return _SHOWN[near]
        if field in ("date", "status", "split"):
            try:
                _value(field, value, 0)
            except Problem:
                return ""
            return _SHOWN[near]
        if value and all(len(part.split()) == 1 for part in _LIST.split(value)):
            return _SHOWN[near]
    return ""


def _header(header: Header, lines: Iterable[tuple[int, str]], beside: str = "") -> Header:
    for number, line in lines:
        if not title(line):
            continue
        name, value = _pair(line) or ("", "")
        field = _FIELDS.get(name)
        if not field:
            known = ", ".join(_SHOWN.values())
            raise Problem(f"«{line.strip()[:40]}» is no header line", f"known are {known}", line=number)
        header = replace(header, **{field: _value(field, value, number)})
        if field == "category":
            header = replace(header, category_at=(beside, number))
    return header


def _value(field: str, text: str, line: int) -> Any:
    if field == "date":
        return iso(text, line)
    if field in ("tags", "sources", "authors"):
        return tuple(part for part in map(str.strip, _LIST.split(text)) if part)
    if field in ("category", "correction"):
        return text
    words: dict[str, Any] = _STATUS if field == "status" else _SPLIT
    if key(text.lower()) not in words:
        raise Problem(f"«{text[:40]}» cannot be", f"write one of {', '.join(words)}", line=line)
    return words[key(text.lower())]


def iso(text: str, line: int = 0) -> str:
    """Return the date that a person wrote in ``text``, in ISO 8601. Raises Problem where it is none."""
    plain = key(text)
    value = plain.replace(" ", "T", 1)
    if _ISO.fullmatch(value) and _happens(value):
        return value
    # A wrong time must not be passed over for the day before it.
    found = () if _TIMED.match(plain) else find(fold(text))
    if len(found) == 1 and found[0].value:
        return found[0].value
    raise Problem(f"«{text[:40]}» is no date", "write it as 2021-07-09 or 9 تموز 2021", line=line)


def _happens(value: str) -> bool:
    """Tell whether there is such a day, and newspapers to tell of it: «0001» and Hijri years are read as no others."""
    try:
        moment = datetime.fromisoformat(value if len(value) >= 10 else (value + "-01-01")[:10])
    except ValueError:
        return False
    return 1700 < moment.year < 2200
