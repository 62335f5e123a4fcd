"""The commands of the Makefile, as a person types them, on folders of their own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from conftest import ROOT, SEED

NEWS = "افتتاح معرض الكتاب\nافتتح وزير الثقافة معرض الكتاب بحضور عدد كبير من الناشرين.\n"


TARGETS = [
    "html",
    "serve",
    "devserver",
    "publish",
    "test",
    "test-all",
    "bench",
    "evaluate",
    "shots",
    "fmt",
    "lint",
    "check",
    "lock",
]
TARGETS += ["hooks", "clean"]


class Folders:
    """Seeds, output and state outside the checkout."""

    def __init__(self, top: Path) -> None:
        self.seeds, self.output, self.state = top / "wire", top / "www", top / "cache"
        self.seeds.mkdir()
        shutil.copy(SEED, self.seeds)

    def command(self, *words: str) -> list[str]:
        folders = [f"SEEDS={self.seeds}", f"OUTPUT={self.output}", f"STATE={self.state}"]
        return ["make", "--no-print-directory", "-C", str(ROOT), *words, *folders]

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), env=clean(), capture_output=True, text=True, timeout=120, check=False
        )

    @contextmanager
    def running(self, target: str) -> Iterator[str]:
        """Run a serving target in a session of its own, yield its address, and end it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = self.command(target, f"PORT={port}")
        process = subprocess.Popen(
            command, env=clean(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def clean() -> dict[str, str]:
    """Return the environment without what an outer make hands on."""
    return {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}


def wait_for(url: str, words: str, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urlopen(url, timeout=5) as answer:
                if words in answer.read().decode():
                    return
        except (URLError, ConnectionError):
            pass
        assert time.monotonic() < end, f"{url} never showed {words}"
        time.sleep(0.2)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_html_then_nothing_to_do(folders: Folders) -> None:
    first = folders.make("html")
    assert first.returncode == 0, first.stderr
    assert "Nashra: 1 bulletin → 3 stories, " in first.stdout
    assert (folders.output / "index.html").is_file()
    assert (folders.seeds / "ledger.jsonl").is_file()
    assert "(0 files changed)" in folders.make("html").stdout


def test_publish_writes_addresses_of_the_public_site(folders: Folders) -> None:
    result = folders.make("publish")
    assert result.returncode == 0, result.stderr
    feed = (folders.output / "feeds" / "all.rss.xml").read_text("utf-8")
    assert "https://nashra.example/2021/07/" in feed
    assert "127.0.0.1" not in feed + (folders.output / "index.html").read_text("utf-8")


def test_publishing_to_a_bucket_brings_the_sdk(folders: Folders) -> None:
    for target, brings in (("s3://bucket/prefix", True), ("user@host:/folder", False), ("folder", False), ("", False)):
        told = folders.make("--dry-run", "--what-if=requirements-s3.lock", "publish", f"TARGET={target}")
        assert told.returncode == 0, told.stderr
        assert ("--requirement requirements-s3.lock" in told.stdout) is brings, target


def test_serve_answers_on_loopback(folders: Folders) -> None:
    with folders.running("serve") as address:
        wait_for(f"{address}/", "لافروف")
        wait_for(f"{address}/feeds/category/cyber.rss.xml", "<rss")


def test_devserver_builds_again_when_a_seed_is_saved(folders: Folders) -> None:
    with folders.running("devserver") as address:
        wait_for(f"{address}/", "لافروف")
        (folders.seeds / "book.txt").write_text(NEWS, "utf-8")
        wait_for(f"{address}/", "افتتاح معرض الكتاب")
        time.sleep(1)  # Pelican begins to watch again when the build is over, and only then
        (folders.seeds / "bad.txt").write_bytes(b"\xff")
        (folders.seeds / "book.txt").write_text(NEWS.replace("الكتاب\n", "الكتاب الدولي\n"), "utf-8")
        wait_for(f"{address}/", "معرض الكتاب الدولي")


def test_check_says_what_is_wrong(folders: Folders) -> None:
    assert folders.make("check").returncode == 0
    (folders.seeds / "bad.txt").write_bytes(b"\xff")
    result = folders.make("check")
    assert result.returncode != 0
    assert "bad.txt:1: not UTF-8" in result.stderr


def test_check_takes_a_folder_with_a_space(tmp_path: Path) -> None:
    (tmp_path / "my wire").mkdir()
    folders = Folders(tmp_path)
    folders.seeds = folders.seeds.rename(tmp_path / "my wire" / "o'clock")
    result = folders.make("check")
    assert (result.returncode, result.stderr) == (0, "")


def test_clean_keeps_seeds_and_ledger(folders: Folders) -> None:
    folders.make("html")
    assert folders.make("clean").returncode == 0
    assert not folders.output.exists() and not folders.state.exists()
    assert {path.name for path in folders.seeds.iterdir()} == {SEED.name, "ledger.jsonl"}


def test_help_lists_every_command(folders: Folders) -> None:
    listed = folders.make("help").stdout
    for target in TARGETS:
        assert f"\n{target} " in f"\n{listed}", target


def test_hooks_installs_one_that_only_lints(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "repo"], check=True)
    place = clean() | {"GIT_DIR": str(tmp_path / "repo" / ".git")}
    command = ["make", "--no-print-directory", "-C", str(ROOT), "hooks"]
    result = subprocess.run(command, env=place, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    hook = tmp_path / "repo" / ".git" / "hooks" / "pre-commit"
    assert os.access(hook, os.X_OK)
    assert hook.read_text("utf-8").splitlines()[-1] == "exec make --no-print-directory lint"
