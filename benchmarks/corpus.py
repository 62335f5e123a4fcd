"""Stories made up for measuring: the same N of them for the same seed, as Nashra's seeds and as its peers' Markdown.

2.5 KB of UTF-8 each, over twenty years, in eight categories, with three to six of 200 tags, a few of which are in most
stories (Zipf). Words come from words.toml: roots of Arabic in its patterns. Each text names its own tags and nobody
else, so the desk finds what the header gives.
"""

from __future__ import annotations

import argparse
import json
import random
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words.toml")
FIRST, YEARS = datetime(2005, 1, 1, tzinfo=UTC), 20
SPAN = datetime(FIRST.year + YEARS, 1, 1, tzinfo=UTC) - FIRST
_SPAN = SPAN // timedelta(microseconds=1)
# The names under which topics.toml files these; peers show them, Nashra knows the slugs.
NAMES = {
    "domestic": "الشؤون الداخلية",
    "economy": "الاقتصاد",
    "diplomacy": "الدبلوماسية",
    "armed-conflict": "النزاعات المسلحة",
    "sport": "الرياضة",
    "technology": "التقنية",
    "health": "الصحة",
    "cyber": "الأمن السيبراني",
}
_CLAUSES = 20_000
_PARAGRAPHS = 6


@dataclass(frozen=True, slots=True)
class Story:
    """One story. ``number`` counts from the oldest; ``path`` is its file's, without an ending."""

    number: int
    moment: datetime
    headline: str
    paragraphs: tuple[str, ...]
    category: str
    tags: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"{self.moment:%Y}/{self.moment:%m}/{self.number:06}"


class Corpus:
    """``stories`` stories. The text of the n-th depends on ``seed`` and n alone, its date on how many there are.

    ``rare``: of how many rare tags each has one more, as an archive of twenty years has them; its text does not say it.
    """

    def __init__(self, stories: int, seed: int = 6, rare: int = 0) -> None:
        self.stories = stories
        self._seed = seed
        words: dict[str, Any] = tomllib.loads(WORDS.read_text("utf-8"))
        chance = random.Random(seed)
        self._categories = {slug: words["categories"][slug] for slug in NAMES}
        self._openings = words["openings"]
        self._joins = words["joins"]
        self._kinds = {name: words["says"][kind] for kind, names in words["tags"].items() for name in names}
        self.tags = tuple(chance.sample(list(self._kinds), len(self._kinds)))
        self._tag_weights = _zipf(self.tags)
        self._category_weights = _zipf(list(NAMES), 2)
        self._clauses = list(_clauses(words, chance))
        self._rare = list(_rare(words, chance, rare)) if rare else []
        self._rare_weights = _zipf(self._rare)

    def __iter__(self) -> Iterator[Story]:
        return map(self.story, range(self.stories))

    def story(self, number: int) -> Story:
        """Return the story ``number``, from the oldest, 0; there is always one more, newer than all."""
        chance = random.Random(self._seed << 32 | number)
        tags: dict[str, None] = {}
        wanted = chance.randint(3, 6)
        while len(tags) < wanted:
            tags[chance.choices(self.tags, cum_weights=self._tag_weights)[0]] = None
        category = chance.choices(list(NAMES), cum_weights=self._category_weights)[0]
        terms = self._categories[category]
        said = [chance.choice(self._kinds[tag]).format(tag) for tag in tags]
        clauses = chance.choices(self._clauses, k=_PARAGRAPHS * 4 + 1)
        # Every story's first tag comes back in its last paragraph, as the matter of a story does.
        places = [*said, *[""] * (_PARAGRAPHS - 1 - len(said)), said[0]][-_PARAGRAPHS:]
        paragraphs = []
        for at in range(_PARAGRAPHS):
            one, two, three, four = clauses[at * 4 : at * 4 + 4]
            opening = chance.choice(self._openings) if at else ""
            join, other = chance.choices(self._joins, k=2)
            tail = f" {places[at]}" if places[at] else ""
            about, again = chance.choices(terms, k=2)
            paragraphs.append(f"{opening}{one} بشأن {about}{tail}{join}{two}. وقد {three} حول {again}{other}{four}.")
        if self._rare:
            tags[chance.choices(self._rare, cum_weights=self._rare_weights)[0]] = None
        return Story(
            number,
            FIRST + timedelta(microseconds=_SPAN * number // max(self.stories, 1)),
            f"{clauses[-1]} بشأن {terms[number % len(terms)]} {said[0]}",
            tuple(paragraphs),
            category,
            tuple(tags),
        )


def _zipf(many: Sequence[str], shift: int = 0) -> list[float]:
    """Return cumulative weights by which the n-th is chosen as often as Zipf says; flatter with a ``shift``."""
    return list(accumulate(1 / (rank + shift) for rank in range(1, len(many) + 1)))


def _clauses(words: dict[str, Any], chance: random.Random) -> Iterator[str]:
    """Yield clauses of a verb, nouns and an adjective; the commonest words are much commoner than the rest."""
    forms, unlike = {}, set(words["unlike"])
    for kind in ("verbs", "nouns", "adjectives"):
        made = [_filled(pattern, root) for root in words["roots"] for pattern in words[kind]]
        made = [one for one in dict.fromkeys(made) if one not in unlike]
        chance.shuffle(made)
        forms[kind] = made, _zipf(made, 20)

    def word(kind: str) -> str:
        made, weights = forms[kind]
        return chance.choices(made, cum_weights=weights)[0]

    for _ in range(_CLAUSES):
        first = chance.choice(words["common"]) if chance.random() < 0.4 else f"ال{word('nouns')}"
        adjective = f" ال{word('adjectives')}" if chance.random() < 0.7 else ""
        second = f" {_owned(word('nouns'), chance.choice(words['endings']))}" if chance.random() < 0.4 else ""
        last = chance.choice(words["common"]) if chance.random() < 0.3 else f"ال{word('nouns')}"
        yield f"{word('verbs')} {first}{adjective} {chance.choice(words['plain'])}{second} {last}"


def _rare(words: dict[str, Any], chance: random.Random, count: int) -> Iterator[str]:
    """Yield so many names of two words, none twice."""
    nouns, adjectives = (
        [_filled(pattern, root) for root in words["roots"] for pattern in words[kind]]
        for kind in ("nouns", "adjectives")
    )
    made: dict[str, None] = {}
    while len(made) < count:
        made[f"ال{chance.choice(nouns)} ال{chance.choice(adjectives)}"] = None
    yield from made


def _filled(pattern: str, root: str) -> str:
    """Return a root in a pattern: «كتب» in «مفعلة» is «مكتبة»."""
    return pattern.translate(dict(zip(map(ord, "فعل"), root, strict=True)))


def _owned(noun: str, ending: str) -> str:
    """Return a noun with the ending that says whose it is: «مكتبة» with «ها» is «مكتبتها»."""
    return (noun[:-1] + "ت" if noun.endswith("ة") else noun) + ending


def nashra(story: Story, *header: str) -> str:
    """Return the story as a seed of ours, with more ``header`` lines."""
    lines = [
        f"التاريخ: {story.moment:%Y-%m-%dT%H:%M:%SZ}",
        f"القسم: {story.category}",
        f"الوسوم: {'، '.join(story.tags)}",
        *header,
        "",
        story.headline,
        *story.paragraphs,
    ]
    return "\n".join(lines) + "\n"


def hugo(story: Story) -> str:
    """Return the story as Hugo's Markdown."""
    lines = [
        "---",
        f"title: {_quoted(story.headline)}",
        f"date: {story.moment:%Y-%m-%dT%H:%M:%SZ}",
        f"categories: [{_quoted(NAMES[story.category])}]",
        f"tags: [{', '.join(map(_quoted, story.tags))}]",
        f"summary: {_quoted(story.paragraphs[0])}",
        "---",
        "\n\n".join(story.paragraphs),
    ]
    return "\n".join(lines) + "\n"


def pelican(story: Story) -> str:
    """Return the story as stock Pelican's Markdown."""
    lines = [
        f"Title: {story.headline}",
        f"Date: {story.moment:%Y-%m-%d %H:%M:%S}",
        f"Slug: {story.number:06}",
        f"Category: {NAMES[story.category]}",
        f"Tags: {', '.join(story.tags)}",
        f"Summary: {story.paragraphs[0]}",
        "",
        "\n\n".join(story.paragraphs),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# For whom stories are written: how, and into files of what name.
WRITERS: dict[str, tuple[Callable[[Story], str], str]] = {
    "nashra": (nashra, ".txt"),
    "hugo": (hugo, ".md"),
    "pelican": (pelican, ".md"),
}


def write(stories: Iterable[Story], folders: dict[str, Path]) -> None:
    """Write the stories below the folders, each for whom it is called after, in a folder a month."""
    made: set[Path] = set()
    for story in stories:
        for name, folder in folders.items():
            text, ending = WRITERS[name]
            path = folder / (story.path + ending)
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            path.write_bytes(text(story).encode())


def main() -> None:
    """Write a corpus, for trying."""
    parser = argparse.ArgumentParser(description="Write made-up stories as seeds, or as another builder's Markdown.")
    parser.add_argument("stories", type=int)
    for name in WRITERS:
        parser.add_argument(f"--{name}", type=Path, metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--rare", type=int, default=0, metavar="N", help="one more tag a story, of N rare ones")
    asked = vars(parser.parse_args())
    folders = {name: asked[name] for name in WRITERS if asked[name]}
    if not folders:
        parser.error("name a folder, such as --nashra seeds")
    write(Corpus(asked["stories"], asked["seed"], asked["rare"]), folders)


if __name__ == "__main__":
    main()
