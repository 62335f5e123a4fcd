"""Find in the lists what an editor would want to know: a term twice, a term that speaks for two topics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from nashra.arabic.letters import key
from nashra.errors import Problem

_LIST = re.compile(r"(\w+) = \[")
_SLUG = re.compile(r'slug = "([^"]*)"')
_TERMS = re.compile(r'\s*"((?:[^"\\]|\\.)*)"')
_DATA = Path(__file__).parent / "data"
# In one topic's weak list and another's, a term only tips the balance; as a counter it speaks for neither.
_SPEAKING = frozenset(["strong", "terms"])
# distinct repeats, on purpose, some of turns; the names of editions stand among the events too.
_KINDS = {"distinct": "distinct", "editions": "editions"}


class _Term(NamedTuple):
    written: str
    folded: str
    topic: str
    list: str
    line: int


def lint(topics: Path) -> list[Problem]:
    """Return what is doubtful in topics.toml and in the package's own lists. The files must be readable TOML."""
    problems = [problem.at(topics.name) for problem in (*_twice(_terms(topics)), *_two_topics(_terms(topics)))]
    for path in sorted(_DATA.glob("*.toml")):
        problems += [problem.at(f"desk/data/{path.name}") for problem in _twice(_terms(path))]
    return problems


def _terms(path: Path) -> Iterator[_Term]:
    """Yield the terms of a list file, one a line as they are written, with where each stands."""
    topic = current = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if found := _SLUG.match(line):
            topic = found[1]
        elif found := _LIST.match(line):
            current = found[1]
        elif found := _TERMS.match(line):
            for term in found[1].split("|"):
                yield _Term(term.strip(), " ".join(key(term).split()), topic, current, number)


def _twice(terms: Iterable[_Term]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], _Term] = {}
    for term in terms:
        first = seen.setdefault((term.topic, _KINDS.get(term.list, term.topic or term.list), term.folded), term)
        if first is not term:
            wrong = f"«{term.written}» stands in line {first.line} too"
            remedy = "leave one (spellings that differ in hamza, ة/ه, ى/ي or tashkeel are one)"
            yield Problem(wrong, remedy, line=term.line)


def _two_topics(terms: Iterable[_Term]) -> Iterator[Problem]:
    seen: dict[str, _Term] = {}
    for term in terms:
        if term.list in _SPEAKING:
            first = seen.setdefault(term.folded, term)
            if first.topic != term.topic:
                wrong = f"«{term.written}» speaks for {first.topic} too (line {first.line})"
                yield Problem(wrong, "leave it with one topic, or make it weak in both", line=term.line)
