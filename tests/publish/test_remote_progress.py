"""How far a long sending has come is said: as a bar on a terminal, in lines elsewhere, not at all when it is quick."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from nashra.publish.progress import Progress

SENDING = """
import time
from nashra.publish import progress
progress._PATIENCE = progress._PAUSE = {patience}
shown = progress.Progress(400)
for _ in range(400):
    shown.add(25_000)
    time.sleep(0.002)
shown.close()
"""


def test_a_line_tells_rate_and_time_left() -> None:
    progress = Progress(4_000_000)
    for _ in range(1_000):
        progress.add(20_000)
    line = "Sending: 1,000 of 4,000,000 files, 20.0 MB, 200 files/s, 5:33:15 left"
    assert progress.line(5.0) == line


def test_lines_come_now_and_then_where_there_is_no_terminal() -> None:
    command = [sys.executable, "-c", SENDING.format(patience=0.2)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout == ""
    assert 1 <= len(said.stderr.splitlines()) <= 6
    assert said.stderr.startswith("Sending: ") and " of 400 files, " in said.stderr
    command = [sys.executable, "-c", SENDING.format(patience=60)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stderr == ""


def test_a_bar_is_drawn_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", SENDING.format(patience=0.1)]
    with subprocess.Popen(command, stderr=theirs, env=os.environ | {"TERM": "xterm", "COLUMNS": "100"}) as process:
        os.close(theirs)
        drawn = b""
        while True:
            try:
                drawn += os.read(ours, 65_536)
            except OSError:
                break
    os.close(ours)
    assert process.returncode == 0
    assert b"Sending" in drawn and b"/400" in drawn and b"files/s" in drawn
