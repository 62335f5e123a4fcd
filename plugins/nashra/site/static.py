"""The theme's files and the content folder's images, written like pages: only when their bytes changed."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from pelican.generators import StaticGenerator

from nashra.archive import intake
from nashra.errors import Problem
from nashra.settings import Settings
from nashra.site.content import Fenced
from nashra.site.fonts import Fonts


class StaticFiles(Fenced, StaticGenerator):
    """Pelican's static generator, through a writer that knows what it wrote and keeps what did not change."""

    def generate_context(self) -> None:
        """Find the files, and tell templates which fonts the theme's style sheets ask for, as ``theme_fonts``."""
        super().generate_context()
        self._theme = dict(self._theme_files())
        self._fonts = Fonts(Settings.read(self.settings).state)
        self._sheets = {
            name: self._fonts.dress(name, path.read_bytes(), self._theme)
            for name, path in self._theme.items()
            if name.endswith(".css")
        }
        self.context["theme_fonts"] = [f"{self.settings['THEME_STATIC_DIR']}/{name}" for name in self._fonts.files]

    def generate_output(self, writer: Any) -> None:
        """Copy the theme's static files, its fonts and the files of STATIC_PATHS."""
        for name, path in self._theme.items():
            data = self._sheets[name] if name in self._sheets else path.read_bytes()
            writer.write_bytes(f"{self.settings['THEME_STATIC_DIR']}/{name}", data)
        for name, data in self._fonts.files.items():
            writer.write_bytes(f"{self.settings['THEME_STATIC_DIR']}/{name}", data)
        for static in self.context["staticfiles"]:
            if not _hidden(Path(static.save_as)):
                try:
                    data = intake.read(Path(self.path, static.source_path))
                except Problem as problem:
                    self.refuse(static.source_path, problem)
                else:
                    writer.write_bytes(static.save_as, data)

    def _theme_files(self) -> Iterator[tuple[str, Path]]:
        ignored = self.settings["IGNORE_FILES"]
        for given in self.settings["THEME_STATIC_PATHS"]:
            top = Path(self.theme, given)
            for path in [top] if top.is_file() else sorted(top.rglob("*")):
                name = path.relative_to(top.parent if top.is_file() else top)
                if (
                    path.is_file()
                    and not _hidden(name)
                    and not any(fnmatch(part, glob) for part in name.parts for glob in ignored)
                ):
                    yield name.as_posix(), path


def _hidden(path: Path) -> bool:
    """Tell whether a part of a relative ``path`` begins with a dot."""
    return any(part.startswith(".") for part in path.parts)
