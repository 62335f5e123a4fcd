"""A process that has loaded Pelican and builds in a child of its own each time: that takes half of the time, and what a
test kills or lets fail is the build, and not the start of Python. Run by ``Builder`` in harness.py: one JSON object a
line, in and out."""

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
from typing import Any

import pelican

from nashra import Nashra  # noqa: F401

_PR_SET_PTRACER = 0x59616D61


def build(order: dict[str, Any], go: int, ready: int) -> int:
    """Build in this process as the command ``pelican`` would, once ``go`` can be read from; return its exit status.

    ``ready`` is written to when all is prepared for it.
    """
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    for number, name in ((0, os.devnull), (1, f"{order['notes']}/out"), (2, f"{order['notes']}/err")):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644), number)
    # Where Yama is on, only a parent may trace.
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
    os.write(ready, b"\n")
    os.read(go, 1)
    try:
        pelican.main(order["options"])
    except SystemExit as stopped:
        if isinstance(stopped.code, str):
            # As Python says it at its end.
            print(stopped.code, file=sys.stderr)
        return stopped.code if isinstance(stopped.code, int) else bool(stopped.code)
    except BaseException:
        traceback.print_exc()
        return 70
    modules = Path(order["notes"], "modules")
    if not modules.exists():
        modules.write_text("\n".join(sorted(sys.modules)))
    return 0


def load(notes: str) -> None:
    """Load what the first build loaded late, so that no later one has to."""
    with suppress(FileNotFoundError):
        for name in Path(notes, "modules").read_text().split():
            with suppress(ImportError):
                importlib.import_module(name)


def main() -> None:
    """Answer each line with the child's process id, then with how it ended; the child waits for one more line."""
    for line in sys.stdin:
        order = json.loads(line)
        load(order["notes"])
        hold, go = os.pipe()
        waiting, ready = os.pipe()
        child = os.fork()
        if not child:
            os.close(go)
            status = build(order, hold, ready)
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
