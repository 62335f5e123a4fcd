"""Show a person what the desk made of a bulletin: the text with the words that decided, and how to overrule them."""

from __future__ import annotations

from itertools import groupby

from rich.console import Console
from rich.text import Text

from nashra.desk.analyse import Desk
from nashra.desk.model import Analysis, Evidence, Story

_COLOURS = {"boundary": "magenta", "category": "green", "tag": "cyan", "source": "yellow", "date": "blue"}
_PROOF = {"header": "its header", "name": "its file name", "text": "its text"}
_OVERRULE = (
    "To overrule: lines above the headline, then a blank line (Date:, Category:, Tags:, Source:, Split: no);"
    " a line *** where a story begins."
)


def show(analysis: Analysis, desk: Desk, console: Console | None = None) -> None:
    """Print the stories of ``analysis``, each with its text, its decisions and the words that spoke for them."""
    console = console or Console(highlight=False, soft_wrap=True)
    proof = _PROOF.get(analysis.date_from, "")
    dated = f"{analysis.date}, from {proof}" if analysis.date else "no date is proved; the day of publishing counts"
    stories = "1 story" if len(analysis.stories) == 1 else f"{len(analysis.stories)} stories"
    console.print(Text(f"{analysis.bulletin.name}: {stories}; {dated}", "bold"))
    for number, story in enumerate(analysis.stories, 1):
        console.rule(f"{number}", style="magenta")
        _boundary(story, console)
        if story.start == 0:
            console.print(_marked(analysis.bulletin.headline, -1, story))
        for para, paragraph in enumerate(story.paragraphs, story.start):
            console.print(Text.assemble((f"{paragraph.line:>4} ", "dim"), _marked(paragraph.text, para, story)))
        _decisions(story, desk, console)
    console.rule(style="magenta")
    console.print(Text(_OVERRULE, "dim"))


def _marked(text: str, para: int, story: Story) -> Text:
    """Return a paragraph with the words that spoke for the story's decisions in the decisions' colours."""
    marked = Text(text)
    for one in story.evidence:
        if one.para == para and one.decision != "boundary":
            marked.stylize(_COLOURS[one.decision], one.start, one.end)
    return marked


def _boundary(story: Story, console: Console) -> None:
    signs = [one for one in story.evidence if one.decision == "boundary"]
    if signs:
        why = ", ".join(f"{one.value} {one.weight:+g}" for one in signs)
        marker = f" «{signs[0].words}»" if signs[0].words else ""
        console.print(Text.assemble(("a story begins here", "magenta"), (f"{marker}: {why}", "dim")))


def _decisions(story: Story, desk: Desk, console: Console) -> None:
    topic = desk.topics.by_slug[story.category]
    scores = ", ".join(f"{slug} {score:g}" for slug, score in story.category_scores[:4]) or "nothing spoke"
    console.print(Text.assemble("   headline ", (story.headline, "bold")))
    console.print(Text.assemble("   category ", (f"{topic.name} ({topic.slug})", "green"), f"; {scores}"))
    console.print(Text.assemble("   tags     ", ("، ".join(tag.name for tag in story.tags), "cyan")))
    if story.sources:
        console.print(Text.assemble("   sources  ", ("، ".join(story.sources), "yellow")))
    for date in story.dates:
        console.print(Text.assemble("   date     ", (date.value, "blue"), f" «{date.text}»"))
    order = list(_COLOURS)
    spoke = [one for one in story.evidence if one.decision != "boundary"]
    for (decision, value), group in groupby(
        sorted(spoke, key=lambda one: (order.index(one.decision), one.value)), key=lambda one: (one.decision, one.value)
    ):
        words = ", ".join(dict.fromkeys(map(_words, group)))
        console.print(Text.assemble("   ", (f"{decision:8}", _COLOURS[decision]), f" {value}: ", (words, "dim")))


def _words(one: Evidence) -> str:
    return f"«{one.words}» {one.weight:+g}" if one.words else f"{one.weight:+g}"
