"""What rooms ask of the disk alike: a folder that one holds at a time, and bytes that stay when power fails."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from nashra.errors import Problem


def hold(folder: Path, busy: Problem) -> int:
    """Hold a folder until the handle that is returned is closed, by whatever ends the process too.

    Raises ``busy`` where somebody else holds it, OSError where it cannot be opened.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise busy from None
    return handle


def sync(path: Path) -> None:
    """Have the disk hold a file or folder as it is now, if there is one."""
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
