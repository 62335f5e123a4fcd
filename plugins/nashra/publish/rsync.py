"""Another machine, by rsync: its daemon (``rsync://host/module/path``) or over ssh (``user@host:/path``).

The program does the work. Each file takes its place in one step there, as rsync does it; what is to be sent lies ready
in a folder of its own, and what is named and is not there is to be removed. rsync knows no conditions: the root is
read, compared, written and read again; two who publish in the same second may both pass. Passwords are rsync's and
ssh's matter.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nashra.disk import hold
from nashra.errors import Problem
from nashra.publish.remote import AGAIN, Item, Overtaken

_SILENCE = 60
# A file that is to be removed is named and not there. What is sent is what is wanted, whatever lies there.
_SEND = [
    "--from0",
    "--files-from=-",
    "--delete-missing-args",
    "--ignore-times",
    "--times",
    "--omit-dir-times",
    "--chmod=D755,F644",
]
# rsync's exit statuses (rsync(1)): its end of a connection, and ssh's.
_UNREACHABLE = (5, 10, 12, 30, 35, 255)


class Rsync:
    """A folder on another machine, as rsync names it; ``aside`` is a folder in the file system of the site."""

    beat = 15.0

    def __init__(self, place: str, aside: Path) -> None:
        self.name = place.rstrip("/")
        self._aside, self._held, self._lock = aside, -1, threading.Lock()
        program = shutil.which("rsync")
        if program is None:
            raise self._problem("rsync is not installed", "install it: apt install rsync")
        self._program = program

    def read(self, key: str) -> tuple[bytes, str] | None:
        """See ``Store``."""
        parts = key.split("/")
        wanted = [f"--include=/{'/'.join(parts[:at])}/" for at in range(1, len(parts))]
        with tempfile.TemporaryDirectory() as folder:
            self._run([*wanted, f"--include=/{key}", "--exclude=*", "--recursive"], f"{self.name}/", f"{folder}/")
            try:
                data = Path(folder, key).read_bytes()
            except FileNotFoundError:
                return None
        return data, hashlib.sha256(data).hexdigest()

    def write(self, key: str, data: bytes, version: str) -> str:
        """See ``Store``."""
        there = self.read(key)
        if (there[1] if there else "") != version:
            raise Overtaken
        self.send([key], lambda _: [Item(key, data)], lambda _: None)
        return hashlib.sha256(data).hexdigest()

    def send(self, names: Sequence[str], items: Callable[[str], Iterable[Item]], sent: Callable[[int], None]) -> None:
        """See ``Store``."""
        keys: list[str] = []
        with tempfile.TemporaryDirectory(dir=self._made()) as folder:
            for name in names:
                size, when = 0, 0
                for item in items(name):
                    keys.append(item.key)
                    path = Path(folder, item.key)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    if item.data is None:
                        continue
                    if isinstance(item.data, Path):
                        os.link(item.data, path)
                        when = path.stat().st_mtime_ns
                    else:
                        path.write_bytes(item.data)
                        if when:
                            # A server tells by the time whether a reader has it already.
                            os.utime(path, ns=(when, when))
                    size += path.stat().st_size
                sent(size)
            if keys:
                # Never taken for comments.
                told = b"\0".join(f"./{key}".encode() for key in keys)
                self._run(_SEND, f"{folder}/", f"{self.name}/", told)

    def _run(self, options: Sequence[str], source: str, place: str, told: bytes = b"") -> None:
        command = [self._program, f"--timeout={_SILENCE}", *options, "--", source, place]
        try:
            held = () if self._held < 0 else (self._held,)
            ended = subprocess.run(command, input=told, capture_output=True, check=False, pass_fds=held)
        except OSError as error:
            raise self._problem(f"rsync cannot be run ({error.strerror})", "install it anew") from None
        if ended.returncode == 0:
            return
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        why = f"rsync ended with {ended.returncode}{f': {said[0]}' if said else ''}"
        if ended.returncode in _UNREACHABLE:
            raise self._problem(f"it cannot be reached ({why})", "see whether the address is right")
        if source.startswith(self.name):
            raise self._problem(f"it cannot be read ({why})", "make the folder there")
        raise self._problem(f"it could not be published there ({why})", AGAIN)

    def _made(self) -> Path:
        """Return the folder for what is to be sent, at first without what a killed run left. The programs hold it, too:
        one that outlives a killed run may be putting files in place still."""
        with self._lock:
            if self._held < 0:
                self._aside.mkdir(parents=True, exist_ok=True)
                busy = self._problem("somebody else is publishing it", "wait for them to end")
                self._held = hold(self._aside, busy)
                for left in self._aside.iterdir():
                    shutil.rmtree(left, ignore_errors=True)
        return self._aside

    def _problem(self, wrong: str, remedy: str) -> Problem:
        return Problem(wrong, remedy, path=self.name)
