"""Requests to servers that may be slow, broken or hostile: each is tried, all of them together end in time.

Nothing that an answer holds is used but its status: no redirect is followed, no body is read.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from http.client import HTTPException, RemoteDisconnected, responses
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    getproxies_environment,
)

# In seconds: how long a server may say nothing, and how long is waited before it is tried again.
_SILENT = 5.0
_WAITS = (0.25, 1.0)
# How many requests to one server are under way at once, and after how many in a row that failed it is left alone.
_AT_ONCE, _PATIENCE = 8, 3
# What a server answers that may think better of it (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4), beside all of 5xx.
_TRY_AGAIN = (408, 425, 429)
_TOO_MANY = 429


class Post(NamedTuple):
    """A POST request: the absolute address, the media type and bytes of what is sent, further headers."""

    to: str
    type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Outcome(NamedTuple):
    """What became of a request: ``error`` says in words why it failed, "" where it did not; ``refused`` that the server
    wants none such."""

    error: str
    refused: bool = False


def send(posts: Sequence[Post], seconds: float) -> list[Outcome]:
    """Send all of them, and return what became of each, after so many seconds at most.

    What has the same address is sent to one server: the first goes alone, so that a server that cannot be reached is
    asked three times and no more. HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment count.
    """
    if not posts:
        return []
    ends = time.monotonic() + seconds
    lanes = {post.to: _Lane(ends) for post in posts}
    for at, post in enumerate(posts):
        lanes[post.to].waiting.append((at, post))
    for lane in lanes.values():
        lane.start()
    for lane in lanes.values():
        lane.ended.wait(max(0.0, ends - time.monotonic()))
    found = {at: outcome for lane in lanes.values() for at, outcome in dict(lane.outcomes).items()}
    return [found.get(at) or Outcome(lanes[post.to].why or lanes[post.to].last) for at, post in enumerate(posts)]


class _Lane:
    """The requests to one address, in their order."""

    def __init__(self, ends: float) -> None:
        self.waiting: deque[tuple[int, Post]] = deque()
        self.outcomes: dict[int, Outcome] = {}
        self.ended = threading.Event()
        # Why the server is left alone, "" while it is not.
        self.why = ""
        # What is said of those whose time did not come.
        self.last = "no answer in time"
        self._ends = ends
        self._failed = 0

    def start(self) -> None:
        """Send them, in threads of their own."""
        if not _begin(self._run):
            self.why = "no thread was to be had"
            self.ended.set()

    def _run(self) -> None:
        try:
            self._opener = _opener()
            self._next()
            others = [_begin(self._drain) for _ in range(min(_AT_ONCE, len(self.waiting)) - 1)]
            self._drain()
            for other in filter(None, others):
                other.join()
        except Exception as error:  # of the machine's own: certificates that cannot be read
            self.why = _words(error)
        finally:
            self.ended.set()

    def _drain(self) -> None:
        while self.waiting and not self.why:
            self._next()

    def _next(self) -> None:
        try:
            at, post = self.waiting.popleft()
        except IndexError:
            return
        outcome, answered = self._tried(post)
        if outcome is None:
            return
        self.outcomes[at] = outcome
        self.last = outcome.error or "no time was left"
        self._failed = self._failed + 1 if outcome.error and not outcome.refused else 0
        if self._failed >= _PATIENCE or (self._failed and not answered):
            self.why = outcome.error

    def _tried(self, post: Post) -> tuple[Outcome | None, bool]:
        """Return what became of a request, None where there was no time for it; and whether it was answered so that
        others need not wait."""
        outcome: Outcome | None = None
        answered = False
        for wait in (*_WAITS, 0.0):
            left = self._ends - time.monotonic()
            if left <= 0 or self.why:
                break
            try:
                status = _status(self._opener, post, min(_SILENT, left))
            except Exception as error:  # whatever a server does, it is one that failed
                if time.monotonic() >= self._ends:
                    break
                outcome, answered = Outcome(_words(error)), False
            else:
                outcome, answered = _judged(status), status != _TOO_MANY
                if not outcome.error or outcome.refused or not answered:
                    break
            self.last = outcome.error
            time.sleep(max(0.0, min(wait, self._ends - time.monotonic())))
        return outcome, answered


def _begin(work: Callable[[], None]) -> threading.Thread | None:
    """Do it in a thread; return None where none is to be had."""
    # A thread that a server keeps waiting must hold up no process that wants to end.
    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread


def _opener() -> OpenerDirector:
    """Return what opens addresses of the web, and of nothing else, and takes any answer as one."""
    opener = OpenerDirector()
    proxies = ProxyHandler(getproxies_environment())
    for handler in (proxies, HTTPHandler(), HTTPSHandler(context=ssl.create_default_context())):
        opener.add_handler(handler)
    return opener


def _status(opener: OpenerDirector, post: Post, timeout: float) -> int:
    headers = {"Content-Type": post.type, "User-Agent": "Nashra", **dict(post.headers)}
    with opener.open(Request(post.to, post.body, headers, method="POST"), timeout=timeout) as answer:
        return int(answer.status)


def _judged(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome("")
    # Of what a server says itself not a word is shown.
    said = f"it answered {status}{f' {responses[status]}' if status in responses else ''}"
    return Outcome(said, refused=status < 500 and status not in _TRY_AGAIN)


def _words(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {reason.verify_message}"
    if isinstance(reason, ssl.SSLError):
        return "it speaks no TLS that we know"
    if isinstance(reason, RemoteDisconnected):
        return "it hung up"
    if isinstance(reason, HTTPException):
        return "what it answered is no HTTP"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    return type(reason).__name__
