"""Large maps from names to sums, kept as small immutable pieces: what changed costs pieces, not the whole.

A piece holds the names themselves while they are few, else up to sixteen pieces, chosen by the digits of each name's
SHA-256 (a hash array mapped trie, Bagwell 2001; a Merkle tree, for a piece is called by the SHA-256 of its bytes).
Which pieces a map has follows from what is in it and not from how it came to be: two maps are equal where their digests
are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from nashra.errors import Problem

_T = TypeVar("_T")
# So many names at most in a piece: some tens of kilobytes.
_MOST = 512
_DIGEST = re.compile(r"[0-9a-f]{64}")
# The digest of the map without names, which has no piece.
EMPTY = ""


class Piece(NamedTuple):
    """Names with their sums, or pieces by digit, with how many names each holds."""

    sums: dict[str, str]
    parts: dict[str, tuple[str, int]]


def pieces(of: str, sums: Mapping[str, str], depth: int = 0) -> tuple[str, dict[str, bytes]]:
    """Return the digest of a map and its pieces by theirs; ``of`` says of what it is: no two have a piece in common."""
    if not sums:
        return EMPTY, {}
    if len(sums) <= _MOST:
        digest, data = _packed(of, Piece(dict(sums), {}))
        return digest, {digest: data}
    made: dict[str, bytes] = {}
    parts: dict[str, tuple[str, int]] = {}
    for digit, some in _by_digit(sums, depth).items():
        part, below = pieces(of, some, depth + 1)
        parts[digit] = part, len(some)
        made |= below
    digest, data = _packed(of, Piece({}, parts))
    return digest, made | {digest: data}


class Maps:
    """Maps whose pieces lie elsewhere: ``fetch`` returns the bytes of one by its digest, None where it is not there.

    Raises ``damaged``, in all that reads, where a piece is missing or is not what its digest says.
    """

    def __init__(self, fetch: Callable[[str], bytes | None], damaged: Problem) -> None:
        self._fetch, self.damaged = fetch, damaged
        self._known: dict[str, bytes] = {}
        self._made: dict[str, bytes] = {}
        self._went: set[str] = set()

    def know(self, known: Mapping[str, bytes]) -> None:
        """Take pieces that need not be fetched: what they are called says what they are."""
        self._known.update(known)

    def all(self, digest: str) -> dict[str, str]:
        """Return a map whole."""
        return self._all(self._read(digest))

    def get(self, digest: str, name: str) -> str | None:
        """Return what a map says of a name, None where nothing."""
        piece, depth = self._read(digest), 0
        while piece.parts:
            piece = self._read(piece.parts.get(_digit(name, depth), (EMPTY,))[0])
            depth += 1
        return piece.sums.get(name)

    def differing(self, before: str, now: str) -> Iterator[tuple[str, str | None, str | None]]:
        """Yield the names on which two maps differ, with what each says of them; reads only pieces that differ."""
        if before == now:
            return
        one, other = self._read(before), self._read(now)
        if one.parts and other.parts:
            for digit in sorted(one.parts.keys() | other.parts.keys()):
                yield from self.differing(one.parts.get(digit, (EMPTY,))[0], other.parts.get(digit, (EMPTY,))[0])
            return
        was, is_now = self._all(one), self._all(other)
        for name in sorted(was.keys() | is_now.keys()):
            if was.get(name) != is_now.get(name):
                yield name, was.get(name), is_now.get(name)

    def changed(self, of: str, digest: str, changes: Mapping[str, str | None]) -> str:
        """Return the digest of a map with these sums, without the names that have None; see ``take``."""
        return self._changed(of, digest, changes, 0)[0] if changes else digest

    def take(self) -> tuple[dict[str, bytes], list[str]]:
        """Return the pieces that ``changed`` made since this was last asked, and the digests of those they replace."""
        made, went = self._made, sorted(self._went - self._made.keys() - {EMPTY})
        self._made, self._went = {}, set()
        return {digest: made[digest] for digest in sorted(made)}, went

    def _changed(self, of: str, digest: str, changes: Mapping[str, str | None], depth: int) -> tuple[str, int]:
        piece = self._read(digest)
        self._went.add(digest)
        self._made.pop(digest, None)
        if piece.parts:
            parts = dict(piece.parts)
            for digit, some in _by_digit(changes, depth).items():
                part, count = self._changed(of, parts.pop(digit, (EMPTY, 0))[0], some, depth + 1)
                if count:
                    parts[digit] = part, count
            if (total := sum(count for _, count in parts.values())) > _MOST:
                told, data = _packed(of, Piece({}, parts))
                return self._keep(told, {told: data}), total
            # Few enough for one piece again.
            sums = self._all(Piece({}, parts))
            for part, _ in parts.values():
                self._went.add(part)
                self._made.pop(part, None)
        else:
            sums = {name: told for name, told in {**piece.sums, **changes}.items() if told is not None}
        return self._keep(*pieces(of, sums, depth)), len(sums)

    def _keep(self, digest: str, made: Mapping[str, bytes]) -> str:
        self._known.update(made)
        self._made.update(made)
        return digest

    def _all(self, piece: Piece) -> dict[str, str]:
        found = dict(piece.sums)
        for part, _ in piece.parts.values():
            found |= self._all(self._read(part))
        return found

    def _read(self, digest: str) -> Piece:
        if digest == EMPTY:
            return Piece({}, {})
        data = self._known.get(digest)
        if data is None:
            data = self._fetch(digest) if _DIGEST.fullmatch(digest) else None
            if data is None or hashlib.sha256(data).hexdigest() != digest:
                raise self.damaged
            self._known[digest] = data
        try:
            return _unpacked(data)
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise self.damaged from None


def _packed(of: str, piece: Piece) -> tuple[str, bytes]:
    told = {"of": of, "parts": piece.parts} if piece.parts else {"of": of, "sums": piece.sums}
    data = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(data).hexdigest(), data


def _unpacked(data: bytes) -> Piece:
    """Return a piece that somebody wrote. Raises ValueError, TypeError, AttributeError or RecursionError."""
    told = json.loads(data)
    sums = dict(told.get("sums", {}).items())
    parts = {digit: (part, count) for digit, (part, count) in told.get("parts", {}).items()}
    for name, sum_ in sums.items():
        # That both can be written.
        f"{name}{sum_.lower()}".encode()
    for digit, (part, count) in parts.items():
        if not re.fullmatch("[0-9a-f]", digit) or not _DIGEST.fullmatch(part) or type(count) is not int or count < 1:
            raise ValueError("no part")
    return Piece(sums, parts)


def _by_digit(names: Mapping[str, _T], depth: int) -> dict[str, dict[str, _T]]:
    """Return what is said of names by the digit at ``depth`` of each one's SHA-256."""
    sorted_out: dict[str, dict[str, _T]] = {}
    for name, told in names.items():
        sorted_out.setdefault(_digit(name, depth), {})[name] = told
    return sorted_out


def _digit(name: str, depth: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[depth]
