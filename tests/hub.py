"""What is at the other end of a ping: a WebSub hub with subscribers, and a server that takes in what it is sent, or
fails to in any way that is asked of it. On 127.0.0.1."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen
from xml.etree import ElementTree

from harness import answering

_LEASE = 3600
_ATOM = "{http://www.w3.org/2005/Atom}link"


@dataclass(frozen=True)
class Asked:
    """A request: its path with the query, headers by lower-case name, and body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode())


@contextmanager
def listening(answer: Callable[[Any, Asked], None], port: int = 0) -> Iterator[str]:
    """Run a server that has ``answer`` called with the handler and what was asked; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer(self, Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body))

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing: who asked may have gone."""

    with answering(Server(("127.0.0.1", port), Handler)) as address:
        yield address


def reply(handler: Any, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@dataclass
class Inbox:
    """A server that notes what it is sent and answers ``status``, or as ``answer`` does."""

    status: int = 200
    answer: Callable[[Any, Asked], None] | None = None
    address: str = ""
    got: list[Asked] = field(default_factory=list)

    def _answer(self, handler: Any, asked: Asked) -> None:
        self.got.append(asked)
        if self.answer:
            self.answer(handler, asked)
        else:
            reply(handler, self.status)

    @contextmanager
    def open(self, port: int = 0) -> Iterator[Inbox]:
        with listening(self._answer, port) as self.address:
            yield self

    def told(self) -> list[Any]:
        """Return the JSON of what came, and forget it."""
        came, self.got[:] = [json.loads(asked.body) for asked in self.got], []
        return came


@dataclass
class _Subscription:
    callback: str
    secret: str
    ends: float


@dataclass
class Hub:
    """A hub as W3C's Recommendation of 2018 has it: it verifies the intent (§5.3), fetches a topic when its publisher
    says that it changed, and where it did, delivers it whole (§7) with a signature (§7.1)."""

    address: str = ""
    # The topics that publishers said had changed, in the order they came.
    pings: list[str] = field(default_factory=list)
    subscriptions: dict[tuple[str, str], _Subscription] = field(default_factory=dict)
    _seen: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self) -> Iterator[Hub]:
        with listening(self._answer) as self.address:
            yield self

    def _answer(self, handler: Any, asked: Asked) -> None:
        form = {name: values[0] for name, values in asked.form.items()}
        mode, topic = form.get("hub.mode"), form.get("hub.topic", form.get("hub.url", ""))
        if asked.headers.get("content-type") != "application/x-www-form-urlencoded" or not topic:
            reply(handler, 400)
        elif mode == "publish":
            self.pings.append(form.get("hub.url", ""))
            reply(handler, 204)
            self._distribute(topic)
        elif mode in ("subscribe", "unsubscribe") and form.get("hub.callback"):
            reply(handler, 202)
            self._verify(mode, topic, form)
        else:
            reply(handler, 400)

    def _verify(self, mode: str, topic: str, form: dict[str, str]) -> None:
        callback, challenge = form["hub.callback"], secrets.token_hex(16)
        lease = min(int(form.get("hub.lease_seconds", _LEASE)), _LEASE)
        asks = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge, "hub.lease_seconds": str(lease)}
        try:
            with urlopen(f"{callback}{'&' if urlsplit(callback).query else '?'}{urlencode(asks)}", timeout=5) as answer:
                meant = answer.read().decode() == challenge
        except (HTTPError, URLError):
            meant = False
        if not meant:
            return
        if mode == "unsubscribe":
            self.subscriptions.pop((topic, callback), None)
            return
        # What it looks like now: what comes is told from it.
        self._seen[topic] = _digest(_fetched(topic)[0])
        self.subscriptions[topic, callback] = _Subscription(
            callback, form.get("hub.secret", ""), time.monotonic() + lease
        )

    def _distribute(self, topic: str) -> None:
        wanted = [
            one for (about, _), one in self.subscriptions.items() if about == topic and one.ends > time.monotonic()
        ]
        if not wanted:
            return
        try:
            body, kind = _fetched(topic)
        except (HTTPError, URLError):
            return
        if self._seen.get(topic) == _digest(body):
            return
        self._seen[topic] = _digest(body)
        for one in wanted:
            links = f'<{self.address}/>; rel="hub", <{topic}>; rel="self"'
            headers = {"Content-Type": kind, "Link": links}
            if one.secret:
                signed = hmac.new(one.secret.encode(), body, hashlib.sha256).hexdigest()
                headers["X-Hub-Signature"] = f"sha256={signed}"
            with urlopen(Request(one.callback, body, headers), timeout=5):
                pass


def _fetched(topic: str) -> tuple[bytes, str]:
    with urlopen(topic, timeout=5) as answer:
        return answer.read(), answer.headers["Content-Type"]


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass
class Subscriber:
    """Somebody who wants to hear of a topic: says so to the hub that the topic names, and waits for it to call."""

    address: str = ""
    wanted: set[str] = field(default_factory=set)
    got: list[Asked] = field(default_factory=list)
    leases: list[int] = field(default_factory=list)
    secret: str = "سر المشترك"

    @contextmanager
    def open(self) -> Iterator[Subscriber]:
        with listening(self._answer) as self.address:
            yield self

    def _answer(self, handler: Any, asked: Asked) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        if "hub.mode" not in query:
            signed = hmac.new(self.secret.encode(), asked.body, hashlib.sha256).hexdigest()
            right = hmac.compare_digest(asked.headers.get("x-hub-signature", ""), f"sha256={signed}")
            if right:
                self.got.append(asked)
            # One with a wrong signature is not told so (§7.1.1).
            reply(handler, 204)
        elif query["hub.topic"] in self.wanted:
            self.leases.append(int(query["hub.lease_seconds"]))
            reply(handler, 200, query["hub.challenge"].encode())
        else:
            reply(handler, 404)

    def subscribe(self, found: Discovered, mode: str = "subscribe") -> int:
        """Ask the hub of a topic, and return what it answers at first."""
        self.wanted.add(found.topic)
        asks = {
            "hub.mode": mode,
            "hub.topic": found.topic,
            "hub.callback": f"{self.address}/callback?id=1",
            "hub.secret": self.secret,
            "hub.lease_seconds": "86400",
        }
        with urlopen(Request(found.hub, urlencode(asks).encode()), timeout=5) as answer:
            return int(answer.status)


@dataclass(frozen=True)
class Discovered:
    """What a topic says of itself (§4), by headers and in its own words."""

    hub: str
    topic: str


def by_headers(address: str) -> Discovered:
    """Ask a server by HEAD, and read the Link headers (RFC 8288)."""
    with urlopen(Request(address, method="HEAD"), timeout=5) as answer:
        links = ", ".join(answer.headers.get_all("Link") or [])
    found = {rel: href for href, rel in re.findall(r'<([^>]*)>\s*;\s*rel="([^"]*)"', links)}
    return Discovered(found.get("hub", ""), found.get("self", ""))


def by_content(address: str) -> Discovered:
    """Fetch a feed, and read what it says."""
    with urlopen(address, timeout=5) as answer:
        body = answer.read()
    if address.endswith(".json"):
        told = json.loads(body)
        [hub] = told.get("hubs") or [{"type": "WebSub", "url": ""}]
        assert hub["type"] == "WebSub"
        return Discovered(hub["url"], told["feed_url"])
    links = [link for link in ElementTree.fromstring(body).iter(_ATOM) if link.get("rel") in ("hub", "self")]
    found = {str(link.get("rel")): str(link.get("href")) for link in links}
    assert len(links) == len(found), "one of each"
    return Discovered(found.get("hub", ""), found.get("self", ""))


def until(seen: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait until ``seen`` returns something true, and return that; what it returned last when time is over."""
    ends = time.monotonic() + seconds
    while not (found := seen()) and time.monotonic() < ends:
        time.sleep(0.02)
    return found
