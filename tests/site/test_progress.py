"""Long work says how far it has come: a bar on a terminal, plain lines elsewhere, nothing when it is quick."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from nashra.site import progress


@pytest.mark.parametrize("terminal", [True, False])
def test_every_item_comes_through(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "console", Console(file=io.StringIO(), force_terminal=terminal))
    assert list(progress.over(range(5))) == list(range(5))
    assert list(progress.over(range(431))) == list(range(431))


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(progress, "console", Console(file=screen, force_terminal=True))
    list(progress.over(range(400)))
    assert "Reading bulletins" in screen.getvalue() and "100%" in screen.getvalue()
    assert capsys.readouterr().err == ""


def test_plain_lines_elsewhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "console", Console(file=io.StringIO(), force_terminal=False))
    list(progress.over(range(400)))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Reading bulletins: 40 of 400"
    assert len(lines) == 10
    list(progress.over(range(3)))
    assert capsys.readouterr().err == ""
