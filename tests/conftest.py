"""What the tests share: sites built by real Pelican in temporary folders, a server, a browser."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser, sync_playwright

import press
from harness import answering, builder

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "seeds" / "000_988bb7c48388d14e.txt"
# What every page has to live with: nothing inline, nothing from elsewhere.
CSP = "default-src 'self'"
# What Python looks at when it starts, and never again.
_AT_THE_START = {"LANG", "LANGUAGE", "LC_ALL", "PYTHONHASHSEED", "TZ"}
# What a test's browser leaves alone: no drawing by a graphics card, nothing asked of its maker.
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


@dataclass(frozen=True)
class Site:
    """A project in a folder of its own: seeds and content to change, and what a build of them made."""

    folder: Path

    @property
    def seeds(self) -> Path:
        return self.folder / "seeds"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def seed(self, name: str, text: str | bytes) -> Path:
        path = self.seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def build(self, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run `pelican` as a user would, and return what it said and its exit status."""
        command = [str(Path(sys.executable).with_name("pelican")), "-s", "pelicanconf.py", *options]
        given = {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra"} | environ
        if environ.keys() & _AT_THE_START:
            return subprocess.run(
                command,
                cwd=self.folder,
                env=os.environ | given,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
        ended = builder().build(self.folder, *command[1:], environ=given)
        return subprocess.CompletedProcess(command, ended.status, ended.printed, ended.said)

    def pages(self) -> list[Path]:
        return sorted(self.output.rglob("*.html"))

    def ledger(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.seeds / "ledger.jsonl").read_text("utf-8").splitlines()]

    def tree(self) -> dict[str, bytes]:
        return {str(p.relative_to(self.output)): p.read_bytes() for p in sorted(self.output.rglob("*")) if p.is_file()}


def new_site(folder: Path, *, seed: bool = True) -> Site:
    """Make a project like a fresh clone, without its ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("pelicanconf.py", "publishconf.py", "topics.toml"):
        shutil.copy(ROOT / name, folder)
    for name in ("theme", "content"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "seeds").mkdir()
    if seed:
        shutil.copy(SEED, folder / "seeds")
    return Site(folder)


@pytest.fixture
def empty(tmp_path: Path) -> Site:
    """A project without seeds."""
    return new_site(tmp_path / "site", seed=False)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The project's own bulletin, built once. Not to be changed."""
    site = new_site(tmp_path_factory.mktemp("built") / "site")
    result = site.build()
    assert result.returncode == 0, result.stdout + result.stderr
    return site


class _Quiet(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, answers: list[tuple[str, int]], **options: Any) -> None:
        self._answers = answers
        super().__init__(*args, **options)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del size
        self._answers.append((unquote(self.path), int(code)))

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@contextmanager
def serving(folder: Path, answers: list[tuple[str, int]] | None = None) -> Iterator[str]:
    """Serve ``folder``, which may yet have to be made, on 127.0.0.1; yield the address.

    ``answers`` is given each path that was asked for, with the status of the answer.
    """
    noted = [] if answers is None else answers
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder), answers=noted))
    with answering(httpd) as address:
        yield address


@pytest.fixture(scope="session")
def server(built: Site) -> Iterator[str]:
    """The built site, served on loopback."""
    with serving(built.output) as address:
        yield address


def chromium() -> str | None:
    """Return where the system's Chromium is, None where it has none: Playwright then takes its own."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium. While it runs no test can start an event loop of its own, so it closes with each module."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET + sandbox)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Served(Site):
    """A site on the address that its feeds name."""

    address: str

    def feeds(self, *suffixes: str) -> list[str]:
        """Return the paths of its feeds in some formats, all by default, archives too."""
        wanted = suffixes or (".rss.xml", ".atom.xml", ".json")
        found = sorted(path for path in (self.output / "feeds").rglob("*") if path.name.endswith(wanted))
        return [str(path.relative_to(self.output)) for path in found]

    def url(self, path: str) -> str:
        return f"{self.address}/{quote(path)}"

    def read(self, path: str) -> bytes:
        return (self.output / path).read_bytes()

    def told(self, path: str) -> list[dict[str, Any]]:
        """Return the items of the feed at ``path``, whatever its format, as its JSON has them."""
        stem = path.removesuffix(".rss.xml").removesuffix(".atom.xml").removesuffix(".json")
        items: list[dict[str, Any]] = json.loads(self.read(f"{stem}.json"))["items"]
        return items


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site with a bit of everything (see press.py), served on the address its feeds name. Not to be changed."""
    site = new_site(tmp_path_factory.mktemp("press") / "site")
    with serving(site.output) as address:
        press.publish(site, address)
        yield Served(site.folder, address)
