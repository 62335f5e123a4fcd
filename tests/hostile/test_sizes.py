"""How much of it: files that are too large are not read, long lines and many dates cost what they are long."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import Site
from hostile.building import Built
from hostile.corpus import Case
from hostile.test_fuzz import taken
from nashra.archive import intake
from nashra.desk.analyse import Desk
from nashra.errors import Problem, on_one_line

GOOD = "عنوان النشرة\nقال المتحدث إن هذه النشرة تنشر كما هي.\n"
LIMIT = 16 * 2**20
MILLION = 1_000_000
# Reads a seed with 100 MB more than the program has already, and a second of the processor's time.
_READ = """
import resource, sys
from pathlib import Path
from nashra.archive import intake
from nashra.desk.analyse import Desk
from nashra.errors import Problem, on_one_line
pages = int(Path("/proc/self/statm").read_text().split()[0])
room = pages * resource.getpagesize() + 100 * 10**6
resource.setrlimit(resource.RLIMIT_AS, (room, room))
used = resource.getrusage(resource.RUSAGE_SELF)
seconds = int(used.ru_utime + used.ru_stime) + 2
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
try:
    intake.read(Path(sys.argv[1]), int(sys.argv[2]))
except Problem as problem:
    print(problem.at("seeds/large.txt"))
"""


def sparse(path: Path, size: int) -> Path:
    """Make a file of ``size`` bytes that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(GOOD.encode())
        file.truncate(size)
    return path


@pytest.mark.parametrize(
    ("size", "shown"), [(50 * 10**6, "48 MiB"), (LIMIT + 1, "16 MiB"), (200 * 2**30, "204800 MiB")]
)
def test_a_large_file_is_refused_with_little_memory_and_time(tmp_path: Path, size: int, shown: str) -> None:
    path = sparse(tmp_path / "large.txt", size)
    read = [sys.executable, "-c", _READ, str(path), str(LIMIT)]
    result = subprocess.run(read, capture_output=True, text=True, timeout=60, check=True)
    said = f"seeds/large.txt: it is too large ({shown}; the limit is 16 MiB); split it into bulletins"
    assert result.stdout.splitlines() == [said]


def test_nothing_of_a_large_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sparse(tmp_path / "large.txt", 50 * 10**6)
    read: list[int] = []
    with pytest.raises(Problem, match="too large"):
        _counting(monkeypatch, read)
        intake.read(path, LIMIT)
    assert read == []
    # One that grows while it is read is read as far as the limit.
    with pytest.raises(Problem, match="too large"):
        intake.read(path, 49_999_999)
    assert read == []
    assert len(intake.read(path, 50 * 10**6)) == 50 * 10**6 and read


def _counting(monkeypatch: pytest.MonkeyPatch, read: list[int]) -> None:
    whole = open

    class Counted:
        def __init__(self, *given: object) -> None:
            self._file = whole(*given)  # type: ignore[call-overload]

        def __enter__(self) -> Counted:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def read(self, most: int = -1) -> bytes:
            read.append(most)
            data: bytes = self._file.read(most)
            return data

    monkeypatch.setattr("builtins.open", Counted)


def test_a_large_seed_and_a_large_sidecar_cost_no_good_one(empty: Site) -> None:
    empty.seed("good.txt", GOOD)
    empty.seed("beside.txt", GOOD.replace("النشرة", "الجريدة"))
    sparse(empty.seeds / "large.txt", 50 * 10**6)
    sparse(empty.seeds / "beside.meta", 50 * 10**6)
    result = empty.build()
    assert result.returncode == 1
    wrong = "it is too large (48 MiB; the limit is 16 MiB); split it into bulletins"
    assert result.stderr.splitlines() == [f"seeds/beside.meta: {wrong}", f"seeds/large.txt: {wrong}"]
    assert [event["seed"] for event in empty.ledger()] == ["good.txt"]


UNITS = {
    "letters": "ن",
    "words": "كلمة ",
    "latin": "x",
    "digits": "1",
    "marks": "\u0651",
    "stops": ".",
    "markup": "<b>",
    "isolates": "\u2067",
    "names": "محمد علي ",
    "months": "9 تموز ",
    "years": "عام 2010 و2011 ",
    "speakers": "قال ",
    "agencies": "وكالة ",
    "bodies": "نادي الشباب ",
}


@pytest.mark.slow
def test_lines_of_a_million_characters_are_published_or_refused(tmp_path: Path) -> None:
    long = {name: unit * (MILLION // len(unit)) for name, unit in UNITS.items()}
    texts = [Case(f"text-{name}", f"عنوان {name}\nفقرة {line} تمت.\n".encode()) for name, line in long.items()]
    heads = [
        Case(f"head-{name}", f"Split: no\n\n{long[name]}\nفقرة {name} تمت.\n".encode()) for name in ("letters", "words")
    ]
    built = Built(tmp_path / "site", [*texts, *heads])
    assert "Traceback" not in built.result.stderr + built.result.stdout and built.rest == []
    assert built.permalinks["canary.txt"]
    for name, case in built.cases.items():
        if name not in built.permalinks:
            assert len(built.problems[name]) == 1
            continue
        page = built.read(built.permalinks[name][0])
        assert case.lines[1].split()[0] in page


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_a_line_costs_what_it_is_long(unit: str) -> None:
    def cost(length: int) -> float:
        line = unit * (length // len(unit))
        began = time.process_time()
        taken(f"Split: no\n\nعنوان {line}\nفي 9 تموز {line} تمت.\n".encode())
        return time.process_time() - began

    cost(1_000)
    # Eight times as long: the square would be 64 times as much.
    assert cost(160_000) < 24 * max(cost(20_000), 0.02)


# --- topics ----------------------------------------------------------------------------------------------------------

TOPIC = '[[topic]]\nslug = "x"\nname = "س"\n'
BAD_TOPICS = {
    "empty": ("", "it lists no [[topic]]"),
    "no value": ("fallback = ", "Invalid value"),
    "no end": ('fallback = "x', "mend this line"),
    "two keys": ('fallback = "x"\nfallback = "y"', "mend this line"),
    "deep": ("x = " + "[" * 100_000, "it cannot be read"),
    "long number": ("x = " + "9" * 10_000, "it cannot be read"),
    "not UTF-8": (b'fallback = "\xff"', "not UTF-8: byte at offset 12; save it as UTF-8"),
    "UTF-16": ('fallback = "x"'.encode("utf-16"), "not UTF-8"),
    "NUL": ('fallback = "\0"', "mend this line"),
    "no list": ('topic = "x"', "it lists no [[topic]]"),
    "no tables": ("topic = [1]", "it lists no [[topic]]"),
    "a path": (TOPIC.replace('"x"', '"../x"'), "the slug '../x' cannot be"),
    "a long slug": (TOPIC.replace('"x"', f'"{"x" * 300}"'), "is too long; use 80 letters at most"),
    "a number": (TOPIC.replace('"x"', "1"), "the slug 1 cannot be"),
    "no name": (TOPIC.replace("س", "\u200b\u202e"), "the topic x has no name"),
    "a date": (TOPIC.replace('"س"', "2021-07-09"), "the topic x has no name"),
    "an unknown key": (f'{TOPIC}slag = "x"', "unknown key slag"),
    "a line in a key": (f'{TOPIC}"a\\nb" = "x"', "unknown key a\\nb"),
    "twice": (TOPIC * 2, "two topics share the slug x"),
    "no texts": (f"{TOPIC}terms = [1]", "terms of the topic x is no list of texts"),
    "no fallback": (TOPIC, "fallback = '' is no topic's slug"),
}


@pytest.mark.parametrize("name", BAD_TOPICS)
def test_bad_topics_are_one_line(tmp_path: Path, name: str) -> None:
    data, says = BAD_TOPICS[name]
    path = tmp_path / "topics.toml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(Problem) as found:
        Desk.load(path)
    line = str(found.value)
    assert re.fullmatch(r"topics\.toml(:\d+)?: .+; .+", line) and says in line and on_one_line(line) == line


@pytest.mark.parametrize("kind", ["pipe", "deep"])
def test_a_build_says_so(empty: Site, kind: str) -> None:
    empty.seed("good.txt", GOOD)
    path = empty.folder / "topics.toml"
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_text(str(BAD_TOPICS["deep"][0]), "utf-8")
    result = empty.build()
    assert result.returncode == 1 and "Traceback" not in result.stderr + result.stdout
    [line] = result.stderr.splitlines()
    assert line.startswith("topics.toml: ") and line.endswith("; restore it from version control")


def test_names_of_topics_are_text(empty: Site) -> None:
    name = "</title><script>alert(1)</script> {{ 7*7 }} \u202e"
    terms = "terms = []"
    topics = f'fallback = "x"\n[[topic]]\nslug = "x"\nname = "{name}"\n{terms}\n'
    (empty.folder / "topics.toml").write_text(topics, "utf-8")
    empty.seed("good.txt", GOOD)
    assert empty.build().returncode == 0
    for path, data in empty.tree().items():
        assert b"<script>alert" not in data or not path.endswith((".html", ".xml")), path
        assert b" 49 " not in data or path.endswith((".png", ".woff2")), path
