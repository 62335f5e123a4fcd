"""Show a person what the desk made of a bulletin, and why."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console
from rich.text import Text

from nashra.desk.analyse import Desk
from nashra.desk.model import Analysis, Evidence, Story

_COLOURS = {"boundary": "magenta", "category": "green", "tag": "cyan", "source": "yellow", "date": "blue"}


def show(analysis: Analysis, desk: Desk, console: Console | None = None) -> None:
    """Print the stories of ``analysis``, each with the words that spoke for its every decision."""
    console = console or Console(highlight=False)
    proof = {"header": "its header", "name": "its file name", "text": "its text"}.get(analysis.date_from, "")
    dated = f"{analysis.date}, from {proof}" if analysis.date else "no date is proved; the day of publishing counts"
    console.print(Text(analysis.bulletin.headline, "bold"))
    stories = "1 story" if len(analysis.stories) == 1 else f"{len(analysis.stories)} stories"
    console.print(f"{analysis.bulletin.name}: {stories}; {dated}")
    for number, story in enumerate(analysis.stories, 1):
        console.print()
        console.print(Text.assemble((f"{number}. ", "dim"), (story.headline, "bold")))
        first, last = (story.paragraphs[place].line for place in (0, -1))
        console.print(f"   lines {first}–{last}")
        topic = desk.topics.by_slug[story.category]
        scores = ", ".join(f"{slug} {score:g}" for slug, score in story.category_scores[:4]) or "nothing spoke"
        console.print(Text.assemble("   category ", (f"{topic.name} ({topic.slug})", "green"), f"; {scores}"))
        console.print(Text.assemble("   tags     ", ("، ".join(tag.name for tag in story.tags), "cyan")))
        if story.sources:
            console.print(Text.assemble("   sources  ", ("، ".join(story.sources), "yellow")))
        for date in story.dates:
            console.print(Text.assemble("   date     ", (date.value, "blue"), f" «{date.text}»"))
        _evidence(story, console)


def _evidence(story: Story, console: Console) -> None:
    ordered = sorted(
        enumerate(story.evidence), key=lambda pair: (list(_COLOURS).index(pair[1].decision), pair[1].value, pair[0])
    )
    for (decision, value), group in groupby((one for _, one in ordered), key=lambda one: (one.decision, one.value)):
        words = ", ".join(dict.fromkeys(map(_words, group)))
        console.print(Text.assemble("   ", (f"{decision:8}", _COLOURS[decision]), f" {value}: ", (words, "dim")))


def _words(one: Evidence) -> str:
    return f"«{one.words}» {one.weight:+g}" if one.words else f"{one.weight:+g}"
