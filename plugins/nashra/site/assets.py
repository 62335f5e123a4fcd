"""The theme's files, each also under a name that changes with its bytes: browsers may keep such a file for ever.

Pages and feeds name files so, with ``asset("main.css")``; under its plain name a file stays for whoever has no page to
ask: the service worker, an old page, a browser that guesses. A style sheet or script that leads to another file of the
theme, with ``url(…)`` or ``"./search.js"``, leads to it under that name too.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping

from nashra.errors import Problem

_LEADING = (".css", ".js")
_LINK = re.compile(rb"""(?P<before>url\(["']?|["'](?=\./))(?P<address>[\w./-]+)(?=["')])""")


class Assets:
    """The ``files`` of a theme, by their path below its static folder, which pages know as ``static``.

    All are hashed in every build: themes are small.
    """

    def __init__(self, static: str, files: Mapping[str, bytes]) -> None:
        self._static = static
        self._files = files
        self._dressed: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        """The changing name of each file, below the static folder; a name without an ending stays."""
        for name in files:
            self._name(name, ())

    def __call__(self, name: str) -> str:
        """Return the path of a file, relative to the site. Raises Problem where the theme has no such file."""
        if name not in self.names:
            raise Problem(
                "a template asks for it, and the theme has no such file", "add it, or mend asset(…)", path=name
            )
        return f"{self._static}/{self.names[name]}"

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Yield every path to write below the static folder, with what the file holds."""
        for name, data in self._dressed.items():
            yield name, data
            if self.names[name] not in self._files:
                yield self.names[name], data

    def _name(self, name: str, asking: tuple[str, ...]) -> str:
        """Return the changing name of a file that the files ``asking`` lead to."""
        if name not in self.names:
            data = self._files[name]
            if name.endswith(_LEADING):
                data = _LINK.sub(lambda link: self._link(link, name, (*asking, name)), data)
            self._dressed[name] = data
            stem, ending = posixpath.splitext(name)
            self.names[name] = f"{stem}-{hashlib.sha256(data).hexdigest()[:10]}{ending}" if ending else name
        return self.names[name]

    def _link(self, link: re.Match[bytes], name: str, asking: tuple[str, ...]) -> bytes:
        address = link["address"].decode()
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
        # Two that lead to each other cannot both be named after what the other holds.
        if target not in self._files or target in asking:
            return link[0]
        folder, _, _ = address.rpartition(posixpath.basename(target))
        return link["before"] + (folder + posixpath.basename(self._name(target, asking))).encode()
