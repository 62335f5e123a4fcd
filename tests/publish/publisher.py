"""Publish when told on stdin, each time in a process forked off for it: what publishing needs is loaded once."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import boto3

from nashra.errors import Problem
from nashra.publish import places, remote, s3
from nashra.publish.releases import Releases
from nashra.publish.rsync import Rsync
from nashra.publish.s3 import S3

SITE = "https://nashra.example"
boto3.session.Session()


def publish(target: str, public: str, options: dict[str, Any]) -> str:
    """Publish as a build does; return what was done."""
    options.setdefault("force", False)
    s3._ANSWER = options.pop("answer", s3._ANSWER)
    remote._BATCH = options.pop("batch", remote._BATCH)
    S3.beat = Rsync.beat = options.pop("beat", S3.beat)
    releases = Releases(Path(public))
    with releases.alone():
        written = {path.relative_to(releases.next).as_posix() for path in releases.next.rglob("*") if path.is_file()}
        return places.remote(target, releases).publish(SITE, "theme", written=written, keep=5, **options).done


def main() -> None:
    said: dict[int, int] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            with os.fdopen(said.pop(order["wait"]), encoding="utf-8") as told:
                print(json.dumps([os.waitstatus_to_exitcode(status), told.read()]), flush=True)
            continue
        reading, writing = os.pipe()
        child = os.fork()
        if child:
            os.close(writing)
            said[child] = reading
            print(child, flush=True)
            continue
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os.environ.update(order["environ"])
        try:
            print(publish(order["target"], order["public"], order["options"]), flush=True)
        except Problem as problem:
            print(problem, flush=True)
            os._exit(1)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(70)
        os._exit(0)


if __name__ == "__main__":
    main()
