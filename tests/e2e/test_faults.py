"""Whatever ends a build, readers see the site as it was or as it is to be, and the next build mends the rest."""

from __future__ import annotations

import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import harness
import press
from conftest import Site, new_site
from harness import Builder, Ended, keep, restore, tree
from nashra.publish.verify import problems

FOLDERS = ("seeds", ".nashra", "output", "output.releases")
HTML, PUBLISH = "pelicanconf.py", "publishconf.py"
ADDRESS = {HTML: "http://127.0.0.1:8000", PUBLISH: "https://nashra.example"}
# All by which files come, go or change. What cannot be read cannot be built from; that is tried too.
CALLS = (
    "openat",
    "write",
    "pwrite64",
    "rename",
    "fsync",
    "fdatasync",
    "mkdir",
    "link",
    "unlink",
    "symlink",
)
ERRORS = ("ENOSPC", "EIO")


@pytest.fixture(scope="module")
def builder() -> Builder:
    return harness.builder()


def built(builder: Builder, site: Site, settings: str, when: str, **ways: Any) -> Ended:
    environ = {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra", "SOURCE_DATE_EPOCH": when, "FORCE": "1"}
    return builder.build(site.folder, "-s", settings, "--log-handler", "plain", environ=environ, **ways)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one: sites are brought back there thousands of times."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK):
        with tempfile.TemporaryDirectory(dir=memory) as folder:
            yield Path(folder)
    else:
        yield tmp_path_factory.mktemp("faults")


@dataclass
class Change:
    """A site with a change that is to be built: a new story, an edited one, one that went."""

    site: Site
    settings: str
    old: dict[str, bytes]
    new: dict[str, bytes]
    kept: dict[str, Path]
    seconds: float

    def build(self, builder: Builder, kill_after: float | None = None, fault: str = "") -> Ended:
        return built(builder, self.site, self.settings, press.SECOND, kill_after=kill_after, fault=fault)

    def begin(self) -> None:
        """Bring back the site as it was, and the seeds as they are to be."""
        restore(self.site, self.kept)
        write(self.site)

    def survives(self, builder: Builder, ended: Ended) -> None:
        """See that nobody was told half of it, the editor in a line, and that the next build makes it good."""
        now = tree(self.site.output)
        # A seed that cannot be read keeps its stories, a page what it showed, which may lead to what is no more; and
        # neither holds up another.
        if self.settings == PUBLISH and not re.search("(seeds|content)/", ended.said):
            assert now in (self.old, self.new)
        else:
            wrong = problems(self.site.output, ADDRESS[self.settings], now, now, gone=True)
            # Nothing leads any more to those that are about to be removed.
            wrong = [problem for problem in wrong if problem.path not in self.old.keys() - self.new.keys()]
            assert wrong == [] or "content/" in ended.said
        if ended.status == 0:
            assert now == self.new
        elif "conf.py" in ended.said or "content/" in ended.said or self._unheard(ended):
            # Before any line of ours is run, Python says so, in more than one.
            assert ended.status == 1
        elif ended.status > 0:
            assert ended.status == 1, ended.said
            assert len(ended.said.splitlines()) == 1, ended.said
            assert "Traceback" not in ended.said
        ended = self.build(builder)
        assert (ended.status, ended.said) == (0, "")
        assert tree(self.site.output) == self.new

    def _unheard(self, ended: Ended) -> bool:
        """Tell whether it was the printing that failed: of each thread the N-th call fails, whatever it is."""
        log = self.site.folder / "strace.txt"
        return ended.failed and re.search(r"write\([12],.*INJECTED", log.read_text("utf-8", "replace")) is not None


def write(site: Site) -> None:
    site.seed("new.txt", f"Date: 2021-05-12\n\n{press.SEEDS['course.txt'].partition(chr(10) * 2)[2]}")
    site.seed("coast.txt", press.SEEDS["coast.txt"].replace("لم تحص بعد", "كبيرة"))
    (site.seeds / "law.txt").unlink()


@pytest.fixture(scope="module", params=[PUBLISH, HTML])
def change(request: pytest.FixtureRequest, place: Path, builder: Builder) -> Change:
    site = new_site(place / request.param.removesuffix(".py") / "site", seed=False)
    for name in ("coast.txt", "law.txt", "envoy.txt"):
        site.seed(name, press.SEEDS[name])
    with (site.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("NASHRA_WORKERS = 1\n")
    first = built(builder, site, request.param, press.FIRST)
    assert (first.status, first.said) == (0, "")
    old, kept = tree(site.output), keep(site, *FOLDERS)
    change = Change(site, request.param, old, {}, kept, 0)
    change.begin()
    ended = change.build(builder)
    assert (ended.status, ended.said) == (0, "")
    change.new, change.seconds = tree(site.output), ended.seconds
    assert change.new != old
    return change


def killed(builder: Builder, change: Change, times: int) -> None:
    chance = random.Random(times)
    killed = 0
    while killed < times:
        change.begin()
        ended = change.build(builder, kill_after=chance.uniform(0, change.seconds))
        killed += ended.status < 0
        change.survives(builder, ended)


def test_a_few_kills(builder: Builder, change: Change) -> None:
    killed(builder, change, 4)


@pytest.mark.slow
def test_many_kills(builder: Builder, change: Change) -> None:
    killed(builder, change, 160)


needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


def calls(builder: Builder, change: Change, call: str) -> Sequence[int]:
    """Return the numbers of the calls of a kind that a build makes. Of the files it only reads, one of each folder of
    the site: there are hundreds, that all are read in the same way."""
    change.begin()
    change.survives(builder, change.build(builder, fault=f"{call}:error=EIO:when=65535"))
    lines = [line for line in (change.site.folder / "strace.txt").read_text("utf-8").splitlines() if f"{call}(" in line]
    first: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if re.search(r"write\([12],", line):
            # What is printed, by Pelican and its libraries too, is no file of the site.
            continue
        name = str(number)
        if call == "openat" and "O_CREAT" not in line:
            [name] = re.findall(r'"(?:[^"]*site/)?([^"]*)/', line) or ["."]
            name = "elsewhere" if name.startswith("/") else name
        first.setdefault(name, number)
    return sorted(first.values())


def sweep(builder: Builder, change: Change, call: str, step: int) -> None:
    """Let every ``step``-th call fail, each in a build of its own; the disk is full and broken by turns."""
    failed = 0
    for number in calls(builder, change, call)[::step]:
        change.begin()
        ended = change.build(builder, fault=f"{call}:error={ERRORS[number // step % 2]}:when={number}")
        failed += ended.failed
        change.survives(builder, ended)
    assert failed or call in ("symlink", "link")


@needs_strace
@pytest.mark.parametrize("call", ["openat", "write", "rename", "fsync"])
def test_a_disk_that_fails_now_and_then(builder: Builder, change: Change, call: str) -> None:
    sweep(builder, change, call, 67)


@pytest.mark.slow
@needs_strace
@pytest.mark.parametrize("call", CALLS)
def test_a_disk_that_fails_at_every_call(builder: Builder, change: Change, call: str) -> None:
    sweep(builder, change, call, 1)
