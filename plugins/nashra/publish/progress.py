"""Say how far a long sending has come: a bar on a terminal, a line now and then elsewhere, nothing when it is quick."""

from __future__ import annotations

import sys
import threading
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from nashra.errors import tell

# Seconds before anything is said, and between lines.
_PATIENCE, _PAUSE = 2.0, 10.0


class Progress:
    """How far the sending of ``total`` files has come. Threads may share one."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._bytes = total, 0, 0
        self._began = self._said = time.monotonic()
        self._lock = threading.Lock()
        self._bar: Bar | None = None

    def add(self, size: int) -> None:
        """Count a file of the site, with all that was sent for it, in bytes."""
        with self._lock:
            self._done += 1
            self._bytes += size
            now = time.monotonic()
            if sys.stderr.isatty():
                self._draw(now)
            elif now - self._began > _PATIENCE and now - self._said > _PAUSE:
                self._said = now
                tell(self.line(now - self._began))

    def line(self, seconds: float) -> str:
        """Return how far it has come after so many seconds."""
        rate = self._done / max(seconds, 0.001)
        left = round((self._total - self._done) / max(rate, 0.001))
        return (
            f"Sending: {self._done:,} of {self._total:,} files, {self._bytes / 1e6:,.1f} MB, {rate:,.0f} files/s, "
            f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02} left"
        )

    def close(self) -> None:
        """Say no more."""
        if self._bar:
            self._bar.stop()

    def _draw(self, now: float) -> None:
        if self._bar is None:
            if now - self._began < _PATIENCE:
                return
            columns = ("Sending", BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
            self._bar = Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
            self._bar.add_task("", total=self._total, rate="")
            self._bar.start()
        rate = self._done / max(now - self._began, 0.001)
        self._bar.update(self._bar.task_ids[0], completed=self._done, rate=f"{rate:,.0f} files/s")
