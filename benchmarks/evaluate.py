"""How well the desk reads: `make evaluate` measures `nashra analyze --jsonl` on the sets that NASHRA_DEV names.

Boundary F1 and WindowDiff (Pevzner, Hearst 2002) of the splits, F1 of the categories, precision and recall of published
tags and of dates. Places marked soft by the labellers count neither way.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from hijridate import Gregorian

Row = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
# What each kind of tag is called in the sets.
ENTITIES = {"person": {"PERS"}, "place": {"LOC", "GPE"}, "organisation": {"ORG"}}
# The names that an older set gives the topics.
TOPICS = {"exercises": "military-exercises", "other": "general"}


def rows(folder: Path, name: str) -> list[Row]:
    """Return the lines of a set, none when the folder lacks it."""
    path = folder / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def analyse(bulletins: Iterable[Row]) -> list[Row]:
    """Return what `nashra analyze --jsonl` prints for each of ``bulletins``."""
    given = "".join(json.dumps({"id": str(n)} | row) + "\n" for n, row in enumerate(bulletins))
    command = [sys.executable, "-m", "nashra", "analyze", "--jsonl"]
    result = subprocess.run(command, input=given, capture_output=True, text=True, cwd=ROOT, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def ratio(part: float, whole: float) -> float:
    """Return ``part`` of ``whole``, 0 of nothing."""
    return part / whole if whole else 0.0


def f1(hits: int, said: int, wanted: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return ratio(2 * hits, said + wanted)


def window_diff(wanted: set[int], said: set[int], paragraphs: int) -> float:
    """Return WindowDiff with a window of half the mean story."""
    size = max(2, round(paragraphs / (len(wanted) + 1) / 2))
    gaps = range(1, paragraphs)
    size = min(size, max(1, len(gaps)))
    windows = [range(start, start + size) for start in range(1, len(gaps) - size + 2)]
    wrong = sum(len(wanted & set(window)) != len(said & set(window)) for window in windows)
    return ratio(wrong, len(windows))


def splits(folder: Path) -> None:
    """Print boundary F1 and WindowDiff of each set of bulletins."""
    for name in ("bulletins", "bulletins_hard", "bulletins_real"):
        labelled = rows(folder, name)
        given = [{key: row[key] for key in ("title", "paras", "date")} for row in labelled]
        hits = said = wanted = 0
        differences = []
        for row, made in zip(labelled, analyse(given), strict=True):
            gold, soft = set(row["boundaries"]), set(row.get("soft", ()))
            found = {story["start"] for story in made["stories"][1:]} - soft
            hits, said, wanted = hits + len(found & gold), said + len(found), wanted + len(gold)
            differences.append(window_diff(gold, found, len(row["paras"])))
        if labelled:
            scores = f"F1 {f1(hits, said, wanted):.3f}  (P {ratio(hits, said):.3f}, R {ratio(hits, wanted):.3f})"
            print(f"split     {name:16} {scores}  WindowDiff {ratio(sum(differences), len(differences)):.3f}")


def categories(folder: Path) -> None:
    """Print the F1 of each topic and their mean; a story with several labels is right with any."""
    for name in ("topics_careful", "topics_fine"):
        labelled = [row for row in rows(folder, name) if not row.get("amb")]
        given = [{"title": r["title"], "paras": [p for p in r["text"].split("\n") if p.strip()]} for r in labelled]
        hits: Counter[str] = Counter()
        said: Counter[str] = Counter()
        wanted: Counter[str] = Counter()
        for row, made in zip(labelled, analyse(given), strict=True):
            gold = [TOPICS.get(label, label) for label in row["labels"]]
            found = made["stories"][0]["category"]
            right = found if found in gold else gold[0]
            hits[right] += found in gold
            said[found] += 1
            wanted[right] += 1
        if labelled:
            each = {topic: f1(hits[topic], said[topic], wanted[topic]) for topic in sorted(wanted)}
            mean = ratio(sum(each.values()), len(each))
            print(f"category  {name:16} macro-F1 {mean:.3f}  " + "  ".join(f"{t} {v:.2f}" for t, v in each.items()))


def entities(tokens: list[str], tags: list[Any]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, type) of the entities of a sentence, in characters of its tokens joined by spaces."""
    start = 0
    open_: dict[str, tuple[int, int]] = {}
    for token, tag in zip(tokens, tags, strict=True):
        end = start + len(token)
        here = [one.partition("-") for one in ([tag] if isinstance(tag, str) else tag)]
        inside = {kind for place, _, kind in here if place == "I"}
        for kind in [kind for kind in open_ if kind not in inside]:
            yield *open_.pop(kind), kind
        for place, _, kind in here:
            if place == "B" and kind in open_:
                yield *open_.pop(kind), kind
            if place in ("B", "I"):
                open_[kind] = (open_.get(kind, (start, end))[0], end)
        start = end + 1
    for kind, span in open_.items():
        yield *span, kind


def tags(folder: Path) -> None:
    """Print how many published tags name an entity of their kind, and how many entities are named."""
    for name in ("ner", "ner_wojood"):
        labelled = rows(folder, name)
        given = [{"title": "", "paras": [" ".join(row["tokens"])]} for row in labelled]
        hits: Counter[str] = Counter()
        said: Counter[str] = Counter()
        wanted: Counter[str] = Counter()
        for row, made in zip(labelled, analyse(given), strict=True):
            gold = list(entities(row["tokens"], row["tags"]))
            found = [tag for tag in made["stories"][0]["tags"] if tag["kind"] in ENTITIES and tag["para"] == 0]
            for kind, types in ENTITIES.items():
                spans = {gold_span[:2] for gold_span in gold if gold_span[2] in types}
                texts = {given_text(row, span) for span in spans}
                wanted[kind] += len(texts)
                mine = [tag for tag in found if tag["kind"] == kind]
                said[kind] += len(mine)
                hits[kind] += sum(any(a < t["end"] and t["start"] < b for a, b in spans) for t in mine)
        if labelled:
            parts = [f"{k} P {ratio(hits[k], said[k]):.3f} R {ratio(hits[k], wanted[k]):.3f}" for k in ENTITIES]
            total = sum(hits.values())
            whole = f"P {ratio(total, sum(said.values())):.3f} R {ratio(total, sum(wanted.values())):.3f}"
            print(f"tags      {name:16} {whole}  ({'; '.join(parts)})")


def given_text(row: Row, span: tuple[int, int]) -> str:
    """Return the words of an entity."""
    return " ".join(row["tokens"])[span[0] : span[1]]


def dates(folder: Path) -> None:
    """Print how many of the wanted dates are found, and how many of the texts with one date get no other."""
    for name in ("dates", "dates_mined"):
        labelled = rows(folder, name)
        given = [{"title": "", "paras": [row["text"]], "date": row["ref"]} for row in labelled]
        right = alone = single = cut = 0
        for row, made in zip(labelled, analyse(given), strict=True):
            found = [date["value"] for date in made["stories"][0]["dates"]]
            gold = row["expected"]
            if row.get("any_of") or row.get("contains"):
                hit = any(value in found for value in gold)
            else:
                hit = sorted(set(found)) == sorted(set(gold))
            right += hit
            cut += not hit and bool(row.get("contains")) and not any(holds_day(row["text"], value) for value in gold)
            if len(set(found)) == 1:
                single += 1
                alone += found[0] in gold
        if labelled:
            recall, precision = ratio(right, len(labelled)), ratio(alone, single)
            line = f"dates     {name:16} right {right} of {len(labelled)} ({recall:.3f})  precision {precision:.3f}"
            whole = len(labelled) - cut
            print(line + (f"; of {whole} texts that hold their day {ratio(right, whole):.3f}" if cut else ""))


def holds_day(text: str, value: str) -> bool:
    """Tell whether the number of a wanted day, Gregorian or Hijri, stands in a text: mined texts may be cut off before
    their date."""
    day = date.fromisoformat(value)
    hijri = Gregorian(day.year, day.month, day.day).to_hijri().day
    numbers = map(int, re.findall(r"(?<!\d)\d\d?(?!\d)", text))
    return not {day.day, hijri - 1, hijri, hijri + 1}.isdisjoint(numbers)


def main() -> None:
    """Measure all there is."""
    folder = Path(os.environ.get("NASHRA_DEV", ""))
    if not os.environ.get("NASHRA_DEV") or not folder.is_dir():
        print("Nothing measured: set NASHRA_DEV to a folder of development sets.")
        return
    for measure in (splits, categories, tags, dates):
        measure(folder)


if __name__ == "__main__":
    main()
