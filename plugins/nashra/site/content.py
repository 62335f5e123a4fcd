"""What of the content folder is read, and which addresses it may ask for: an editor's slip costs one file, no more."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError
from pelican.contents import Content, SkipStub
from pelican.generators import PelicanTemplateNotFound
from pelican.plugins import signals

from nashra.archive import intake
from nashra.errors import Problem, shown

if TYPE_CHECKING:
    from nashra.site.writer import NashraWriter

# Folders of the output that hold what machines are promised; the theme's has a setting.
_OURS = {"feeds", "search"}
_STATUS = "write published, draft or hidden"


@dataclass
class Slips:
    """What is wrong in the content folder in one build: the ``problems``, the paths that were ``refused``; and where
    each file was ``shown``, by its path below that folder."""

    problems: list[Problem] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)

    def take_up(self, other: Slips) -> None:
        """Note what was found elsewhere, too."""
        said = set(map(str, self.problems))
        self.problems += [problem for problem in other.problems if str(problem) not in said]
        self.refused |= other.refused
        self.shown |= other.shown

    def keep(self, before: Mapping[str, str], content: Path, writer: NashraWriter) -> dict[str, str]:
        """Leave on the site what earlier builds made of files that are refused now; return where each file is shown,
        for the next build, as ``before`` is of the last."""
        shown = {path: name for path, name in before.items() if os.path.lexists(content / path)} | self.shown
        for path, name in shown.items():
            above = {path, *map(str, PurePath(path).parents)}
            if path not in self.shown and above & self.refused and writer.has(name):
                writer.keep(name)
        return shown


class Fenced:
    """A generator that reads regular files of the content folder, through no link, and says what it leaves out.

    ``slips`` are those of all such generators of a build.
    """

    slips: Slips
    path: str
    context: dict[str, Any]
    settings: dict[str, Any]

    def refuse(self, path: str, problem: Problem) -> None:
        """Say what is wrong with the file at ``path``, below the content folder; once, whoever finds it."""
        problem = problem.at(shown(Path(self.path, path)))
        self.slips.refused.add(path)
        if str(problem) not in map(str, self.slips.problems):
            self.slips.problems.append(problem)

    # --- files -------------------------------------------------------------------------------------------------

    def get_files(
        self, paths: str | Iterable[str], exclude: Iterable[str] | None = None, extensions: Any = None
    ) -> set[str]:
        """Return the files below ``paths``, as Pelican's own does, that are files and nothing else."""
        out = {os.path.normpath(name) for name in exclude or ()}
        top = [paths] if isinstance(paths, str) else paths
        return {name for path in top for name in self._below(os.path.normpath(path or "."), out, extensions)}

    def _below(self, path: str, exclude: set[str], extensions: Any) -> Iterator[str]:
        waiting = [path]
        for name in waiting:
            place = Path(self.path, name)
            # What the settings name may be a link.
            info = place.lstat() if name != path else place.stat() if place.exists() else None
            if info is None or any(fnmatch(place.name, glob) for glob in self.settings["IGNORE_FILES"]):
                continue
            if place.is_dir() and (name == path or not place.is_symlink()):
                try:
                    below = sorted(each.name for each in place.iterdir())
                except OSError as error:
                    self.refuse(name, Problem(f"it cannot be read ({error.strerror})", "check its permissions"))
                    continue
                waiting += (each for one in below if (each := os.path.normpath(f"{name}/{one}")) not in exclude)
            elif place.is_symlink() or self._include_path(name, extensions):  # type: ignore[attr-defined]
                problem = intake.unfit(name, info)
                if problem:
                    self.refuse(name, problem)
                else:
                    yield name

    def add_static_links(self, content: Content) -> None:
        """Note the files that a hand-written text links to; say what is no file of the content folder."""
        for link in sorted(content.get_static_links()):
            if self._linkable(link):
                self.context["static_links"].add(link)
            else:
                wrong = f"it links to «{link[:80]}», which is no file of the content folder"
                self.refuse(content.source_path, Problem(wrong, "put the file there, or mend the link"))

    def _linkable(self, link: str) -> bool:
        parts = os.path.normpath(link).split("/")
        if parts[0] in ("", ".."):
            return False
        places = [Path(self.path, *parts[:depth]) for depth in range(1, len(parts) + 1)]
        try:
            return not any(map(Path.is_symlink, places)) and not intake.unfit(link, places[-1].lstat())
        except (OSError, ValueError):
            return False

    # --- what they hold ----------------------------------------------------------------------------------------

    def contents(
        self, paths: Iterable[str], exclude: Iterable[str], kind: type, signal: str
    ) -> Iterator[tuple[str, Any]]:
        """Yield what Pelican reads from the files below ``paths``, each with its path, None for one that is refused."""
        for path in sorted(self.get_files(paths, exclude)):
            try:
                content = self.read(path, kind, signal)
            except Problem as problem:
                self._add_failed_source_path(path)  # type: ignore[attr-defined]
                self.refuse(path, problem)
                yield path, None
                continue
            if content is not None:
                self.add_source_path(content)  # type: ignore[attr-defined]
                self.add_static_links(content)
                yield path, content

    def read(self, path: str, kind: type, signal: str) -> Any:
        """Return what Pelican reads from a file, None for one that is to be skipped. Raises Problem for one that cannot
        be read, or asks for what it cannot have."""
        try:
            content = self.readers.read_file(  # type: ignore[attr-defined]
                base_path=self.path,
                path=path,
                content_class=kind,
                context=self.context,
                preread_signal=getattr(signals, f"{signal}_generator_preread"),
                preread_sender=self,
                context_signal=getattr(signals, f"{signal}_generator_context"),
                context_sender=self,
            )
        except OSError as error:
            raise Problem(f"it cannot be read ({error.strerror})", "check its permissions") from None
        except Exception as error:  # any reader may raise anything; one bad file never costs a good one
            raise Problem(f"it cannot be read ({error})", "mend its first lines (Title:, Date:, Category:)") from None
        if isinstance(content, SkipStub):
            return None
        if not all(getattr(content, name, "") for name in content.mandatory_properties):
            names = [name.capitalize() for name in content.mandatory_properties]
            wrong = f"it lacks a {' or a '.join(map(str.lower, names))}"
            raise Problem(wrong, f"begin it with {' and '.join(f'{name}:' for name in names)} lines")
        if content.status not in content.allowed_statuses:
            raise self._wrong(path, "status", f"its status «{content.status[:40]}» cannot be", _STATUS)
        self._check_address(path, content)
        with suppress(PelicanTemplateNotFound):
            self.get_template(content.template)  # type: ignore[attr-defined]
            return content
        wrong = f"the theme has no template «{content.template[:40]}»"
        raise self._wrong(path, "template", wrong, "name another, or leave that line out")

    def _check_address(self, path: str, content: Content) -> None:
        name = content.save_as
        if not name:
            return
        parts, asked = name.split("/"), "save_as" if "save_as" in content.metadata else "slug"
        remedy = f"give it another {asked.capitalize()}: line"
        if not name.isprintable() or "\\" in name or any(part.startswith(".") or not part for part in parts):
            raise self._wrong(path, asked, f"its address «{name[:80]}» leads outside the site", remedy)
        if not name.endswith(".html"):
            raise self._wrong(path, asked, f"its address «{name[:80]}» is no page's", "end it with .html")
        if parts[0] in _OURS | {self.settings["THEME_STATIC_DIR"]}:
            raise self._wrong(path, asked, f"the folder {parts[0]}/ of the site is not for pages", remedy)

    def _wrong(self, path: str, key: str, wrong: str, remedy: str) -> Problem:
        """Return a problem with the line of a file that begins with ``key``."""
        with suppress(OSError, ValueError):
            for number, line in enumerate(Path(self.path, path).read_text("utf-8").split("\n"), 1):
                if line.partition(":")[0].strip().lower() == key:
                    return Problem(wrong, remedy, line=number)
        return Problem(wrong, remedy)

    @contextmanager
    def showing(self, content: Content) -> Iterator[None]:
        """Show a text meanwhile; the template it asked for may not be made for such."""
        try:
            yield
            self.slips.shown[content.relative_source_path] = content.save_as
        except TemplateError as error:
            if "template" not in content.metadata:
                raise
            wrong = f"the template «{content.template}» is not for such a text ({error})"
            path = content.relative_source_path
            self.refuse(path, self._wrong(path, "template", wrong, "name another, or leave that line out"))
