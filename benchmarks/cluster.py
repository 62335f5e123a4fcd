"""What it costs to have a site made by a Dask cluster instead of processes of this machine, both on this machine.

`cluster.py 10000` starts a scheduler and two workers on 127.0.0.1, and prints: full builds in turns, by two forked
processes and by the two workers; and the reading of seeds alone, by the size of its tasks. Ratios are to the former.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from corpus import Corpus, write
from speed import Nashra, free_port

from nashra.archive import intake
from nashra.archive.store import SeenSeed
from nashra.desk.analyse import Desk
from nashra.memory import settle
from nashra.site import shares
from nashra.site.cluster import Cluster
from nashra.site.newsroom import Reader
from nashra.site.work import program

_SIZES = (1, 20, 200, 500)
_TWO = 2


@contextmanager
def dask(folder: Path) -> Iterator[str]:
    """Run a scheduler and two workers; yield their address."""
    address = f"tcp://127.0.0.1:{free_port()}"
    program = Path(sys.executable).with_name("dask")
    worker = ["worker", address, "--nthreads", "1", "--no-nanny"]
    commands = [["scheduler", "--port", address.rpartition(":")[2]]]
    commands += [[*worker, "--local-directory", str(folder / str(number))] for number in range(_TWO)]
    with ExitStack() as ending:
        for command in commands:
            process = subprocess.Popen(
                [program, *command, "--host", "127.0.0.1", "--no-dashboard"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            ending.callback(process.wait)
            ending.callback(process.kill)
        Cluster(address, folder).close()
        yield address


def built(site: Nashra, *settings: str) -> float:
    """Build as the first time; return in how many seconds."""
    site.empty()
    shutil.rmtree(site.state, ignore_errors=True)
    (site.seeds / "ledger.jsonl").unlink(missing_ok=True)
    return site.build(f"NASHRA_WORKERS={_TWO}", *settings).wall


def read(site: Nashra, size: int, hire: Callable[[], shares.Hands]) -> float:
    """Read all seeds in tasks of ``size``; return in how many seconds."""
    topics = site.project / "topics.toml"
    reader = Reader(Desk.load(topics).key, topics, "UTC", 2**20, program())
    seeds = intake.survey(intake.Listing(site.seeds), "seeds", {}, None).seeds
    work = [(seed, SeenSeed()) for seed in seeds]
    parts = [work[at : at + size] for at in range(0, len(work), size)]
    began = time.monotonic()
    made = sum(len(part) for part in shares.in_order(reader, parts, hire))
    assert made == site.corpus.stories
    return time.monotonic() - began


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(description="Compare a Dask cluster on this machine with forked processes.")
    parser.add_argument("stories", type=int, nargs="?", default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--place", type=Path, help="a folder for all that is written, as /dev/shm")
    asked = parser.parse_args()
    settle()
    with tempfile.TemporaryDirectory(dir=asked.place) as name:
        folder = Path(name)
        site = Nashra(folder, Corpus(asked.stories))
        write(site.corpus, {"nashra": site.seeds})
        with dask(folder) as address:
            pairs = [(built(site), built(site, f'NASHRA_EXECUTOR="dask:{address}"')) for _ in range(asked.rounds)]
            _tell(f"full build of {asked.stories:,}", pairs)
            for size in _SIZES:
                forked, cluster = partial(shares.forked, _TWO), partial(Cluster, address, folder)
                pairs = [(read(site, size, forked), read(site, size, cluster)) for _ in range(asked.rounds)]
                _tell(f"reading, {size} a task", pairs)


def _tell(what: str, pairs: list[tuple[float, float]]) -> None:
    forked, cluster = (statistics.median(pair[at] for pair in pairs) for at in range(2))
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(f"{what}: {_TWO} forked {forked:.2f} s, {_TWO} Dask workers {cluster:.2f} s, ratio {ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()
