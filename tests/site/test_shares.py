"""Work shared out among processes: all of it is done, in order, whatever becomes of them, and none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from nashra.site import shares

HERE = os.getpid()


def square(number: int, fails: str = "") -> tuple[int, int]:
    """Return the process that worked, and what it made."""
    if os.getpid() != HERE and number % 50 == 13:
        if fails == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if fails == "raises":
            raise ValueError("it failed")
        if fails == "exits":
            raise SystemExit(3)
    return os.getpid(), number * number


@pytest.mark.parametrize("count", [0, 1, 5, 2_000])
@pytest.mark.parametrize("fails", ["", "dies", "raises", "exits"])
def test_all_is_done_in_order_whoever_fails(count: int, fails: str) -> None:
    before = children()
    told: list[int] = []
    task = partial(square, fails=fails)
    made = list(shares.in_order(task, range(count), partial(shares.forked, 3), lambda: told.append(os.getpid())))
    assert told == [HERE]
    assert [square for _, square in made] == [number * number for number in range(count)]
    elsewhere = {process for process, _ in made} - {HERE}
    assert elsewhere or not count
    assert children() == before


@pytest.mark.parametrize("of", [1, 2])
def test_what_really_fails_is_raised(of: int) -> None:
    before = children()
    with pytest.raises(ZeroDivisionError):
        list(shares.in_order(_one_by, range(3), partial(shares.forked, of)))
    assert children() == before


def _one_by(number: int) -> float:
    return 1 / number


@pytest.mark.parametrize("of", [1, 2, 3])
def test_whoever_wants_no_more_leaves_no_process_behind(of: int) -> None:
    before = children()
    some = shares.in_order(square, range(500), partial(shares.forked, of))
    assert next(some)[1] == 0
    some.close()
    assert children() == before


@pytest.mark.parametrize("of", [1, 3])
def test_who_takes_results_slowly_is_not_buried_under_them(of: int) -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    for done, _ in enumerate(shares.in_order(square, parts(), partial(shares.forked, of)), 1):
        assert len(taken) <= done + 2 * of


def test_no_process_survives_the_one_it_works_for(tmp_path: Path) -> None:
    program = f"""
import os, sys, time
from functools import partial
from pathlib import Path
from nashra.site import shares
def work(number):
    Path({str(tmp_path)!r}, str(os.getpid())).touch()
    time.sleep(0.01)
for _ in shares.in_order(work, range(10_000), partial(shares.forked, 2)):
    print(flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline()
    process.kill()
    process.wait(10)
    process.stdout.close()
    workers = [path.name for path in tmp_path.iterdir()]
    assert workers
    for _ in range(100):
        if not any(Path("/proc", worker).exists() for worker in workers):
            break
        time.sleep(0.1)
    else:
        pytest.fail("they live on")


def children() -> set[str]:
    """Return the processes that this one started and that are there still."""
    found: set[str] = set()
    for each in Path("/proc/self/task").iterdir():
        # A thread may end meanwhile.
        with suppress(OSError):
            found |= set((each / "children").read_text().split())
    return found
