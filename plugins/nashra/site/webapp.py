"""The site as an app: its manifest and icon where browsers look for them, and, by setting, pages to read offline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pelican.generators import PelicanTemplateNotFound

if TYPE_CHECKING:
    from nashra.site.generator import StoriesGenerator
    from nashra.site.writer import NashraWriter

_BRAND, _PAPER = "#0b4a5c", "#fdfcfa"
_ICONS = {"icon-192.png", "icon.png", "icon-maskable.png"}
# What a page needs to be read as it should; scripts of search and feeds are of no use offline.
_SHELL = (".css", ".woff2", "favicon.svg", "offline.js")


def manifest(name: str, description: str, language: str, asset: Callable[[str], str]) -> bytes:
    """Return the site's web app manifest. Its addresses are relative to itself, so that it holds anywhere."""
    icons = [
        {"src": asset("icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": asset("icon.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": asset("icon-maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    found: dict[str, Any] = {
        "name": name,
        "short_name": name,
        "description": description,
        "lang": language,
        "dir": "rtl",
        "id": "./",
        "start_url": "./",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": _PAPER,
        "theme_color": _BRAND,
        "categories": ["news"],
        "icons": icons,
    }
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def worker(shell: dict[str, bytes], script: str) -> bytes:
    """Return the service worker: what to keep from the start, and the theme's script that does the rest.

    Its bytes change with any byte of the ``shell`` (files by name), so that browsers take in the new one.
    """
    made = hashlib.sha256()
    for name, data in sorted(shell.items()):
        made.update(f"{name}\n{len(data)}\n".encode() + data)
    told = json.dumps({"version": made.hexdigest()[:16], "files": sorted(shell)})
    return f"self.shell = {told};\nimportScripts({json.dumps(script)});\n".encode()


class WebApp:
    """Writes what makes the site an app. Call it when every file of the theme is written. Costs what the theme has."""

    def __init__(self, desk: StoriesGenerator, writer: NashraWriter) -> None:
        self._desk = desk
        self._writer = writer
        self._static = desk.settings["THEME_STATIC_DIR"]
        self._asset = desk.context["asset"]

    def write(self) -> None:
        """Write the manifest and the icon; the service worker and the page it shows where the setting is on."""
        settings = self._desk.settings
        if self._asset.names.keys() >= _ICONS:
            name, subtitle = settings["SITENAME"], settings.get("SITESUBTITLE") or settings["SITENAME"]
            data = manifest(name, subtitle, settings["DEFAULT_LANG"], self._asset)
            self._writer.write_bytes("site.webmanifest", data)
        icon = f"{self._static}/favicon.ico"
        # Feed readers and old browsers ask for it here without being told.
        if icon in self._writer.written and "favicon.ico" not in self._writer.written:
            self._writer.write_bytes("favicon.ico", self._writer.read(icon))
        if self._desk.nashra.offline:
            self._write_offline()

    def _write_offline(self) -> None:
        if "sw.js" not in self._asset.names:
            return
        try:
            template = self._desk.get_template("offline")
        except PelicanTemplateNotFound:
            return
        # Shown for any address, at any depth: its links are absolute, as those of 404.html.
        write: Any = self._writer.write_file
        write("offline.html", template, self._desk.context, relative_urls=False, url="offline.html")
        # By plain names, so that a page kept from before a change of the theme finds them too (theme/static/sw.js).
        shell = [name for name in self._asset.names if name.endswith(_SHELL)]
        names = ["offline.html", *(f"{self._static}/{name}" for name in shell), *self._desk.context["theme_fonts"]]
        files = {name: self._writer.read(name) for name in names}
        self._writer.write_bytes("sw.js", worker(files, self._asset("sw.js")))
