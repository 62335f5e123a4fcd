"""What can be wrong with an editor's file, said in one line: where, what, and what to do."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

# What does not show as it is on one line: controls, line separators, what turns a line's direction; surrogates stand
# for bytes that are not UTF-8.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def on_one_line(text: str) -> str:
    """Return ``text`` with what a line cannot show written out, as «\\n»."""
    return _UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class Problem(Exception):
    """Something in a file that an editor can mend. Prints as ``seeds/x.txt:12: what is wrong; what to do``.

    ``line`` is 1-based; 0 means the file as a whole. ``beside`` names the file to mend where it is not the one at
    ``path`` but lies beside it: a seed is in trouble for its sidecar.
    """

    def __init__(self, wrong: str, remedy: str, *, path: str = "", line: int = 0, beside: str = "") -> None:
        # Both: what is pickled is made anew of them.
        super().__init__(wrong, remedy)
        self.wrong = wrong
        self.remedy = remedy
        self.path = path
        self.line = line
        self.beside = beside

    def at(self, path: str) -> Problem:
        """Return the same problem, said of the file at ``path``."""
        return type(self)(self.wrong, self.remedy, path=path, line=self.line, beside=self.beside)

    def __str__(self) -> str:
        file = self.path[: self.path.rfind("/") + 1] + self.beside if self.beside else self.path
        where = file + (f":{self.line}" if self.line else "")
        return on_one_line(f"{where}: {self.wrong}; {self.remedy}" if where else f"{self.wrong}; {self.remedy}")


def tell(*lines: object, out: TextIO | None = None) -> None:
    """Print lines on ``out``, stderr where it is not given. That nobody can be told, the disk being full, ends
    nothing."""
    with suppress(OSError):
        for line in lines:
            print(line, file=out or sys.stderr, flush=True)


def shown(path: Path) -> str:
    """Return ``path`` as a person would write it from the current folder."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
