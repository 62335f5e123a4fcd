"""The house: which room may know which, what only one of them may touch, and what every promise in it rests on."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "plugins" / "nashra"
# What each room may import of ours; the doors (the modules beside the rooms) are listed by name.
MAY = {
    "errors": set(),
    "disk": {"errors"},
    "arabic": {"errors"},
    "desk": {"arabic", "errors"},
    "archive": {"arabic", "desk", "disk", "errors"},
    "feeds": {"archive", "desk", "arabic", "errors"},
    "search": {"archive", "arabic", "errors"},
    "publish": {"disk", "errors"},
    "settings": {"errors"},
    "memory": set(),
    "site": {"archive", "arabic", "desk", "errors", "feeds", "memory", "publish", "search", "settings"},
    "explain": {"desk"},
    "cli": {"archive", "arabic", "desk", "errors", "explain", "memory", "publish", "settings"},
    "__main__": {"cli"},
    "__init__": {"site"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_knows_only_what_it_may(path: Path) -> None:
    mine = room(path)
    known = {name.split(".")[1] for name in imports(path) if name.startswith("nashra.")} - {mine}
    assert known <= MAY[mine]


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("pelican", {"site"}),
        ("sqlite3", {"archive", "site"}),
        ("feedgen", {"feeds"}),
        ("lxml", {"feeds", "publish"}),
        ("brotli", {"publish"}),
        ("boto3", {"publish"}),
        ("botocore", {"publish"}),
        ("babel", {"desk"}),
        ("hijridate", {"arabic"}),
        ("ahocorasick_rs", {"arabic"}),
        ("icalendar", {"site"}),
        ("distributed", {"site"}),
    ],
)
def test_each_library_is_behind_one_door(library: str, rooms: set[str]) -> None:
    users = {room(path) for path in modules() if any(name.split(".")[0] == library for name in imports(path))}
    assert users and users <= rooms


def test_only_the_archive_speaks_sql() -> None:
    speaking = {
        room(path)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("execute", "executemany", "executescript")
    }
    assert speaking == {"archive"}


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    for path in modules():
        said = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert said and said.splitlines()[0].endswith("."), path


def test_every_term_has_a_line_and_an_english_gloss() -> None:
    for path in [*sorted(PACKAGE.rglob("*.toml")), ROOT / "topics.toml"]:
        tomllib.loads(path.read_text("utf-8"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.startswith('  "'):
                assert re.fullmatch(r'  "[^"]+", +# .+', line), f"{path.name}:{number}: one term, then its gloss"


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_locks_are_hashed_and_name_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
    assert len(pins) > 20
    assert all(line.endswith("\\") for line in pins)
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text and "index-url" not in text
