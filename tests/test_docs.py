"""The README tells the truth: its commands run, its tables name what there is."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from itertools import chain
from pathlib import Path

import pytest

from conftest import ROOT
from e2e.test_make import clean
from nashra.desk.seed import _KEYS
from nashra.settings import Settings

OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()]
# These run this test, or are tried whole in tests/e2e/test_make.py.
ELSEWHERE = {"make test"}
# What makes a problem.
_PROBLEMS = ("Problem", "_problem")


def test_there_are_commands() -> None:
    assert {"make html", "make test"} <= set(COMMANDS)


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - ELSEWHERE))
def test_every_command_runs(command: str, tmp_path: Path) -> None:
    words = command.split()
    folders = {"SEEDS": tmp_path / "wire", "OUTPUT": tmp_path / "www", "STATE": tmp_path / "cache"}
    shutil.copytree(ROOT / "seeds", folders["SEEDS"])
    if words[0] == "make":
        words = [word for word in words if word.partition("=")[0] not in folders]
        words += [f"{name}={path}" for name, path in folders.items()]
    result = subprocess.run(words, cwd=ROOT, env=clean(), capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout


def test_operations_runs_from_top_to_bottom(tmp_path: Path) -> None:
    """Every command of it, in its order, in a clone of the project."""
    folder = tmp_path / "clone"
    folder.mkdir()
    kept = ["Makefile", "pyproject.toml", "requirements.lock", "pelicanconf.py", "publishconf.py", "topics.toml"]
    subprocess.run(["cp", "-a", *kept, "seeds", "content", "theme", "tools", folder], cwd=ROOT, check=True)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    blocks = re.findall(r"```sh\n(.*?)```", OPERATIONS, re.S)
    assert len(blocks) >= 6
    script = "\n".join(f"({block})" for block in blocks)
    result = subprocess.run(
        ["sh", "-ec", script], cwd=folder, env=clean(), capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "000001 (public)" in result.stdout
    assert "withdrawn by the next build" in result.stdout
    assert (folder / "restored" / "seeds" / "ledger.jsonl").is_file()


def test_operations_tells_of_every_error() -> None:
    """What a Problem says, up to the first thing that differs, stands there."""
    plain = " ".join(OPERATIONS.split())
    for path in sorted((ROOT / "plugins" / "nashra").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for said in _said(tree):
            parts = [part.strip(" :,«»()") for part in said.split("…")]
            assert max(parts, key=len) in plain, f"{path.name}: {said}"


def _said(tree: ast.Module) -> Iterator[str]:
    """Yield what the problems of a module say is wrong, each "…" for what is put in."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in _PROBLEMS:
            wrong = node.args[0]
            for one in given.get(wrong.id, []) if isinstance(wrong, ast.Name) else [wrong]:
                yield from _texts(one)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and node.value:
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)


def test_every_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"`make ([a-z-]+)", README + CONTRIBUTING))
    assert named <= targets


def test_settings_table_is_the_code() -> None:
    table = re.findall(r"^\| `NASHRA_.*", README, re.M)
    assert table == [
        f"| `NASHRA_{one.name.upper()}` | `{getattr(Settings(), one.name)}` | {one.metadata['means']} |"
        for one in fields(Settings)
    ]


def test_dependencies_table_is_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {*project["dependencies"], *chain(*project["optional-dependencies"].values())}
    table = README.partition("## Dependencies")[2].partition("## More")[0]
    named = {name for row in re.findall(r"^\| ([a-z].*?) \|", table, re.M) for name in row.split(", ")}
    node = json.loads((ROOT / "tests" / "node" / "package.json").read_text("utf-8"))["dependencies"]
    programs = {"newsboat", "sfeed", "rss2email", "strace", "rsync", "nginx", "caddy"}
    assert named - programs - {"package"} == {*wanted, *node}


def test_header_table_is_the_allow_list() -> None:
    named = set(
        re.findall(r"[`·] ?`?([A-Z][a-z]+|[ء-ي]+):", README.partition("**Decide yourself.**")[2].partition("***")[0])
    )
    assert {name.lower() for name in named} == {name for name in _KEYS if name != "authors"}


def test_links_inside_the_project_lead_somewhere() -> None:
    for target in re.findall(r"(?:\]\(|src=\")([^)\"#]+)", README + CONTRIBUTING):
        assert "://" in target or (ROOT / target).is_file(), target
