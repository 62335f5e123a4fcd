"""What is done beside a build, one command each: for machines, for editors, before a build and after one."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from nashra.arabic.decode import decode
from nashra.arabic.hygiene import clean, title
from nashra.archive import intake, ledger
from nashra.archive.identity import copied, same_copy
from nashra.desk import seed
from nashra.desk.analyse import Desk, analyse
from nashra.desk.lint import lint
from nashra.desk.model import Analysis, Bulletin, Paragraph
from nashra.errors import Problem, tell
from nashra.memory import settle
from nashra.publish.pings import WHEN_ASKED, WHEN_PUBLISHING, Pings, changes
from nashra.publish.places import is_elsewhere
from nashra.publish.releases import Releases, files
from nashra.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 1 when something must be mended (said in a line each)."""
    options = _parser().parse_args(arguments)
    try:
        problems = options.run(options)
    except Problem as stopped:
        problems = [stopped]
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        # As shells say it.
        return 130
    except OSError as error:
        path = os.fsdecode(error.filename) if error.filename else ""
        problems = [Problem(f"the disk failed ({error.strerror})", "mend that, and try again", path=path)]
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
    withdraw = commands.add_parser("withdraw", help="have stories published no more; the next build does it")
    withdraw.add_argument("stories", nargs="+", metavar="ID", help="a story's id, feed id or address")
    withdraw.add_argument("--reason", default="", help="what readers are told")
    withdraw.add_argument("--undo", action="store_true", help="let them be published again")
    withdraw.add_argument("--seeds", type=Path, default=_given("SEEDS", "seeds"), metavar="FOLDER")
    withdraw.set_defaults(run=_withdraw)
    rollback = commands.add_parser("rollback", help="show the public the release before this one again")
    rollback.add_argument("folder", nargs="?", type=Path, default=_public(), metavar="FOLDER")
    rollback.add_argument("--to", default="", metavar="NUMBER", help="the release to show")
    rollback.add_argument("--list", action="store_true", help="list the releases that are kept")
    rollback.add_argument("--force", action="store_true", help="show again what was withdrawn since")
    rollback.set_defaults(run=_rollback)
    ping = commands.add_parser("ping", help="tell the hub, search engines and webhooks what they were not told yet")
    ping.add_argument("folder", nargs="?", type=Path, default=_public(), metavar="FOLDER")
    ping.add_argument("--list", action="store_true", help="list what is owed, and send nothing")
    ping.set_defaults(run=_ping)
    return parser


def _given(name: str, default: str) -> Path:
    """Return a folder that is named as for make, by a variable."""
    return Path(os.environ.get(name) or default)


def _public() -> Path:
    """Return the folder that publishing shows, or, where that is elsewhere, the one beside which it builds."""
    target = os.environ.get("TARGET", "")
    return Path(target) if target and not is_elsewhere(target) else _given("OUTPUT", "public")


def _desk(options: argparse.Namespace) -> Desk:
    desk = Desk.load(options.topics)
    settle()
    return desk


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


def _analyze(options: argparse.Namespace) -> list[Problem]:
    desk = _desk(options)
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


def _explain(options: argparse.Namespace) -> list[Problem]:
    from nashra.explain import show  # noqa: PLC0415  # rich is slow to import, and only people read colours

    desk = _desk(options)
    return _each(options.files, desk, lambda analysis: show(analysis, desk))


def _check(options: argparse.Namespace) -> list[Problem]:
    desk = _desk(options)
    found, problems = intake.scan(options.folder, str(options.folder))
    problems = lint(options.topics) + problems
    read = 0
    first: dict[str, str] = {}

    def count(name: str, analysis: Analysis) -> None:
        nonlocal read
        read += 1
        if analysis.bulletin.header.status == "published":
            other = first.setdefault(copied(analysis.bulletin), name)
            if other != name:
                print(same_copy(str(options.folder), name, other))

    for one in found:
        problems += _each([one.path], desk, partial(count, one.name))
    print(f"{read} of {len(found)} seeds in {options.folder} can be published")
    return problems


def _withdraw(options: argparse.Namespace) -> list[Problem]:
    promises = options.seeds / intake.LEDGER
    if not promises.is_file():
        raise Problem("there is no ledger in it", "name the folder of seeds with --seeds", path=str(options.seeds))
    with intake.alone(options.seeds):
        known = ledger.stories(promises)
        found = {name: ledger.meant(known, name) for name in options.stories}
        unknown = [name for name, story in found.items() if story is None]
        if unknown:
            remedy = f"look for the story's id in {promises}"
            return [Problem("no such story was published", remedy, path=name) for name in unknown]
        meant = [story for story in found.values() if story]
        events = [
            ledger.reinstate_event(story.id) if options.undo else ledger.withdraw_event(story.id, title(options.reason))
            for story in meant
        ]
        ledger.append(promises, map(ledger.line, events))
    becomes = "may be published again" if options.undo else "withdrawn"
    for story in meant:
        print(f"{story.id}: {becomes} by the next build: {story.permalink}")
    return []


def _rollback(options: argparse.Namespace) -> list[Problem]:
    releases = Releases(options.folder)
    if options.list:
        for release in releases.all():
            print(f"{release.name}{' (public)' if release == releases.current else ''}")
        return []
    before = releases.current
    release = releases.roll_back(options.to, force=options.force)
    print(f"{options.folder} shows release {release.name} again")
    # Who is publishing already tells of that.
    with suppress(Problem), releases.alone():
        pings, was, now = Pings(releases.folder), files(before or release), files(release)
        names = {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
        pings.owe(changes(names, release, pings.site))
        # As after a publishing: it failed not for them.
        tell(*pings.send(WHEN_PUBLISHING))
    return []


def _ping(options: argparse.Namespace) -> list[Problem]:
    releases = Releases(options.folder)
    if not releases.folder.is_dir():
        raise Problem(
            "nothing is published there", "publish first: make publish OUTPUT=folder", path=str(options.folder)
        )
    if options.list:
        pings = Pings(releases.folder)
        for receiver, owed in pings:
            print(f"{receiver}: {len(owed):,} owed")
            for (address, _, gone), error, _ in owed:
                print(f"  {address}{' (gone)' if gone else ''}{f': {error}' if error else ''}")
        return pings.problems
    with releases.alone():
        pings, mine = Pings(releases.folder), Pings(releases.folder)
    before = {receiver: len(some) for receiver, some in pings}
    problems = mine.send(WHEN_ASKED, keep=False)
    # Nobody waits for slow hubs to publish. Who publishes meanwhile tells what is owed, too: twice harms nobody.
    with suppress(Problem), releases.alone():
        Pings(releases.folder).strike(pings, mine)
    left = {receiver: len(some) for receiver, some in mine}
    for receiver, number in before.items():
        print(f"{receiver}: {number:,} owed, {left.get(receiver, 0):,} left")
    if not before:
        print("nothing is owed")
    return problems
