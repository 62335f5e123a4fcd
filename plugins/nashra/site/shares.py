"""The pages of a large build, shared out among processes: the bytes are the same, whoever makes them."""

from __future__ import annotations

import logging
import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

# With fewer stories to be made, to share them out costs more than it saves.
LARGE = 500


class Share(NamedTuple):
    """One of so many shares of the work, counted from 0."""

    number: int = 0
    of: int = 1

    def mine(self, at: int) -> bool:
        """Tell whether the ``at``-th of all things to be made is in this share."""
        return at % self.of == self.number


def share_out(make: Callable[[Share], Any], of: int) -> list[Any]:
    """Return what ``make`` returns for each share: the first made in this process, the others in one each.

    A share whose process dies is made here, afterwards.
    """
    waiting = {share: _begin(make, share) for share in (Share(number, of) for number in range(1, of))}
    try:
        made = [make(Share(0, of))]
        for share, (_, pipe) in waiting.items():
            with open(pipe, "rb", closefd=True) as results:
                result = results.read()
            made.append(pickle.loads(result) if result else make(share))
        return made
    finally:
        for child, _ in waiting.values():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)


def _begin(make: Callable[[Share], Any], share: Share) -> tuple[int, int]:
    """Fork a process that makes a share, and return its number and where its result can be read."""
    out, into = os.pipe()
    # Not multiprocessing: its children flush what Pelican's status line, a thread, may have been about to write.
    child = os.fork()
    if child:
        os.close(into)
        return child, out
    try:
        os.close(out)
        logging.disable(logging.CRITICAL)
        result = pickle.dumps(make(share))
        with open(into, "wb") as pipe:
            pipe.write(result)
    finally:
        os._exit(0)
