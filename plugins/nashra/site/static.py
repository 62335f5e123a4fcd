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
from nashra.site.assets import Assets
from nashra.site.content import Fenced
from nashra.site.fonts import Fonts


class StaticFiles(Fenced, StaticGenerator):
    """Pelican's static generator, through a writer that knows what it wrote and keeps what did not change."""

    def generate_context(self) -> None:
        """Find the files; give templates ``asset``, and as ``theme_fonts`` the fonts that style sheets ask for."""
        super().generate_context()
        static, fonts = self.settings["THEME_STATIC_DIR"], Fonts(Settings.read(self.settings).state)
        theme = {name: path.read_bytes() for name, path in self._theme_files()}
        sheets = {name: fonts.dress(name, data, theme) for name, data in theme.items() if name.endswith(".css")}
        self._assets, self._fonts = Assets(static, theme | sheets), fonts.files
        self.context["asset"] = self._assets
        self.context["theme_fonts"] = [f"{static}/{name}" for name in self._fonts]

    def generate_output(self, writer: Any) -> None:
        """Copy the theme's static files, its fonts and the files of STATIC_PATHS."""
        for name, data in (*self._assets.written(), *self._fonts.items()):
            writer.write_bytes(f"{self.settings['THEME_STATIC_DIR']}/{name}", data)
        for static in self.context["staticfiles"]:
            if not _hidden(Path(static.save_as)):
                try:
                    data = intake.read(Path(self.path, static.source_path))
                except Problem as problem:
                    self.refuse(static.relative_source_path, problem)
                else:
                    writer.write_bytes(static.save_as, data)
                    self.slips.shown[static.relative_source_path] = static.save_as

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
