"""A site of hostile seeds beside a good one, built by real Pelican, and what was said and made of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from conftest import new_site
from hostile.corpus import Case

CANARY = "افتتاح معرض الكتاب\nافتتح وزير الثقافة معرض الكتاب بحضور عدد كبير من الناشرين.\n"
_LINE = re.compile(r"seeds/(?P<file>.+?)(?::(?P<line>\d+))?: (?P<wrong>.+); (?P<remedy>.+)")
_COPY = re.compile(r"seeds/(?P<file>.+\.txt): the same text as seeds/(?P<first>.+\.txt); published once")


class Built:
    """A site of ``cases`` and what was said of them."""

    def __init__(self, folder: Path, chosen: Iterable[Case]) -> None:
        self.site = new_site(folder, seed=False)
        conf = self.site.folder / "pelicanconf.py"
        conf.write_text(conf.read_text("utf-8") + "NASHRA_FEED_ITEMS = 100_000\n", "utf-8")
        self.site.seed("canary.txt", CANARY)
        self.cases = {f"{case.name}.txt": case for case in chosen}
        for case in self.cases.values():
            case.write(self.site)
        before = {path: path.read_bytes() for path in self.sources()}
        self.result = self.site.build(SOURCE_DATE_EPOCH="1626700000")
        assert {path: path.read_bytes() for path in self.sources()} == before
        self.problems: dict[str, list[re.Match[str]]] = {}
        self.copies: dict[str, str] = {}
        self.rest: list[str] = []
        for line in self.result.stderr.splitlines():
            if copy := _COPY.fullmatch(line):
                self.copies[copy["file"]] = copy["first"]
            elif problem := _LINE.fullmatch(line):
                name = re.sub(r"\.meta$", ".txt", problem["file"])
                self.problems.setdefault(name, []).append(problem)
            elif line.strip() and not line.startswith("Reading bulletins: "):
                self.rest.append(line)
        self.permalinks: dict[str, list[str]] = {}
        for event in self.site.ledger():
            self.permalinks.setdefault(str(event["seed"]), []).append(str(event["permalink"]))

    def sources(self) -> Iterator[Path]:
        """Yield every file of the project that no build may touch."""
        for path in sorted(self.site.folder.parent.rglob("*")):
            made = {"output", ".nashra", "__pycache__", "ledger.jsonl"} & {
                *path.relative_to(self.site.folder.parent).parts
            }
            if path.is_file() and not made:
                yield path

    def published(self) -> Iterator[tuple[Case, list[str]]]:
        """Yield the cases that were published, each with the pages of its stories."""
        for name, case in self.cases.items():
            if name in self.permalinks:
                yield case, self.permalinks[name]

    def read(self, path: str) -> str:
        return (self.site.output / path).read_text("utf-8")
