"""Builds, many in a short time, that may be killed, or whose N-th write fails; and what they leave."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from http.server import HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Site

_BUILDER = Path(__file__).with_name("builder.py")


@dataclass(frozen=True)
class Ended:
    """How a build ended: its exit status (below zero: the signal that killed it), what it printed and what it ``said``
    on stderr, in how many seconds, and whether a fault was put in its way."""

    status: int
    printed: str
    said: str
    seconds: float
    failed: bool


class Loaded:
    """A process that has loaded a program, and forks for each order it is given: a line of JSON, as what it answers."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        atexit.register(self.close)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def tell(self, order: Any) -> None:
        """Give it an order."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def told(self) -> Any:
        """Return what it answers."""
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


class Builder(Loaded):
    """A loaded Pelican; see builder.py."""

    def __init__(self) -> None:
        self._notes = tempfile.mkdtemp()
        super().__init__(_BUILDER)

    def close(self) -> None:
        """End it."""
        super().close()
        shutil.rmtree(self._notes, ignore_errors=True)

    def build(
        self,
        folder: Path,
        *options: str,
        kill_after: float | None = None,
        fault: str = "",
        environ: Mapping[str, str],
    ) -> Ended:
        """Build in ``folder`` as `pelican` with these options; kill it so many seconds after it began, or let ``fault``
        happen to it (in strace's words, as ``fsync:error=EIO:when=3``)."""
        order = {"folder": str(folder), "options": options, "environ": os.environ | environ, "kill_after": kill_after}
        self.tell(order | {"notes": self._notes})
        child = int(self.told())
        log = folder / "strace.txt"
        with _traced(child, fault, log) if fault else nullcontext():
            began = time.monotonic()
            self.tell("go")
            status = int(self.told())
            seconds = time.monotonic() - began
        printed, said = (Path(self._notes, name).read_text("utf-8", "backslashreplace") for name in ("out", "err"))
        failed = bool(fault) and "(INJECTED)" in log.read_text("utf-8", "replace")
        return Ended(status, printed, said, seconds, failed)


@contextmanager
def answering(httpd: HTTPServer) -> Iterator[str]:
    """Run a server; yield its address."""
    thread = threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


@cache
def builder() -> Builder:
    """Return the one for all tests."""
    return Builder()


@contextmanager
def _traced(process: int, fault: str, log: Path) -> Iterator[None]:
    calls = fault.partition(":")[0]
    command = ["strace", "-f", "-p", str(process), "-o", str(log), "-e", f"trace={calls}", "-e", f"inject={fault}"]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr
    said = tracer.stderr.readline()
    assert "attached" in said, said
    yield
    tracer.wait(30)
    tracer.stderr.close()


def keep(site: Site, *names: str) -> dict[str, Path]:
    """Copy folders of a site, links as links and files with their times, and return where."""
    kept = {}
    for name in names:
        place = site.folder / ".kept" / name
        if (site.folder / name).exists():
            subprocess.run(["cp", "-a", "--", site.folder / name, _made(place)], check=True)
        kept[name] = place
    return kept


def _made(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def restore(site: Site, kept: dict[str, Path]) -> None:
    """Bring back what ``keep`` copied."""
    for name, place in kept.items():
        now = site.folder / name
        if now.is_symlink() or not now.is_dir():
            now.unlink(missing_ok=True)
        else:
            shutil.rmtree(now)
        if os.path.lexists(place):
            subprocess.run(["cp", "-a", "--", place, now], check=True)


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files below ``folder`` but for those that builds keep for themselves."""
    return {
        name: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not (name := path.relative_to(folder).as_posix()).startswith(".nashra")
    }
