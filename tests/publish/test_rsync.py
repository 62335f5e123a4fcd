"""Publishing to another machine with a real rsync: its daemon on loopback, its server behind what stands for ssh."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sites import AFTER, BEFORE, OTHER, STORY, build, dead_ends, holds, local, page, seen
from stores import Ended, kill, publishers, rsyncd, with_rsync

OLD_CSS = "theme/main-0123456789.css"


@dataclass
class Machine:
    """Another machine's folder, as rsync reaches it, and who publishes there."""

    folder: Path
    target: str
    top: Path
    ways: dict[str, str]

    def start(self, site: dict[str, str], machine: str = "one", **options: Any) -> int:
        releases = local(self.top / machine / "public")
        build(releases, site)
        return publishers().start(self.target, releases.public, with_rsync() | self.ways, **options)

    def publish(self, site: dict[str, str], machine: str = "one", **options: Any) -> Ended:
        return publishers().end(self.start(site, machine, **options))

    def done(self, site: dict[str, str], machine: str = "one", **options: Any) -> str:
        ended = self.publish(site, machine, **options)
        assert ended.status == 0, ended.said
        return ended.said

    def lies_there(self) -> dict[str, bytes]:
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(params=["ssh", pytest.param("daemon", marks=pytest.mark.slow)])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    folder = tmp_path / "there"
    folder.mkdir()
    if request.param == "daemon":
        with rsyncd(folder, tmp_path / "daemon") as target:
            yield Machine(folder, target, tmp_path, {})
        return
    # What ssh does, without a network: it runs what the other side is to run.
    shell = tmp_path / "shell"
    shell.write_text('#!/bin/sh\nwhile [ "$1" != there.example ]; do shift; done\nshift\nexec sh -c "$*"\n', "utf-8")
    shell.chmod(0o755)
    yield Machine(folder, f"editor@there.example:{folder}", tmp_path, {"RSYNC_RSH": str(shell)})


def test_a_site_comes_whole_and_only_changes_follow(machine: Machine) -> None:
    assert machine.done(BEFORE) == f"{machine.target} shows it, {len(BEFORE)} new files were sent\n"
    holds(machine.lies_there(), BEFORE)
    times = {path: path.stat().st_ctime_ns for path in machine.folder.rglob("*") if path.is_file()}
    for name in ("one", "two"):
        assert machine.done(BEFORE, name).endswith("shows all of it already\n")
    assert times == {path: path.stat().st_ctime_ns for path in machine.folder.rglob("*") if path.is_file()}
    # As old and as long as before, and another text all the same.
    site = BEFORE | {OTHER: BEFORE[OTHER].replace("other", "rehto")}
    releases = local(machine.top / "one" / "public")
    when = (releases.next / OTHER).stat().st_mtime_ns
    build(releases, site)
    os.utime(releases.next / OTHER, ns=(when, when))
    machine.done(site)
    holds(machine.lies_there(), site)
    assert (machine.folder / OTHER).stat().st_mtime_ns == when == (machine.folder / f"{OTHER}.br").stat().st_mtime_ns
    changed = {path for path, time in times.items() if path.exists() and path.stat().st_ctime_ns != time}
    public = {path.relative_to(machine.folder).as_posix() for path in changed} - {".nashra/root"}
    assert public == {OTHER, f"{OTHER}.br", f"{OTHER}.gz"}
    machine.done(AFTER)
    holds(machine.lies_there(), AFTER, (OLD_CSS,))
    assert {path.stat().st_mode & 0o777 for path in machine.folder.rglob("*") if path.is_file()} == {0o644}


def test_names_are_never_options_nor_comments(machine: Machine) -> None:
    names = [
        "-rf.html",
        "--delete.html",
        "#c.html",
        ";d.html",
        "a b.html",
        "*.html",
        "[x].html",
        "$(touch x).html",
        "'\".html",
    ]
    names += ["tag/عمر أمر.html", "-e sh/x.html", "`id`.html", "\\x.html"]
    site = BEFORE | {name: page(str(number)) for number, name in enumerate(names)}
    machine.done(site)
    holds(machine.lies_there(), site)
    machine.done(BEFORE)
    holds(machine.lies_there(), BEFORE)


def test_what_cannot_be_is_one_line(machine: Machine) -> None:
    whole = machine.target
    machine.target = f"{whole}/nosuch/folder"
    ended = machine.publish(BEFORE)
    assert (ended.status, ended.said.count("\n")) == (1, 1)
    assert "it cannot be read (rsync ended with " in ended.said or "it cannot be reached" in ended.said
    machine.target = whole
    machine.done(BEFORE)
    ended = machine.publish(BEFORE | {"2026/11/23/mine.html": page("mine")}, "two")
    assert ended.status == 0
    ended = machine.publish(BEFORE)
    assert (ended.status, ended.said.count("\n")) == (1, 1)
    assert "it shows stories that this site never had, 1 of them, as 2026/11/23/mine.html; " in ended.said


def test_a_daemon_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "rsync://127.0.0.1:9/public", tmp_path, {})
    ended = machine.publish(BEFORE)
    assert (ended.status, ended.said.count("\n")) == (1, 1)
    assert ended.said.startswith("rsync://127.0.0.1:9/public: it cannot be reached (rsync ended with 10")


def _at_work(machine: Machine) -> bool:
    return bool(json.loads((machine.folder / ".nashra" / "root").read_bytes())["owner"])


def _done_in_time(machine: Machine, site: dict[str, str]) -> None:
    """Publish once the programs of a killed run have ended."""
    for _ in range(50):
        ended = machine.publish(site, force=True)
        if "somebody else is publishing it" not in ended.said:
            break
        time.sleep(0.1)
    assert ended.status == 0, ended.said


def test_programs_that_outlive_a_killed_run_are_waited_for(machine: Machine, tmp_path: Path) -> None:
    if not machine.ways:
        pytest.skip("what stands for ssh can be held up, the daemon cannot")
    machine.done(BEFORE)
    shell, runs = Path(machine.ways["RSYNC_RSH"]), tmp_path / "runs"
    quick = shell.read_text("utf-8")
    held = f'#!/bin/sh\ncase "$*" in *--sender*) ;; *) touch {runs}; sleep 1.5 ;; esac\n'
    shell.write_text(quick.replace("#!/bin/sh\n", held), "utf-8")
    process = machine.start(AFTER)
    while not runs.exists():
        time.sleep(0.01)
    kill(process)
    assert publishers().end(process).status == -9
    shell.write_text(quick, "utf-8")
    ended = machine.publish(AFTER)
    assert (ended.status, ended.said) == (
        1,
        f"{machine.target}: somebody else is publishing it; wait for them to end\n",
    )
    _done_in_time(machine, AFTER)
    holds(machine.lies_there(), AFTER, (OLD_CSS,))


def kill_some(machine: Machine, times: int) -> None:
    chance = random.Random(times)
    machine.done(BEFORE)
    killed = 0
    for number in range(times):
        new, old = (BEFORE, AFTER) if number % 2 else (AFTER, BEFORE)
        process = machine.start(new, force=True)
        # At once when it has said what it is about to touch, or later on.
        while not _at_work(machine):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.5) if number else 0)
        kill(process)
        ended = publishers().end(process)
        killed += ended.status == -9
        if old is BEFORE:
            assert list(dead_ends(seen(machine.lies_there()))) == []
        _done_in_time(machine, new)
        assert list((machine.top / "one" / "public.releases" / ".sending").iterdir()) == []
        lies = machine.lies_there()
        holds(lies, new, (OLD_CSS,) if new is AFTER else ("theme/main-abcdefabcd.css",))
        assert lies[f"{STORY}.br"]
    assert killed


def test_a_kill_leaves_no_dead_link_and_the_next_run_finishes(machine: Machine) -> None:
    kill_some(machine, 2)


@pytest.mark.slow
def test_no_kill_leaves_a_dead_link(machine: Machine) -> None:
    kill_some(machine, 12)
