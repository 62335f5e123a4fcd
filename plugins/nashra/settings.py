"""Every NASHRA_* setting: its default, its meaning, its check. A wrong setting is one clear line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from nashra.errors import Problem

_PREFIX = "NASHRA_"


@dataclass(frozen=True, slots=True)
class Settings:
    """The plugin's settings; each field is the setting NASHRA_<FIELD>."""

    seeds: Path = field(default=Path("seeds"), metadata={"means": "the folder of bulletins; its ledger lies there too"})
    state: Path = field(default=Path(".nashra"), metadata={"means": "the folder of the cache; safe to delete"})
    topics: Path = field(
        default=Path("topics.toml"), metadata={"means": "the categories and the words that speak for them"}
    )
    domain: str = field(default="nashra.example", metadata={"means": "your domain, part of every feed id; set it once"})
    domain_since: str = field(default="2026", metadata={"means": "a date (RFC 4151) from which the domain is yours"})
    max_seed_bytes: int = field(default=16 * 2**20, metadata={"means": "a larger seed is refused by name"})
    feed_items: int = field(default=50, metadata={"means": "how many of the newest stories a feed holds"})

    @classmethod
    def read(cls, pelican: Mapping[str, Any]) -> Settings:
        """Return the settings among Pelican's. Raises Problem for an unknown name or a value that cannot be."""
        known = {_PREFIX + f.name.upper(): f for f in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in sorted(pelican.items()):
            if not name.startswith(_PREFIX):
                continue
            if name not in known:
                raise Problem(f"unknown setting {name}", f"known are {', '.join(known)}", path="pelicanconf.py")
            values[known[name].name] = _check(name, known[name].default, value)
        return cls(**values)


def _check(name: str, default: Any, value: Any) -> Any:
    wrong = ""
    if isinstance(default, Path):
        if not isinstance(value, str | Path) or not str(value):
            wrong = "give a path"
        value = Path(str(value)).absolute()
    elif isinstance(default, int):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            wrong = "give a whole number above zero"
    elif not isinstance(value, str):
        wrong = "give a text"
    elif name == "NASHRA_DOMAIN" and not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", value):
        wrong = "give a domain in ASCII lower case, like nashra.example"
    elif name == "NASHRA_DOMAIN_SINCE" and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
        wrong = "give a date, like 2026 or 2026-11-24"
    if wrong:
        raise Problem(f"{name} = {value!r} cannot be", wrong, path="pelicanconf.py")
    return value
