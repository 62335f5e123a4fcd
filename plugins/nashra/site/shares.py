"""The work of a large build, shared out among processes: the bytes are the same, whoever makes them."""

from __future__ import annotations

import logging
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import IO, Any, TypeVar

# With fewer stories to be made, to share them out costs more than it saves.
LARGE = 500
# As many items as a process hands over at once.
_CHUNK = 40
# A pipe holds 64 KiB.
_MOST_TURNS, _TURN = 8_000, 4
_T = TypeVar("_T")
_R = TypeVar("_R")


def share_out(
    make: Callable[[Iterator[int]], _R], count: int, of: int, meanwhile: Callable[[], object] = lambda: None
) -> list[_R]:
    """Call ``make`` in this process and in ``of`` − 1 others, each with those of the numbers below ``count`` that it
    gets to first, and return what the calls return.

    ``meanwhile`` is called in this process before it takes its first number. What a process took that died or raised is
    made here, afterwards.
    """
    if of < 2:
        meanwhile()
        return [make(iter(range(count)))]
    each = -(-count // _MOST_TURNS) or 1
    waiting, into = os.pipe()
    for first in range(0, count, each):
        os.write(into, first.to_bytes(_TURN, "big"))
    os.close(into)

    def turns(taken: list[int]) -> Iterator[int]:
        # As many bytes as make a turn are read at once or not at all.
        while turn := os.read(waiting, _TURN):
            first = int.from_bytes(turn, "big")
            taken.append(first)
            yield from range(first, min(first + each, count))

    def work(pipe: IO[bytes]) -> None:
        taken: list[int] = []
        pipe.write(pickle.dumps((make(turns(taken)), taken)))

    working = [_fork(work) for _ in range(1, of)]
    try:
        meanwhile()
        done: list[int] = []
        made = [make(turns(done))]
        for _, pipe in working:
            with open(pipe, "rb", closefd=False) as results:
                result = results.read()
            if result:
                its, taken = pickle.loads(result)
                made.append(its)
                done += taken
        lost = sorted(set(range(0, count, each)) - set(done))
        if lost:
            made.append(make(number for first in lost for number in range(first, min(first + each, count))))
        return made
    finally:
        os.close(waiting)
        _end(working)


def in_order(make: Callable[[_T], _R], items: Sequence[_T], of: int) -> Iterator[_R]:
    """Yield what ``make`` returns for each of ``items``, in their order, made in ``of`` processes beside this one; in
    this one where that is 1, and where one of them died or raised."""
    if of < 2:
        yield from map(make, items)
        return
    chunks = [items[at : at + _CHUNK] for at in range(0, len(items), _CHUNK)]

    def work(number: int, pipe: IO[bytes]) -> None:
        for chunk in chunks[number::of]:
            pickle.dump([make(item) for item in chunk], pipe)
            pipe.flush()

    working = [_fork(partial(work, number)) for number in range(of)]
    pipes = [open(pipe, "rb", closefd=False) for _, pipe in working]  # noqa: SIM115  # each is closed by _end
    try:
        for number, chunk in enumerate(chunks):
            try:
                made = pickle.load(pipes[number % of])
            except (EOFError, pickle.UnpicklingError):
                made = [make(item) for item in chunk]
            yield from made
    finally:
        _end(working)


def _fork(work: Callable[[IO[bytes]], Any]) -> tuple[int, int]:
    """Fork a process that does ``work``, which writes into a pipe; return its number and where that can be read."""
    out, into = os.pipe()
    # Not multiprocessing: its children flush what Pelican's status line, a thread, may have been about to write.
    child = os.fork()
    if child:
        os.close(into)
        return child, out
    try:
        os.close(out)
        logging.disable(logging.CRITICAL)
        with open(into, "wb") as pipe:
            work(pipe)
    finally:
        os._exit(0)


def _end(working: Sequence[tuple[int, int]]) -> None:
    for child, pipe in working:
        os.close(pipe)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
