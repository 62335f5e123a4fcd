"""The category feeds in newsboat, as a subscriber reads them."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed and could not be")
def test_newsboat_takes_in_every_category(server: str, tmp_path: Path) -> None:
    stories = 0
    for category in ("cyber", "diplomacy", "military-exercises"):
        folder = tmp_path / category
        folder.mkdir()
        (folder / "urls").write_text(f"{server}/feeds/category/{category}.rss.xml\n")
        (folder / "config").write_text("reload-threads 1\n")
        subprocess.run(
            ["newsboat", "-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "config", "-x", "reload"],
            check=True,
            timeout=60,
            env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TERM": "dumb"},
        )
        with sqlite3.connect(folder / "cache.db") as cache:
            stories += cache.execute("SELECT count(*) FROM rss_item").fetchone()[0]
            assert cache.execute("SELECT is_rtl FROM rss_feed").fetchall() == [(1,)]
        cache.close()
    assert stories == 3
