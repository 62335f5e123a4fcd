"""Say how long work goes on: a bar on a terminal, plain lines elsewhere, nothing when it is quick."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from pelican.log import console
from rich.progress import Progress

_T = TypeVar("_T")
_LONG = 200


def over(work: Sequence[_T]) -> Iterator[_T]:
    """Yield the items of ``work``, showing how far it has come when there are many."""
    if len(work) < _LONG:
        yield from work
    elif console.is_terminal:
        with Progress(console=console, transient=True) as progress:
            yield from progress.track(work, description="Reading bulletins")
    else:
        tenth = len(work) // 10
        for done, item in enumerate(work, 1):
            yield item
            if done % tenth == 0:
                print(f"Reading bulletins: {done} of {len(work)}", file=sys.stderr)


class Laps:
    """Where the time of a build goes: seconds by what was done, in the order in which it was."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, name: str) -> None:
        """Count the time since the last lap for ``name``."""
        now = time.monotonic()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._last
        self._last = now

    def __str__(self) -> str:
        return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in self.seconds.items())
