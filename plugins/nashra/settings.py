"""Every NASHRA_* setting: its default, its meaning, its check. A wrong setting is one clear line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
    combined_feeds: dict[str, tuple[str, ...]] = field(
        default_factory=dict,
        metadata={"means": "feeds of several topics: a name to a list of category and tag slugs"},
    )
    websub_hub: str = field(
        default="", metadata={"means": "the address of the WebSub hub that feeds name, and that is told of each change"}
    )
    indexnow_key: str = field(
        default="", metadata={"means": "your IndexNow key: search engines are told of each changed story"}
    )
    indexnow_endpoint: str = field(
        default="https://api.indexnow.org/indexnow", metadata={"means": "where search engines are told (IndexNow)"}
    )
    webhooks: tuple[str, ...] = field(
        default=(), metadata={"means": "a list of addresses that are sent what changed, in JSON, after each publishing"}
    )
    feed_menu: bool = field(default=False, metadata={"means": "write /.well-known/feed-menu.json (a draft standard)"})
    cards: bool = field(default=True, metadata={"means": "draw a picture of each story for those who share its link"})
    offline: bool = field(default=False, metadata={"means": "let browsers keep what was read, to read it offline"})
    workers: int = field(default=2, metadata={"means": "how many processes make the pages of a large site"})
    executor: str = field(
        default="",
        metadata={"means": "a Dask cluster that makes a large site, as dask:tcp://127.0.0.1:8786; docs/scale.md"},
    )
    releases: bool = field(
        default=False,
        metadata={"means": "build beside the public folder, look it over, show it in one step; publishconf.py says so"},
    )
    target: str = field(
        default="",
        metadata={
            "means": "a folder, `s3://bucket/prefix`, `rsync://host/module` or `user@host:/path`: where to publish"
        },
    )
    keep_releases: int = field(default=5, metadata={"means": "how many releases are kept, to roll back to"})
    least_left: float = field(
        default=0.9, metadata={"means": "a build that would leave a smaller share of the stories is refused"}
    )
    force: bool = field(default=False, metadata={"means": "build and publish what would be refused: `FORCE=1`"})
    feed_items: int = field(default=50, metadata={"means": "how many of the newest stories a feed holds"})

    @classmethod
    def read(cls, pelican: Mapping[str, Any]) -> Settings:
        """Return the settings among Pelican's. Raises Problem for an unknown name or a value that cannot be."""
        known = {_PREFIX + f.name.upper(): f for f in fields(cls)}
        defaults = cls()
        values: dict[str, Any] = {}
        for name, value in sorted(pelican.items()):
            if not name.startswith(_PREFIX):
                continue
            if name not in known:
                raise Problem(f"unknown setting {name}", f"known are {', '.join(known)}", path="pelicanconf.py")
            values[known[name].name] = _check(name, getattr(defaults, known[name].name), value)
        return cls(**values)


def _check(name: str, default: Any, value: Any) -> Any:
    wrong, shown = "", repr(value)
    if isinstance(default, Path):
        if not isinstance(value, str | Path) or not str(value):
            wrong = "give a path"
        value = Path(str(value)).absolute()
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            wrong = "give True or False"
    elif isinstance(default, dict):
        value = _combined(value)
        if value is None:
            wrong = 'give names and lists of slugs, like {"security": ["cyber", "armed-conflict"]}'
    elif isinstance(default, int):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            wrong = "give a whole number above zero"
    elif isinstance(default, float):
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            wrong = "give a share, from 0 to 1"
    elif isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) and _is_address(one) for one in value):
            # Such an address may be as good as a password.
            shown, wrong = "…", "give a list of web addresses, percent-encoded and without a password"
        else:
            value = tuple(dict.fromkeys(value))
    elif not isinstance(value, str):
        wrong = "give a text"
    elif name == "NASHRA_EXECUTOR" and not re.fullmatch(r"(dask:(tcp|tls)://[!-~]+)?", value):
        wrong = "give a Dask scheduler, as dask:tcp://127.0.0.1:8786, or an empty text for this machine"
    elif name == "NASHRA_WEBSUB_HUB" and value and not _is_address(value):
        wrong = "give a web address, percent-encoded and without a password, or an empty text for none"
    elif name == "NASHRA_INDEXNOW_ENDPOINT" and not _is_address(value):
        wrong = "give a web address, percent-encoded and without a password"
    elif name == "NASHRA_INDEXNOW_KEY" and value and not re.fullmatch(r"[A-Za-z0-9-]{8,128}", value):
        wrong = "give 8 to 128 Latin letters, digits and dashes, or an empty text for none"
    elif name == "NASHRA_DOMAIN" and not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", value):
        wrong = "give a domain in ASCII lower case, like nashra.example"
    elif name == "NASHRA_DOMAIN_SINCE" and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
        wrong = "give a date, like 2026 or 2026-11-24"
    if wrong:
        raise Problem(f"{name} = {shown} cannot be", wrong, path="pelicanconf.py")
    return value


def _is_address(value: str) -> bool:
    """Tell whether something can be sent to ``value``, and it be written into a page or a header as it stands."""
    if not re.fullmatch(r"https?://[!-~]+", value) or re.search(r'[<>"\\^`{|}]', value):
        return False
    try:
        there = urlsplit(value)
        return bool(there.hostname) and "@" not in there.netloc and there.port != 0
    except ValueError:
        return False


def _combined(value: Any) -> dict[str, tuple[str, ...]] | None:
    """Return the combined feeds that ``value`` names, None when it cannot be read so."""
    if not isinstance(value, Mapping):
        return None
    made: dict[str, tuple[str, ...]] = {}
    for name, topics in value.items():
        right = isinstance(name, str) and re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)
        if not right or not isinstance(topics, list | tuple) or not topics:
            return None
        if not all(isinstance(topic, str) and topic for topic in topics):
            return None
        made[name] = tuple(dict.fromkeys(topics))
    return made
