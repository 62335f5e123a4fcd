"""What an archive of a million stories takes: sizes, the first build, a start, one more story; and what follows of it.

`million.py 10000 100000` builds these sizes and prints what was measured, and what a million takes if it goes on so;
`million.py 1000000 --hollow` measures a million stories of which no page is written (hollow.py); `million.py 1000000
--promises` only what the ledger and the database hold of them. Rows that say «modelled» were not measured.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from corpus import Corpus, write
from speed import Nashra, Run, count, run

from nashra.arabic.slugs import slug
from nashra.archive.identity import Known, digest, fingerprint
from nashra.archive.store import Archive

HOLLOW = Path(__file__).with_name("hollow.py")
MILLION = 1_000_000
# Of rare tags there are as many as one in fifty stories.
_TAGGED = 50
_ROUNDS = 5
_START = """
import sys, time
from pathlib import Path
from nashra.archive.store import Archive
began = time.monotonic()
with Archive(Path(sys.argv[1]), Path(sys.argv[2])) as archive:
    archive.count(), archive.published()
print(time.monotonic() - began)
"""


@dataclass
class Found:
    """What was measured of ``stories``: rows of a name, a value and its unit."""

    stories: int
    rows: dict[str, float] = field(default_factory=dict)


class Hollow(Nashra):
    """The same project, whose pages are hollow in full builds."""

    def cold(self) -> Run:
        """Build as the first time, and write no page."""
        command = [sys.executable, str(HOLLOW), *self.pelican[1:], "-e", "NASHRA_CARDS=false"]
        return run(command, self.project, self.environ)[0]


def measured(stories: int, folder: Path, hollow: bool) -> Found:
    """Build an archive of so many stories below ``folder``, and return what it took."""
    corpus = Corpus(stories, rare=stories // _TAGGED)
    site = (Hollow if hollow else Nashra)(folder, corpus)
    began = time.monotonic()
    write(corpus, {"nashra": site.seeds})
    print(f"{stories:,} seeds written in {time.monotonic() - began:.0f} s", file=sys.stderr)
    cold = site.cold()
    print(f"{stories:,}: {cold}", file=sys.stderr)
    found = Found(stories)
    rows = found.rows
    rows["seeds, GB"] = stories * 2.5 / 1e6
    rows["ledger, MB"] = (site.seeds / "ledger.jsonl").stat().st_size / 1e6
    rows["database, GB"] = (site.state / "archive.db").stat().st_size / 1e9
    rows["first build, s"] = cold.wall
    rows["first build, CPU s"] = cold.cpu
    rows["first build, peak MB"] = cold.peak
    if not hollow:
        files, size = count(site.output)
        rows["site, files"], rows["site, GB"] = files, size / 1e9
        rows["search index, GB"] = sum(count(each)[1] for each in _index(site.output)) / 1e9
        feeds = [path.stat().st_size for path in (site.output / "feeds").glob("all.*")]
        rows["largest feed, KB"] = max(feeds) / 1e3
        lists = [path.stat().st_size for path in site.output.glob("category/*.html")]
        rows["largest list page, KB"] = max(lists) / 1e3
        rows["tags' page, KB"] = max(path.stat().st_size for path in site.output.glob("tags*.html")) / 1e3
    starts = [_start(site.state, site.seeds / "ledger.jsonl") for _ in range(_ROUNDS)]
    rows["ledger and database opened, ms"] = statistics.median(starts) * 1e3
    rows["tables, rows"] = _rows(site.state / "archive.db")
    more = [_more(site, number) for number in range(_ROUNDS)]
    rows["one story more, s"] = statistics.median(each.wall for each in more)
    rows["one story more, CPU s"] = statistics.median(each.cpu for each in more)
    rows["one story more, peak MB"] = max(each.peak for each in more)
    rows["one story more, files"] = statistics.median(each.files for each in more)
    idle = [site.build() for _ in range(_ROUNDS)]
    rows["nothing new, s"] = statistics.median(each.wall for each in idle)
    return found


def promised(stories: int, folder: Path) -> Found:
    """Have so many stories promised, in a ledger and a database of their own, and return what a start takes."""
    promises, state = folder / "ledger.jsonl", folder / "state"
    corpus = Corpus(stories)
    with Archive(state, promises) as archive:
        for story in corpus:
            story_id = digest(story.headline + str(story.number))
            link = f"{story.moment:%Y/%m}/{slug(story.headline)}-{story.number}.html"
            print_ = fingerprint(story.headline, story.paragraphs)
            moment = story.moment.isoformat()
            uri = f"tag:nashra.example,2026:{story_id}"
            archive.promise(Known(story_id, uri, link, moment, moment, f"{story.path}.txt", 0, print_))
        archive.keep_promises()
    found = Found(stories)
    found.rows["ledger, MB"] = promises.stat().st_size / 1e6
    found.rows["database, GB"] = (state / "archive.db").stat().st_size / 1e9
    starts = [_start(state, promises) for _ in range(_ROUNDS)]
    found.rows["ledger and database opened, ms"] = statistics.median(starts) * 1e3
    shutil.rmtree(state)
    found.rows["the same, the database lost, s"] = _start(state, promises)
    return found


def _index(output: Path) -> list[Path]:
    return [output / "search" / name for name in ("words", "category")]


def _start(state: Path, promises: Path) -> float:
    command = [sys.executable, "-c", _START, str(state), str(promises)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _rows(path: Path) -> float:
    db = sqlite3.connect(path)
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    counted = [db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names if "_fts" not in name]
    db.close()
    return float(sum(counted))


def _more(site: Nashra, number: int) -> Run:
    """Build with a story more, the newest."""
    last = site.corpus.story(site.corpus.stories - 1).moment
    story = site.corpus.story(site.corpus.stories + number)
    site.save(type(story)(**{**_told(story), "moment": last.replace(minute=number, second=0)}))
    return site.build()


def _told(story: object) -> dict[str, object]:
    return {name: getattr(story, name) for name in ("number", "headline", "paragraphs", "category", "tags")}


def shown(found: list[Found]) -> str:
    """Return a table of what was found, with how it grew from the first to the last, and what a million takes if it
    goes on along the straight line through these two."""
    first, last = found[0], found[-1]
    head = ["", *(f"{one.stories:,}" for one in found)]
    if len(found) > 1:
        head += ["growth", f"{MILLION:,}, modelled"]
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    for name in last.rows:
        cells = [name, *(f"{each.rows[name]:,.3g}" for each in found)]
        if len(found) > 1:
            one, other = first.rows[name], last.rows[name]
            slope = (other - one) / (last.stories - first.stories)
            cells += [f"×{other / one if one else 0:.2f}", f"{other + slope * (MILLION - last.stories):,.3g}"]
        lines.append(" | ".join(cells))
    return "\n".join(f"| {line} |" for line in lines)


def main() -> None:
    """Measure the sizes that are asked for, and print a table."""
    parser = argparse.ArgumentParser(description="Measure large archives, and say what a million stories take.")
    parser.add_argument("stories", type=int, nargs="+")
    parser.add_argument("--hollow", action="store_true", help="write no pages: for what no disk holds")
    parser.add_argument("--promises", action="store_true", help="the ledger and the database alone")
    parser.add_argument("--place", type=Path, help="a folder on a disk that holds it; 100 KB a story")
    asked = parser.parse_args()
    found = []
    for stories in sorted(asked.stories):
        with tempfile.TemporaryDirectory(dir=asked.place) as folder:
            place = Path(folder)
            found.append(promised(stories, place) if asked.promises else measured(stories, place, asked.hollow))
            shutil.rmtree(Path(folder) / "output", ignore_errors=True)
    print(f"{os.cpu_count()} cores; Python {sys.version.split()[0]}")
    print(shown(found))


if __name__ == "__main__":
    main()
