"""What the desk costs: milliseconds a KB (UTF-8) of wire copy, whole and by stage, and as a ratio to reading alone.

Runs on the project's own seeds; with NASHRA_DEV naming a folder of development sets, on its 12,000 articles too.
"""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from nashra.desk import seed
from nashra.desk.analyse import Desk, analyse
from nashra.desk.dating import date_mentions
from nashra.desk.model import Bulletin, Paragraph
from nashra.desk.reading import read
from nashra.memory import settle

ROOT = Path(__file__).resolve().parent.parent
ARTICLES = 1500


def seeds() -> list[Bulletin]:
    """Return the project's own bulletins, often enough to be measured."""
    paths = sorted((ROOT / "seeds").glob("*.txt"))
    return [seed.parse(path.name, path.read_text("utf-8")) for path in paths] * (200 // len(paths))


def articles() -> list[Bulletin]:
    """Return articles of the development set, none when there is no such folder."""
    path = Path(os.environ.get("NASHRA_DEV", ""), "scale_12k.jsonl.gz")
    if not path.is_file():
        return []
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in zip(range(ARTICLES), lines, strict=False):
            row = json.loads(line)
            text = row.get("paras") or [part for part in row["text"].split("\n") if part.strip()]
            found.append(Bulletin(str(number), row["title"], tuple(Paragraph(p, n) for n, p in enumerate(text, 2))))
    return found


def size(bulletin: Bulletin) -> int:
    """Return the bytes of a bulletin's text."""
    return sum(len(text.encode()) for text in (bulletin.headline, *(p.text for p in bulletin.paragraphs)))


def cost(stage: Callable[[Bulletin], object], bulletins: list[Bulletin]) -> float:
    """Return the milliseconds of CPU a KB, the best of three rounds."""
    kilobytes = sum(map(size, bulletins)) / 1024
    rounds = []
    for _ in range(3):
        start = time.process_time()
        for bulletin in bulletins:
            stage(bulletin)
        rounds.append((time.process_time() - start) * 1000 / kilobytes)
    return min(rounds)


def main() -> None:
    """Measure and print."""
    desk = Desk.load(ROOT / "topics.toml")
    settle()
    for name, bulletins in (("the project's seeds", seeds()), ("12,000 articles (a part)", articles())):
        if not bulletins:
            continue
        # First: what the stages work on takes the room that words read before have in the processor's cache.
        whole = cost(lambda b: analyse(b, desk, "2021-07-20"), bulletins)
        readings = {id(bulletin): read(bulletin) for bulletin in bulletins}
        stages = {
            "reading": read,
            "names": lambda b, r=readings: desk.gazetteer.find(r[id(b)]),
            "topics": lambda b, r=readings: [desk.topics.spoken(reading) for reading in r[id(b)]],
            "dates": lambda b, r=readings: [date_mentions(reading, "2021-07-20") for reading in r[id(b)]],
        }
        print(f"\n{name}: {len(bulletins)} bulletins, {sum(map(size, bulletins)) / 2**20:.1f} MiB")
        costs = {stage: cost(run, bulletins) for stage, run in stages.items()} | {"whole": whole}
        for stage, found in costs.items():
            print(f"  {stage:8} {found:6.3f} ms/KB  {found / costs['reading']:5.1f} × reading")


if __name__ == "__main__":
    main()
