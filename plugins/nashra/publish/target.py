"""What every place that the public reads from is asked for: a folder of releases, a bucket, another machine."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from nashra.errors import Problem


class Published(NamedTuple):
    """What publishing did: in words; what is wrong with it and was shown by force all the same; and the names of the
    files that the public sees in another state than before, or no more."""

    done: str
    wrong: list[Problem]
    changed: frozenset[str]


class Target(Protocol):
    """A place that the public reads from."""

    def publish(
        self,
        address: str,
        assets: str,
        *,
        written: Collection[str],
        keep: int,
        force: bool,
        ahead: Callable[[frozenset[str]], None] = ...,
    ) -> Published:
        """Show the public what a build wrote for the site at ``address``; hashed files lie below the folder ``assets``;
        ``keep`` is how many states are kept to go back to, where the place keeps any.

        ``ahead`` is told the names of what changes before the public sees any of it. Raises the first Problem where it
        must not be shown; the public sees what it saw.
        """
