"""What the tests share: sites built by real Pelican in temporary folders, a server, a browser."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "seeds" / "000_988bb7c48388d14e.txt"


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
        return subprocess.run(
            [str(Path(sys.executable).with_name("pelican")), "-s", "pelicanconf.py", *options],
            cwd=self.folder,
            env=os.environ | {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra"} | environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

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
    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture(scope="session")
def server(built: Site) -> Iterator[str]:
    """The built site, served on the address its feeds name (http://127.0.0.1:PORT)."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(built.output)))
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()
