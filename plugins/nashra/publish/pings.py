"""What is owed to those who want to know that something was published, until they were told.

    public.releases/pings.json      written before the public sees a change, so that no crash loses a ping

Three kinds of receivers, behind one list: a WebSub hub is owed a request for each feed, IndexNow one for all stories,
a webhook one for all files. A thing that is owed twice is owed once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from nashra.disk import sync
from nashra.errors import Problem, shown
from nashra.publish.order import is_story
from nashra.publish.pack import PACKED
from nashra.publish.releases import GONE_MARK
from nashra.publish.sending import Post, send

WEBSUB, INDEXNOW, WEBHOOK = "websub", "indexnow", "webhook"
# What can have changed; everything, where it is too much to be listed.
FEED, STORY, PAGE, FILE, ALL = "feed", "story", "page", "file", "all"
# How many seconds a publishing may spend on it, and a person who waits for it.
WHEN_PUBLISHING, WHEN_ASKED = 20.0, 600.0
# What the environment may hold to sign webhooks with: never a setting, for those are kept in a repository.
SECRET = "NASHRA_WEBHOOK_SECRET"
# No more is owed to a receiver: IndexNow takes no more in one request.
_MOST = 10_000
# How many publishings go on to tell somebody who refuses to hear it.
_REFUSALS = 3
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
_WANTS = {WEBSUB: (FEED,), INDEXNOW: (STORY,), WEBHOOK: (FEED, STORY, PAGE, FILE, ALL)}
# What people subscribe to: no archive document, which lies in a folder of its feed's name (RFC 5005 §4).
_FEEDS = re.compile(r"feeds/(?:(?!all/)[^/]+/)?[^/]+\.(?:rss\.xml|atom\.xml|json)")
# What lies beside files for servers, and has no address.
_OURS = (*PACKED, GONE_MARK)
_NAMES = {WEBSUB: "hub", INDEXNOW: "IndexNow", WEBHOOK: "webhook"}


class Change(NamedTuple):
    """Something of the site that readers see in another state than before: its absolute address, what it is, and
    whether it is ``gone``."""

    address: str
    what: str
    gone: bool = False


class Receiver(NamedTuple):
    """Somebody who wants to know: the address to tell it to, and the ``key`` that IndexNow knows the site by."""

    kind: str
    to: str
    key: str = ""

    def wants(self, change: Change) -> bool:
        """Tell whether it is to hear of a change. A hub would find nothing where a feed was."""
        return change.what in _WANTS[self.kind] and not (self.kind == WEBSUB and change.gone)

    def __str__(self) -> str:
        # The path of a webhook may be as good as a password.
        to = "{0.scheme}://{0.netloc}".format(urlsplit(self.to)) if self.kind == WEBHOOK else self.to
        return f"{_NAMES[self.kind]} {to}"


def receivers(hub: str, key: str, endpoint: str, webhooks: Iterable[str]) -> list[Receiver]:
    """Return who is told what was published: a ``hub`` and an IndexNow ``endpoint``, where there are a hub and a
    ``key``, and webhooks, by their addresses."""
    found = [Receiver(WEBSUB, hub)] if hub else []
    found += [Receiver(INDEXNOW, endpoint, key)] if key else []
    return found + [Receiver(WEBHOOK, address) for address in webhooks]


class Ping(NamedTuple):
    """A change that a receiver was not told of yet: why not, "" where nobody tried; and how often it refused to hear
    it."""

    change: Change
    error: str = ""
    refused: int = 0


_Owed = dict[Receiver, dict[str, Ping]]


def changes(names: Iterable[str], there: Path, site: str) -> Iterator[Change]:
    """Yield what readers of the site at ``site`` see of the files that changed, by these names; ``there`` lies what it
    is to be. Costs a look or two for each."""
    for name in sorted(names):
        if name.endswith(_OURS) or (name.startswith(".") and not name.startswith(".well-known/")):
            continue
        address, what = f"{site}/{quote(name)}", _what(name)
        place = f"{there}/{name}"
        gone = not os.path.lexists(place) or (what in (STORY, PAGE) and os.path.lexists(f"{place}{GONE_MARK}"))
        yield Change(address, what, gone)
        if name == "index.html" or name.endswith("/index.html"):
            yield Change(address.removesuffix("index.html"), what, gone)


def _what(name: str) -> str:
    if _FEEDS.fullmatch(name):
        return FEED
    if is_story(name):
        return STORY
    return PAGE if name.endswith(".html") else FILE


class Pings:
    """The list of what is owed, beside the releases in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "pings.json"
        self.site = ""
        self._owed: _Owed = {}
        self._held = b""
        # What is wrong with the list itself; it ends no publishing.
        self.problems: list[Problem] = []
        try:
            self._held = self._path.read_bytes()
            self.site, self._owed = _read(json.loads(self._held))
        except FileNotFoundError:
            pass
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError) as error:
            self._wrong("it cannot be read", error)

    def __iter__(self) -> Iterator[tuple[Receiver, list[Ping]]]:
        """Yield the receivers, each with what it is owed in the order in which it is told."""
        for receiver, owed in self._owed.items():
            if owed:
                yield receiver, sorted(owed.values(), key=_first)

    def meant_for(self, receivers: Collection[Receiver], site: str) -> None:
        """From now on these are told of the site at ``site``, and nobody else."""
        # Of another site all is new, and it will be owed.
        before = self._owed if site == self.site else {}
        self.site = site
        self._owed = {receiver: before.get(receiver, {}) for receiver in receivers}

    def owe(self, changes: Iterable[Change]) -> None:
        """Note that the receivers are to be told, and have the disk hold it. Costs the changes, and what is owed."""
        if not self._owed:
            return
        for change in changes:
            for receiver, owed in self._owed.items():
                # Who is to hear that it was all needs no list.
                if receiver.wants(change) and self.site not in owed:
                    owed[change.address] = Ping(change)
                    if len(owed) > 2 * _MOST:
                        self._cut(receiver)
        for receiver in self._owed:
            self._cut(receiver)
        self._keep()

    def _cut(self, receiver: Receiver) -> None:
        """Leave a receiver no more than it can be told: what comes first, or that it was all."""
        owed = self._owed[receiver]
        if len(owed) <= _MOST:
            return
        kept = [Ping(Change(self.site, ALL))] if receiver.kind == WEBHOOK else sorted(owed.values(), key=_first)[:_MOST]
        owed.clear()
        owed.update((ping.change.address, ping) for ping in kept)

    def strike(self, before: Pings, after: Pings) -> None:
        """Strike off what was told meanwhile by a list that was this one ``before``, and is ``after``; not what was
        owed anew since, or tried again."""
        for receiver, pings in before:
            owed, left = self._owed.get(receiver, {}), after._owed.get(receiver, {})
            for ping in pings:
                address = ping.change.address
                if owed.get(address) == ping:
                    owed.pop(address)
                    owed |= {address: left[address]} if address in left else {}
        self._keep()

    def send(self, seconds: float, *, keep: bool = True) -> list[Problem]:
        """Tell everybody what they are owed, for so many seconds at most; strike off what was told, and ``keep`` the
        list. Return what was not, a line a receiver."""
        ends = time.monotonic() + seconds
        told = [(receiver, some, post) for receiver, pings in self for some, post in _posts(receiver, pings, self.site)]
        failed: dict[Receiver, list[Ping]] = {}
        # A hub fetches the feed at once: through a CDN that a webhook has told to forget the old one.
        for first in (True, False):
            wave = [one for one in told if (one[0].kind == WEBHOOK) == first]
            outcomes = send([post for *_, post in wave], seconds / 2 if first else ends - time.monotonic())
            for (receiver, some, _), (error, refused) in zip(wave, outcomes, strict=True):
                for ping in some:
                    del self._owed[receiver][ping.change.address]
                    if error:
                        failed.setdefault(receiver, []).append(Ping(ping.change, error, ping.refused + refused))
        problems: list[Problem] = []
        for receiver, pings in failed.items():
            again = {ping.change.address: ping for ping in pings if ping.refused < _REFUSALS}
            self._owed[receiver] |= again
            problems += _said(receiver, pings, len(again))
        if keep:
            self._keep()
        return [*self.problems, *problems]

    def _keep(self) -> None:
        """Have the disk hold the list. Where it cannot, publishing goes on: readers come before pings."""
        beside, data = self._path.with_suffix(".tmp"), _written(self.site, self._owed)
        if data == self._held:
            return
        try:
            if not self._owed:
                self._path.unlink(missing_ok=True)
                return
            beside.unlink(missing_ok=True)
            # The address of a webhook is for nobody else to read.
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with open(handle, "wb") as file:
                file.write(data)
            sync(beside)
            beside.replace(self._path)
            self._held = data
            sync(self._path.parent)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            self._wrong("it cannot be written", error)

    def _wrong(self, what: str, error: Exception) -> None:
        why = getattr(error, "strerror", None) or "it is no list of pings"
        remedy = "mend that, or some are not told of a change"
        self.problems = self.problems or [Problem(f"{what} ({why})", remedy, path=shown(self._path))]


def _first(ping: Ping) -> tuple[bool, int, str]:
    """Order what is owed: what failed before goes last, lest it hold up the rest; feeds of much before feeds of
    little."""
    return bool(ping.error), ping.change.address.count("/"), ping.change.address


def _said(receiver: Receiver, failed: Collection[Ping], again: int) -> Iterator[Problem]:
    """Yield what to say of what a receiver was not told, ``again`` of which will be tried once more."""
    # Of many reasons the one that was given most often.
    [(why, _)] = Counter(ping.error for ping in failed).most_common(1)
    if again:
        changes = f"{again:,} change{'s' if again > 1 else ''}"
        remedy = "the next publish sends it again, as does: nashra ping"
        yield Problem(f"it was not told of {changes} ({why})", remedy, path=str(receiver))
    if given_up := len(failed) - again:
        changes = f"{given_up:,} change{'s' if given_up > 1 else ''}"
        remedy = "see whether its address, and the key, are right"
        wrong = f"it refused {_REFUSALS} times to be told of {changes}, and is told no more ({why})"
        yield Problem(wrong, remedy, path=str(receiver))


# --- what is sent ----------------------------------------------------------------------------------------------------


def _posts(receiver: Receiver, pings: list[Ping], site: str) -> Iterator[tuple[list[Ping], Post]]:
    """Yield the requests that tell a receiver all of it, each with what it tells."""
    if receiver.kind == WEBSUB:
        for ping in pings:
            yield [ping], Post(receiver.to, _FORM, websub(ping.change.address))
        return
    changes = [ping.change for ping in pings]
    if receiver.kind == INDEXNOW:
        yield pings, Post(receiver.to, _JSON, indexnow(site, receiver.key, changes))
        return
    body = webhook(site, changes)
    secret = os.environb.get(SECRET.encode())
    yield pings, Post(receiver.to, _JSON, body, (("X-Hub-Signature-256", signature(secret, body)),) if secret else ())


def websub(topic: str) -> bytes:
    """Return what tells a hub that a feed changed.

    WebSub (W3C 2018, §6) leaves it to hub and publisher. All hubs take what PubSubHubbub 0.4 (§7.1) had, ``hub.url``,
    or the same under the name that subscribers use.
    """
    return urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}).encode()


def indexnow(site: str, key: str, changes: Iterable[Change]) -> bytes:
    """Return what tells search engines that stories changed or are gone (indexnow.org/documentation)."""
    told = {
        "host": urlsplit(site).netloc,
        "key": key,
        "keyLocation": f"{site}/{key}.txt",
        "urlList": [change.address for change in changes],
    }
    return json.dumps(told).encode()


def webhook(site: str, changes: Iterable[Change]) -> bytes:
    """Return what tells anybody what changed. ``all`` says that it was too much to be listed."""
    told: dict[str, Any] = {"site": site, "all": False, "pages": [], "feeds": [], "files": [], "gone": []}
    lists = {STORY: "pages", PAGE: "pages", FEED: "feeds", FILE: "files"}
    for change in changes:
        if change.what == ALL:
            told["all"] = True
        else:
            told["gone" if change.gone else lists[change.what]].append(change.address)
    return json.dumps(told).encode()


def signature(secret: bytes, body: bytes) -> str:
    """Return what proves to who knows the secret that ``body`` is from us: HMAC (RFC 2104) with SHA-256, in hex."""
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


# --- the file --------------------------------------------------------------------------------------------------------


def _written(site: str, owed: _Owed) -> bytes:
    rows = [
        receiver._asdict() | {"owed": [[*ping.change, ping.error, ping.refused] for ping in pings.values()]}
        for receiver, pings in owed.items()
    ]
    return json.dumps({"site": site, "receivers": rows}).encode() + b"\n"


def _read(made: Mapping[str, Any]) -> tuple[str, _Owed]:
    """Return the site and what is owed. Raises ValueError, TypeError, KeyError or AttributeError for what is no list of
    ours."""
    owed: _Owed = {}
    for row in made["receivers"]:
        receiver = Receiver(*(_text(row[field]) for field in Receiver._fields))
        if receiver.kind not in _WANTS:
            raise ValueError(receiver.kind)
        owed[receiver] = {}
        for address, what, gone, error, refused in row["owed"]:
            if what not in _WANTS[receiver.kind]:
                raise ValueError(what)
            change = Change(_text(address), what, bool(gone))
            owed[receiver][change.address] = Ping(change, _text(error), int(refused))
    return _text(made["site"]), owed


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
