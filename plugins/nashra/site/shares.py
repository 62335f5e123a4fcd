"""The work of a large build, shared out: the bytes are the same, whoever makes them.

Whoever works is a ``concurrent.futures.Executor``: this process, processes forked from it, or a cluster (cluster.py).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

# With fewer stories to be made, to share them out costs more than it saves.
LARGE = 500
# In seconds: how long one waits before one looks whether anybody is still at work.
_PATIENCE = 2.0
# Once more than this nobody new is asked: what kills whoever does it is done here.
_MOST_BREAKS = 2
_T = TypeVar("_T")
_R = TypeVar("_R")


class Hands(Protocol):
    """Whoever works: an Executor, and how many tasks are handed to it before the first result is waited for."""

    ahead: int

    def submit(self, fn: Callable[..., _R], /, *args: Any, **kwargs: Any) -> Future[_R]:
        """See ``concurrent.futures.Executor``."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See ``concurrent.futures.Executor``."""

    def lost(self) -> bool:
        """Tell whether nobody is at work any more, and nobody will be."""

    def abandon(self) -> None:
        """End what is left of hands that failed: nothing is asked of them any more."""


class Here(Executor):
    """This process, one task after the other."""

    ahead = 1

    def submit(self, fn: Callable[..., _R], /, *args: Any, **kwargs: Any) -> Future[_R]:
        """Call ``fn`` now; an exception is the caller's, as from any other call."""
        done: Future[_R] = Future()
        done.set_result(fn(*args, **kwargs))
        return done

    def lost(self) -> bool:
        """Never."""
        return False

    def abandon(self) -> None:
        """Nothing is left."""


class Forked(ProcessPoolExecutor):
    """Processes forked from this one: what it has loaded, they have too."""

    def __init__(self, count: int) -> None:
        super().__init__(count, multiprocessing.get_context("fork"), _begin, (os.getpid(),))
        self.ahead = 2 * count

    def lost(self) -> bool:
        """Never: where one of them dies, ProcessPoolExecutor says so of every task."""
        return False

    def abandon(self) -> None:
        """Wait until all have ended."""
        self.shutdown(wait=True, cancel_futures=True)


def forked(count: int) -> Hands:
    """Return ``count`` processes, this one where that is 1, or where the system gives none."""
    try:
        return Forked(count) if count > 1 else Here()
    except OSError:
        return Here()


def _nothing() -> None:
    """Do nothing."""


def in_order(
    task: Callable[[_T], _R],
    parts: Iterable[_T],
    hire: Callable[[], Hands],
    meanwhile: Callable[[], object] = _nothing,
) -> Iterator[_R]:
    """Yield what ``task`` returns for each of ``parts``, in their order, made by those that ``hire`` returns;
    ``meanwhile`` is called here when they are at work.

    Where one of them dies, others are hired for what was not done; what raised is done again here. It is worked ahead,
    but not without end: whoever takes results slowly is not buried under them.
    """
    coming, breaks = iter(parts), 0
    waiting: deque[tuple[_T, Future[_R]]] = deque()
    hands = hire()
    try:
        while True:
            try:
                while len(waiting) < hands.ahead:
                    for part in coming:
                        waiting.append((part, _handed(hands, task, part)))
                        break
                    else:
                        break
                meanwhile()
                meanwhile = _nothing
                if not waiting:
                    return
                result = _result(hands, waiting[0][1])
            except (BrokenExecutor, CancelledError):
                breaks += 1
                hands.abandon()
                hands = hire() if breaks <= _MOST_BREAKS else Here()
                waiting = deque(
                    (part, future if _good(future) else _handed(hands, task, part)) for part, future in waiting
                )
                continue
            except (Exception, SystemExit):  # its own, which is raised here, or the way's, which is none of ours
                if isinstance(hands, Here):
                    raise
                result = task(waiting[0][0])
            waiting.popleft()
            yield result
    finally:
        hands.shutdown(wait=True, cancel_futures=True)


def _result(hands: Hands, future: Future[_R]) -> _R:
    while True:
        try:
            return future.result(_PATIENCE)
        except TimeoutError:
            if future.done():
                return future.result()
            if hands.lost():
                raise BrokenExecutor("nobody is at work any more") from None


def _good(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _handed(hands: Hands, task: Callable[[_T], _R], part: _T) -> Future[_R]:
    """Hand a part to whoever works; where nobody takes it, return what says so when it is asked for."""
    try:
        return hands.submit(task, part)
    except Exception as error:
        future: Future[_R] = Future()
        future.set_exception(error)
        return future


def _begin(parent: int) -> None:
    """Begin a process that was forked off ``parent``: it says nothing, and ends when its parent does."""
    logging.disable(logging.CRITICAL)
    # multiprocessing flushes what Pelican's status line, a thread, may have been about to write.
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # for as long as it lives
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    # Whoever waits for the next task of a parent that was killed holds both ends of the pipe, and waits for ever.
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
