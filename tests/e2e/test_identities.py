"""A thousand things that newsrooms do to their files, and no story that loses its id or its link over them."""

from __future__ import annotations

import os
import random
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import new_site
from press import prose

_ROOM = 14
_ACTS_A_BUILD = 3


@dataclass
class Story:
    """A story, told from all others by its ``number``, which its text names whatever else it says."""

    number: int
    headline: str
    paragraphs: list[str] = field(default_factory=list)


class Newsroom:
    """Does what newsrooms do, and looks at what became of each story's link."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance = folder, random.Random(seed)
        self.site = new_site(folder / "0", seed=False)
        self._plain()
        self.seeds: dict[str, list[Story]] = {}
        self.away: dict[str, list[Story]] = {}
        self.links: dict[int, str] = {}
        self.ids: dict[str, str] = {}
        self.count = self.acts = self.clones = 0
        self.clock = 1_600_000_000
        self.address = "https://nashra.example"
        # One thing happens to a seed between two builds: an editor saves, then builds.
        self.busy: set[str] = set()
        for _ in range(6):
            self.add()

    # --- what they do ----------------------------------------------------------------------------------------------

    def _text(self, number: int, words: int = 12) -> str:
        self.count += 1
        # So begun, it goes on with what stands above it, whatever the words are.
        return f"وأضاف المتحدث أن {prose(self.count, words)} في الملف {number} نفسه {prose(self.count + 7_000, 4)}."

    def _new_name(self) -> str:
        self.count += 1
        return f"{self.chance.choice(['', 'archive/', 'أرشيف/'])}{self.count:05}.txt"

    def _seed(self, least: int = 1) -> str:
        free = sorted(name for name, stories in self.seeds.items() if name not in self.busy and len(stories) >= least)
        if not free:
            return ""
        name = self.chance.choice(free)
        self.busy.add(name)
        return name

    def add(self) -> None:
        if sum(map(len, self.seeds.values())) >= _ROOM:
            return self.edit()
        self.count += 1
        number = 10_000 + self.count
        story = Story(number, prose(self.count, 6), [self._text(number) for _ in range(5)])
        name = self._new_name()
        self.busy.add(name)
        self.seeds[name] = [story]
        return None

    def edit(self) -> None:
        for story in self.seeds.get(self._seed(), []):
            story.paragraphs[self.chance.randrange(5)] = self._text(story.number)

    def edit_headline(self) -> None:
        for story in self.seeds.get(self._seed(), [])[:1]:
            story.headline = prose(self.count, 5)

    def rewrite(self) -> None:
        for story in self.seeds.get(self._seed(), [])[:1]:
            story.headline = prose(self.count + 1, 5)
            story.paragraphs = [self._text(story.number) for _ in range(5)]

    def rename(self) -> None:
        if name := self._seed():
            self.busy.add(new := self._new_name())
            self.seeds[new] = self.seeds.pop(name)

    def split(self) -> None:
        if name := self._seed(2):
            self.busy.add(new := self._new_name())
            self.seeds[new] = [self.seeds[name].pop(self.chance.randrange(len(self.seeds[name])))]

    def join(self) -> None:
        one, other = self._seed(), self._seed()
        if one and other:
            self.seeds[one] += self.seeds.pop(other)

    def swap(self) -> None:
        if name := self._seed(2):
            self.seeds[name].reverse()

    def take_away(self) -> None:
        if len(self.seeds) > 4 and (name := self._seed()):
            self.away[name] = self.seeds.pop(name)

    def bring_back(self) -> None:
        if self.away:
            name, stories = self.away.popitem()
            self.busy.add(name)
            self.seeds[name] = stories

    def touch(self) -> None:
        for path in self.site.seeds.rglob("*.txt"):
            os.utime(path, (self.clock, self.chance.randrange(2**31)))

    def lose_the_cache(self) -> None:
        shutil.rmtree(self.site.folder / ".nashra", ignore_errors=True)

    def clone(self) -> None:
        self.clones += 1
        new = new_site(self.folder / str(self.clones), seed=False)
        shutil.copytree(self.site.seeds, new.seeds, dirs_exist_ok=True)
        shutil.rmtree(self.site.folder)
        self.site = new
        self._plain()

    def move_the_site(self) -> None:
        self.address = f"https://{self.chance.choice(['news', 'www', 'old'])}.example/{self.chance.choice(['', 'ar'])}"

    # --- what becomes of it ----------------------------------------------------------------------------------------

    def build(self) -> None:
        self.clock += self.chance.choice([60, 90_000, -3_000])
        for path in self.site.seeds.rglob("*.txt"):
            if path.relative_to(self.site.seeds).as_posix() not in self.seeds:
                path.unlink()
        for name, stories in self.seeds.items():
            first, *others = stories
            parts = ["\n".join([first.headline, *first.paragraphs]), *("\n".join(one.paragraphs) for one in others)]
            text = "\n***\n".join(parts) + "\n"
            path = self.site.seeds / name
            if not path.exists() or path.read_text("utf-8") != text:
                self.site.seed(name, text)
        environ = {"SOURCE_DATE_EPOCH": str(self.clock), "FORCE": "1", "SITEURL": self.address.rstrip("/")}
        done = self.site.build("-s", "publishconf.py", **environ)
        assert (done.returncode, done.stderr) == (0, "")
        self.busy.clear()
        self.look()

    def look(self) -> None:
        """See that each story has one page, where it always was, and each link one id."""
        pages: dict[int, list[str]] = {}
        for path in self.site.output.glob("20*/**/*.html"):
            if path.name != "index.html":
                numbers = set(re.findall(r"في الملف (\d+) نفسه", path.read_text("utf-8").partition("<article")[2]))
                assert len(numbers) < 2, path
                for number in numbers:
                    pages.setdefault(int(number), []).append(path.relative_to(self.site.output).as_posix())
        assert pages.keys() == {story.number for stories in self.seeds.values() for story in stories}
        for number, found in pages.items():
            assert found == [self.links.setdefault(number, found[0])], self.site.folder
        for event in self.site.ledger():
            if event["event"] == "publish":
                assert self.ids.setdefault(str(event["permalink"]), str(event["uri"])) == event["uri"]

    def live(self, acts: int) -> None:
        ways = [self.add, self.edit, self.edit_headline, self.rewrite, self.rename, self.split, self.join, self.swap]
        ways += [self.take_away, self.bring_back, self.touch, self.lose_the_cache, self.clone, self.move_the_site]
        self.build()
        while self.acts < acts:
            for _ in range(_ACTS_A_BUILD):
                self.chance.choice(ways)()
                self.acts += 1
            self.build()
        assert len(self.links) == len(self.ids)

    def _plain(self) -> None:
        """Publish into a plain folder, without cards: hundreds of builds, of which none is kept."""
        with (self.site.folder / "publishconf.py").open("a", encoding="utf-8") as settings:
            settings.write("NASHRA_RELEASES = False\nNASHRA_CARDS = False\n")


def test_thirty_things(tmp_path: Path) -> None:
    Newsroom(tmp_path, 0).live(30)


@pytest.mark.slow
@pytest.mark.parametrize("newsroom", range(1, 6))
def test_a_thousand_things(newsroom: int, tmp_path: Path) -> None:
    Newsroom(tmp_path, newsroom).live(200)
