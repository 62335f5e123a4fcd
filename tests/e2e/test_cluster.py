"""A site made by a real Dask cluster on this machine: the same bytes, whatever becomes of its workers."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from test_incremental import History, build

from conftest import ROOT, Site
from nashra.site import cluster
from nashra.site.generator import StoriesGenerator
from nashra.site.newsroom import Reader

DASK = Path(sys.executable).with_name("dask")
WAIT = 30


class Dask:
    """A scheduler with workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        # A port of its own choosing, told in the file.
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(file))
        self.address = _waited(lambda: _address(file))

    def hire(self, count: int = 1, threads: int = 1, hidden: Path | None = None, **environ: str) -> None:
        """Have so many more workers, which do not see the folder that is ``hidden``; each ends with its process."""
        for _ in range(count):
            place = ["--local-directory", str(self._folder / f"worker{len(self.workers)}")]
            options = (self.address, "--nthreads", str(threads), "--no-nanny", *place)
            self.workers.append(self._start("worker", *options, hidden=hidden, **environ))

    def _start(self, what: str, *options: str, hidden: Path | None = None, **environ: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{what}{len(self._running)}.log").open("wb") as log:
            command = [str(DASK), what, "--host", "127.0.0.1", "--no-dashboard", *options]
            if hidden:
                script = f'mount -t tmpfs nothing "{hidden}" && exec "$@"'
                command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", *command]
            process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | environ)
        self._running.append(process)
        return process

    def end(self) -> None:
        """Kill what is still running."""
        for process in self._running:
            process.kill()
            process.wait(WAIT)


def _address(file: Path) -> str:
    text = file.read_text("utf-8") if file.exists() else ""
    return text.partition('"address": "')[2].partition('"')[0]


def _waited(until: Callable[[], str]) -> str:
    for _ in range(WAIT * 20):
        if found := until():
            return found
        time.sleep(0.05)
    raise TimeoutError


@contextmanager
def dask(folder: Path) -> Iterator[Dask]:
    running = Dask(folder)
    try:
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    with dask(tmp_path_factory.mktemp("dask") / "two") as running:
        running.hire()
        running.hire(threads=2)
        yield running


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A site's folder before anything was built in it, and the site that one process makes there."""
    history = History(3, tmp_path_factory.mktemp("history"))
    for _ in range(60):
        history.add()
    history.write_by_hand()
    # What settings define themselves, workers cannot import.
    history.configure(
        "DEFAULT_PAGINATION",
        'def shout(text):\n    return text.upper()\n\n\nJINJA_FILTERS = {"shout": shout}\nDEFAULT_PAGINATION',
    )
    history.write()
    folder = history.site.folder
    before = folder.with_name("before")
    shutil.copytree(folder, before)
    build(folder, 1_626_800_000)
    return before, history.site.tree()


def fresh(history: tuple[Path, dict[str, bytes]], tmp_path: Path, executor: str) -> Site:
    site = Site(tmp_path / "site")
    shutil.copytree(history[0], site.folder)
    conf = site.folder / "pelicanconf.py"
    conf.write_text(conf.read_text("utf-8") + f"\nNASHRA_EXECUTOR = {executor!r}\n", "utf-8")
    return site


def log(site: Site) -> str:
    return (site.folder.parent / "build.log").read_text("utf-8")


@pytest.mark.parametrize("executor", ["two processes", "a cluster"])
def test_the_same_bytes_whoever_makes_them(
    executor: str, history: tuple[Path, dict[str, bytes]], two: Dask, tmp_path: Path
) -> None:
    site = fresh(history, tmp_path, f"dask:{two.address}" if executor == "a cluster" else "")
    build(site.folder, 1_626_800_000, large=0)
    assert site.tree() == history[1]
    assert not log(site).count("goes on")
    # What workers were told is no more.
    assert not [path.name for path in (site.folder / ".nashra").iterdir() if path.name.startswith(("shared", "token"))]


@pytest.mark.parametrize("executor", ["two processes", "a cluster"])
def test_it_is_the_others_that_make_it(
    executor: str, history: tuple[Path, dict[str, bytes]], two: Dask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, read = StoriesGenerator.make, Reader._read

    def elsewhere(site: StoriesGenerator, what: str, numbers: Iterable[int]) -> cluster.Made | None:
        # Whoever is forked off has this, too; workers have their own.
        assert os.getpid() != site._process, "made here"
        return make(site, what, numbers)

    def nobody(*given: Any) -> Any:
        assert multiprocessing.parent_process().name != "MainProcess", "read here"
        return read(*given)

    monkeypatch.setattr(StoriesGenerator, "make", elsewhere)
    monkeypatch.setattr(Reader, "_read", nobody)
    site = fresh(history, tmp_path, f"dask:{two.address}" if executor == "a cluster" else "")
    build(site.folder, 1_626_800_000, large=0)
    assert site.tree() == history[1]


@pytest.mark.slow
def test_a_small_change_asks_no_cluster(history: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    site = fresh(history, tmp_path, "dask:tcp://127.0.0.1:1")
    build(site.folder, 1_626_800_000)
    assert site.tree() == history[1]


@pytest.mark.parametrize("protocol", ["tcp", "tls"])
def test_a_cluster_that_is_not_there_is_one_line(
    protocol: str, history: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is one of TLS, without certificates."""
    monkeypatch.setattr(cluster, "_REACHED", 1)
    site = fresh(history, tmp_path, f"dask:{protocol}://127.0.0.1:1")
    with pytest.raises(AssertionError, match="the scheduler cannot be reached"):
        build(site.folder, 1_626_800_000, large=0)
    said = log(site).splitlines()
    assert [line for line in said if "EXECUTOR=" in line] and "Traceback" not in log(site)
    assert not site.output.exists() or not site.tree()


def test_no_worker_is_one_line(
    history: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_MANNED", 1)
    with dask(tmp_path / "dask") as running:
        site = fresh(history, tmp_path, f"dask:{running.address}")
        with pytest.raises(AssertionError, match="no worker came within 1 s"):
            build(site.folder, 1_626_800_000, large=0)
        assert "Traceback" not in log(site)


def test_a_worker_with_another_program_is_one_line(history: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(ROOT / "plugins", other)
    with (other / "nashra" / "site" / "lists.py").open("a", encoding="utf-8") as code:
        code.write("# another\n")
    with dask(tmp_path / "dask") as running:
        running.hire(PYTHONPATH=str(other))
        site = fresh(history, tmp_path, f"dask:{running.address}")
        with pytest.raises(
            AssertionError, match=r"worker tcp://.* runs another program \(nashra .* there, nashra .* here\)"
        ):
            build(site.folder, 1_626_800_000, large=0)


def test_a_worker_that_does_not_see_the_folders_is_one_line(
    history: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    with dask(tmp_path / "dask") as running:
        site = fresh(history, tmp_path, f"dask:{running.address}")
        # As on a machine that has no such folder.
        running.hire(hidden=site.folder)
        with pytest.raises(AssertionError, match=r"does not see the folder .*/site/\.nashra"):
            build(site.folder, 1_626_800_000, large=0)
        assert "Traceback" not in log(site)


@pytest.mark.parametrize(
    "victim",
    [
        "a worker",
        pytest.param("all workers", marks=pytest.mark.slow),
        pytest.param("the scheduler", marks=pytest.mark.slow),
    ],
)
def test_whoever_is_killed_costs_time_and_nothing_else(
    victim: str, history: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience in ("_REACHED", "_MANNED", "_UNMANNED"):
        monkeypatch.setattr(cluster, patience, 1)
    with dask(tmp_path / "dask") as running:
        running.hire(2)
        site = fresh(history, tmp_path, f"dask:{running.address}")
        victims = {
            "a worker": running.workers[:1],
            "all workers": running.workers,
            "the scheduler": [running.scheduler],
        }[victim]

        def strike() -> None:
            # When the workers have begun.
            shared = site.folder / ".nashra"
            for _ in range(WAIT * 100):
                if any(path.name.startswith("shared") for path in (shared.iterdir() if shared.exists() else ())):
                    break
                time.sleep(0.01)
            for process in victims:
                process.send_signal(signal.SIGKILL)

        striking = threading.Thread(target=strike)
        striking.start()
        build(site.folder, 1_626_800_000, large=0)
        striking.join()
    assert site.tree() == history[1]
    assert ("goes on" in log(site)) == (victim != "a worker")
