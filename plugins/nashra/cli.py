"""The second face of the desk: ``nashra analyze`` for machines, ``explain`` for editors, ``check`` before a build."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from nashra.arabic.decode import decode
from nashra.arabic.hygiene import clean, title
from nashra.archive import intake
from nashra.desk import seed
from nashra.desk.analyse import Desk, analyse
from nashra.desk.lint import lint
from nashra.desk.model import Analysis, Bulletin, Paragraph
from nashra.errors import Problem
from nashra.memory import settle
from nashra.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 1 when something must be mended (said in a line each)."""
    options = _parser().parse_args(arguments)
    try:
        desk = Desk.load(options.topics)
        settle()
        problems = options.run(options, desk)
    except Problem as stopped:
        problems = [stopped]
    except BrokenPipeError:
        return 1
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nashra", description="Read Arabic bulletins as the desk reads them.")
    parser.add_argument("--topics", type=Path, default=Path("topics.toml"), help="the categories (topics.toml)")
    commands = parser.add_subparsers(required=True, metavar="command")
    analyze = commands.add_parser("analyze", help="print what the desk makes of bulletins, one JSON line each")
    form = analyze.add_mutually_exclusive_group(required=True)
    form.add_argument("--json", nargs="+", type=Path, metavar="FILE", help="seeds to read")
    form.add_argument(
        "--jsonl", action="store_true", help='read {"id","title","paras","date"} lines from standard input'
    )
    analyze.set_defaults(run=_analyze)
    explain = commands.add_parser("explain", help="show a seed's stories and why the desk made them so")
    explain.add_argument("files", nargs="+", type=Path, metavar="FILE")
    explain.set_defaults(run=_explain)
    check = commands.add_parser("check", help="say what is wrong with topics, lists and the seeds of a folder")
    check.add_argument("folder", nargs="?", type=Path, default=Path("seeds"), metavar="FOLDER")
    check.set_defaults(run=_check)
    return parser


def _each(paths: Iterable[Path], desk: Desk, use: Callable[[Analysis], None]) -> list[Problem]:
    """Analyse the seeds at ``paths`` and return the problems of those that cannot be."""
    limit = Settings().max_seed_bytes
    problems = []
    for path in paths:
        try:
            text = decode(intake.read(path, limit))
            sidecar = intake.sidecar(path)
            notes = intake.notes(sidecar, limit)
            use(analyse(seed.parse(path.name, text, notes, sidecar.name if sidecar else ""), desk, why=True))
        except Problem as problem:
            problems.append(problem.at(str(path)))
    return problems


def _analyze(options: argparse.Namespace, desk: Desk) -> list[Problem]:
    if options.json:
        return _each(options.json, desk, lambda analysis: _print(to_json(analysis)))
    problems = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            try:
                _print(_analyze_line(line, desk))
            except Problem as problem:
                problem.line = number
                problems.append(problem.at("standard input"))
    return problems


def _analyze_line(line: bytes, desk: Desk) -> dict[str, Any]:
    remedy = 'write {"id", "title", "paras", "date"}'
    try:
        row = json.loads(line)
        name, headline, paras, date = row["id"], row["title"], row["paras"], row.get("date") or ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Problem(f"not a bulletin in JSON ({error})", remedy) from None
    if not isinstance(paras, list) or not paras or not all(isinstance(text, str) for text in (headline, date, *paras)):
        raise Problem("title, date and the paragraphs must be texts, one paragraph at least", remedy)
    date = seed.iso(title(date)) if date else ""
    # A paragraph stays one, whatever it holds: the caller counts by them.
    lines = [" ".join(clean(text).split("\n")) for text in (headline, *paras)]
    bulletin = Bulletin(str(name), lines[0], tuple(Paragraph(text, n) for n, text in enumerate(lines[1:], 2)))
    return to_json(analyse(bulletin, desk, date, why=True)) | {"id": name}


def _print(made: dict[str, Any]) -> None:
    # An id may hold half a surrogate pair, which UTF-8 cannot: JSON spells it as Python escapes it, \ud800.
    sys.stdout.buffer.write(json.dumps(made, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def to_json(analysis: Analysis) -> dict[str, Any]:
    """Return an analysis as ``analyze`` prints it. Spans are characters of the paragraph as written."""
    return {
        "id": analysis.bulletin.name,
        "headline": analysis.bulletin.headline,
        "date": analysis.date or None,
        "date_precision": analysis.date_precision or None,
        "stories": [
            {
                "start": story.start,
                "end": story.end,
                "headline": story.headline,
                "summary": story.summary,
                "category": story.category,
                "category_scores": dict(story.category_scores),
                "tags": [_fields(tag, "kind name slug start end para") for tag in story.tags],
                "sources": list(story.sources),
                "dates": [_fields(date, "text value precision para start end") for date in story.dates],
                "evidence": [_fields(one, "decision value words para start end weight") for one in story.evidence],
            }
            for story in analysis.stories
        ],
    }


def _fields(value: object, names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names.split()}


def _explain(options: argparse.Namespace, desk: Desk) -> list[Problem]:
    from nashra.explain import show  # noqa: PLC0415  # rich is slow to import, and only people read colours

    return _each(options.files, desk, lambda analysis: show(analysis, desk))


def _check(options: argparse.Namespace, desk: Desk) -> list[Problem]:
    found, problems = intake.scan(options.folder, str(options.folder))
    problems = lint(options.topics) + problems
    read = 0

    def count(_: Analysis) -> None:
        nonlocal read
        read += 1

    problems += _each([one.path for one in found], desk, count)
    print(f"{read} of {len(found)} seeds in {options.folder} can be published")
    return problems
