"""Nashra: Arabic wire bulletins in; a right-to-left news site with a feed for every category and tag out.

A Pelican plugin. In pelicanconf.py::

    PLUGINS = ["nashra"]
    PELICAN_CLASS = "nashra.Nashra"
"""

from __future__ import annotations

from typing import Any


def register() -> None:
    """Let Pelican know the plugin by name; what it does hangs on ``Nashra``, Pelican's own seam for it."""


def __getattr__(name: str) -> Any:
    # Pelican is imported only when a site is built: analysing a bulletin needs none of it.
    if name == "Nashra":
        from nashra.site.pelican import Nashra  # noqa: PLC0415

        return Nashra
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
