"""A process that has loaded Pelican and builds in a child of its own each time: what a test kills or lets fail is then
the build, and not the start of Python. Run by ``Builder`` in harness.py: one JSON object a line, in and out."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

import pelican

from nashra import Nashra  # noqa: F401

_PR_SET_PTRACER = 0x59616D61


def build(folder: str, environ: dict[str, str], settings: str, go: int, ready: int) -> int:
    """Build in this process as the command ``pelican`` would, once ``go`` can be read from; return its exit status.

    ``ready`` is written to when all is prepared for it.
    """
    os.chdir(folder)
    os.environ.update(environ)
    for number, name in ((1, "out.txt"), (2, "err.txt")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
    # Where Yama is on, only a parent may trace.
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
    os.write(ready, b"\n")
    os.read(go, 1)
    try:
        pelican.main(["-s", settings, "--log-handler", "plain"])
    except SystemExit as stopped:
        if isinstance(stopped.code, str):
            # As Python says it at its end.
            print(stopped.code, file=sys.stderr)
        return stopped.code if isinstance(stopped.code, int) else bool(stopped.code)
    except BaseException:
        traceback.print_exc()
        return 70
    if not Path("modules.txt").exists():
        Path("modules.txt").write_text("\n".join(sorted(sys.modules)))
    return 0


def load(folder: str) -> None:
    """Load what a build in ``folder`` loaded late, so that no later one has to."""
    with suppress(FileNotFoundError):
        for name in Path(folder, "modules.txt").read_text().split():
            with suppress(ImportError):
                importlib.import_module(name)


def main() -> None:
    """Answer each line with the child's process id, then with how it ended; the child waits for one more line."""
    for line in sys.stdin:
        order = json.loads(line)
        load(order["folder"])
        hold, go = os.pipe()
        waiting, ready = os.pipe()
        child = os.fork()
        if not child:
            os.close(go)
            status = build(order["folder"], order["environ"], order["settings"], hold, ready)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        os.read(waiting, 1)
        os.close(waiting)
        os.close(ready)
        print(json.dumps(child), flush=True)
        sys.stdin.readline()
        os.write(go, b"\n")
        os.close(go)
        # Not before: one that was killed at once never read it.
        os.close(hold)
        if order["kill_after"] is not None:
            time.sleep(order["kill_after"])
            # It may have ended, but has not been waited for: the number is still its own.
            os.kill(child, signal.SIGKILL)
        print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])), flush=True)


if __name__ == "__main__":
    main()
