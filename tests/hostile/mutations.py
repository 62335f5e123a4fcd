"""Bulletins as newsrooms send them, and what goes wrong with them on the way: pure functions of what is drawn."""

# ruff: noqa: ARG005  # every act is given all that was drawn

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from random import Random

import press
from conftest import SEED
from hostile.corpus import OWN, payloads

BULLETINS = [SEED.read_bytes(), *(text.encode() for text in press.SEEDS.values())]
_HEADERS = ("Date: 2021-07-09", "التاريخ: 9 تموز 2021", "Tags: أ، ب", "القسم: الأمن السيبراني", "Status: draft")
_HEADERS += ("Split: no", "Correction: صحح", "Source: تاس", "Slug: ../x", "Date: 9999-12-31", "***", "---", "")
PIECES = [line.encode() for line in _HEADERS]
PIECES += [text.encode("utf-8", "surrogatepass") for family in (*OWN, "naughty") for text in payloads(family)]
PIECES += [
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    codecs.BOM_UTF8,
    codecs.BOM_UTF16_LE,
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\t",
]
PIECES += ["وفي شأن آخر، ".encode(), "أمنياً، ".encode(), "وأضاف أن ".encode(), "قال ".encode(), "\u0651".encode() * 40]

_NEXT = bytes([*range(1, 256), 0])

# What is done, where it begins and ends as shares of the whole, and with which piece.
Act = tuple[int, float, float, bytes]


def _lines(change: Callable[[list[bytes], int, int], None]) -> Callable[[bytes, int, int, bytes], bytes]:
    def act(data: bytes, start: int, end: int, piece: bytes) -> bytes:
        del piece
        lines = data.split(b"\n")
        change(lines, data.count(b"\n", 0, start), data.count(b"\n", 0, end))
        return b"\n".join(lines)

    return act


def _swap(lines: list[bytes], one: int, other: int) -> None:
    lines[one], lines[other] = lines[other], lines[one]


def _recoded(encoding: str) -> Callable[[bytes, int, int, bytes], bytes]:
    return lambda data, start, end, piece: data.decode("utf-8", "replace").encode(encoding, "replace")


ACTS: list[Callable[[bytes, int, int, bytes], bytes]] = [
    lambda data, start, end, piece: data[:start] + piece + data[start:],
    lambda data, start, end, piece: data[:start] + piece + data[end:],
    lambda data, start, end, piece: data[:start] + b"\n" + piece + b"\n" + data[start:],
    lambda data, start, end, piece: piece + b"\n" + data,
    lambda data, start, end, piece: piece + b"\n\n" + data,
    lambda data, start, end, piece: data + piece,
    lambda data, start, end, piece: data[:start] + piece * 50 + data[start:],
    lambda data, start, end, piece: data[:start] + data[end:],
    lambda data, start, end, piece: data[:end] + data[start:end] + data[end:],
    lambda data, start, end, piece: data[:start],
    lambda data, start, end, piece: data[start:],
    lambda data, start, end, piece: data[:start] + data[start : start + 1].translate(_NEXT) + data[start + 1 :],
    lambda data, start, end, piece: data[:start] + data[start:end].replace(b"\n", b"") + data[end:],
    lambda data, start, end, piece: data.replace(b"\n", b"\r\n"),
    lambda data, start, end, piece: data.replace(b" ", piece[:4]),
    _lines(_swap),
    _lines(lambda lines, one, other: lines.insert(one, lines[other])),
    _lines(lambda lines, one, other: lines.pop(one) and None),
    _lines(lambda lines, one, other: lines.insert(one, b"***")),
    _recoded("utf-16"),
    _recoded("cp1256"),
]  # fmt: skip


def mutated(data: bytes, acts: Sequence[Act]) -> bytes:
    """Return a bulletin after all that was done to it."""
    for number, one, other, piece in acts:
        start, end = sorted((round(one * len(data)), round(other * len(data))))
        data = ACTS[number](data, start, end, piece)[:200_000]
    return data


def drawn(chance: Random) -> bytes:
    """Return a mutated bulletin of those that ``chance`` draws."""
    acts = [
        (chance.randrange(len(ACTS)), chance.random(), chance.random(), chance.choice(PIECES))
        for _ in range(chance.randint(1, 5))
    ]
    return mutated(chance.choice(BULLETINS), acts)
