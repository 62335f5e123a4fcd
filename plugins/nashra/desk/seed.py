"""Read a seed: an optional header, a headline, paragraphs; «***» forces a story to begin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from nashra.arabic.dates import find
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
_STATUS = {"published": "published", "منشور": "published", "draft": "draft", "مسوده": "draft"}
_STATUS |= {"withdrawn": "withdrawn", "مسحوب": "withdrawn"}
_SPLIT = {"no": False, "لا": False, "yes": True, "نعم": True}
_LINE = re.compile(r"\s*([^\W\d_]+)\s*:\s*(.*?)\s*")
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?))?)?)?")
_LIST = re.compile(r"\s*[,،;؛]\s*")
_BREAK = re.compile(r"\s*\*{3,}\s*")


def parse(name: str, text: str, notes: str = "") -> Bulletin:
    """Return the bulletin written in the clean ``text`` of seed ``name``; ``notes`` is its sidecar's text.

    What the seed's own header says goes before the sidecar. Raises Problem, with the line, for a seed without
    text and for a header that cannot be.
    """
    header = _header(Header(), [(-1, line) for line in notes.split("\n")]) if notes.strip() else Header()
    lines = list(enumerate(text.split("\n"), 1))
    own = _own_header(lines)
    header = _header(header, lines[: len(own)]) if own else header
    shown: list[Paragraph] = []
    breaks: set[int] = set()
    for number, line in lines[len(own) :]:
        if _BREAK.fullmatch(line):
            breaks.add(len(shown) - 1)
        elif line.strip():
            shown.append(Paragraph(line.strip(), number))
    if not shown:
        raise Problem("it is empty", "write a headline and, below it, the text")
    if len(shown) == 1:
        wrong = "there is no text below the headline"
        raise Problem(wrong, "write the text on the lines below it", line=shown[0].line)
    inner = frozenset(at for at in breaks if 0 < at < len(shown) - 1)
    return Bulletin(name, shown[0].text, tuple(shown[1:]), header, inner)


def _own_header(lines: list[tuple[int, str]]) -> list[str]:
    """Return the lines of the header: leading «Key: value» lines, one key at least known, then a blank line."""
    block: list[str] = []
    known = False
    for _, line in lines:
        if not line.strip():
            if any(map(str.strip, block)):
                return block if known else []
        else:
            match = _LINE.fullmatch(line)
            if not match:
                return []
            known = known or key(match[1].lower()) in _FIELDS
        block.append(line)
    return []


def _header(header: Header, lines: Iterable[tuple[int, str]]) -> Header:
    for number, line in lines:
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        field = _FIELDS.get(key(match[1].lower())) if match else None
        where = max(number, 0)
        if not match or not field:
            known = ", ".join(name.capitalize() if name.isascii() else name for name in _KEYS)
            raise Problem(f"«{line.strip()[:40]}» is no header line", f"known are {known}", line=where)
        header = replace(header, **{field: _value(field, match[2], where)})
    return header


def _value(field: str, text: str, line: int) -> Any:
    if field == "date":
        return _date(text, line)
    if field in ("tags", "sources", "authors"):
        return tuple(part for part in _LIST.split(text) if part)
    if field in ("category", "correction"):
        return text
    words: dict[str, Any] = _STATUS if field == "status" else _SPLIT
    if key(text.lower()) not in words:
        raise Problem(f"«{text[:40]}» cannot be", f"write one of {', '.join(words)}", line=line)
    return words[key(text.lower())]


def _date(text: str, line: int) -> str:
    plain = fold(text).text
    match = _ISO.fullmatch(plain)
    if match:
        value = plain.replace(" ", "T")
        found = find(fold(value[:10])) if match[3] else ()
        if (not match[3] or found) and (not match[2] or 1 <= int(match[2]) <= 12):
            return value
    else:
        found = find(fold(text))
        if len(found) == 1 and found[0].value:
            return found[0].value
    raise Problem(f"«{text[:40]}» is no date", "write it as 2021-07-09 or 9 تموز 2021", line=line)
