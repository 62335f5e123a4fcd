"""Pings: what is owed to whom, what is sent, and that no server, crash or disk costs more than the bound or a line."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hub import Asked, Inbox, reply
from nashra import cli
from nashra.publish import pings as made
from nashra.publish import sending
from nashra.publish.pings import (
    ALL,
    FEED,
    FILE,
    INDEXNOW,
    PAGE,
    STORY,
    WEBHOOK,
    WEBSUB,
    Change,
    Pings,
    Receiver,
    changes,
)
from nashra.publish.releases import Releases
from nashra.publish.sending import Post, send

SITE = "https://nashra.example"
FEEDS = [f"{SITE}/feeds/{name}" for name in ("all.rss.xml", "tag/%D8%A8%D9%88%D8%AA%D9%8A%D9%86.json")]
STORIES = [f"{SITE}/2021/07/{number}-story.html" for number in range(3)]


@pytest.fixture(autouse=True)
def impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between the tries, but where that is what is tried."""
    if "patient" not in request.fixturenames:
        monkeypatch.setattr(sending, "_WAITS", (0.01, 0.03))


@pytest.fixture
def patient() -> None:
    """Wait as long as ever between the tries."""


def noted(folder: Path, *receivers: Receiver, feeds: list[str] = FEEDS, stories: list[str] | None = None) -> Pings:
    pings = Pings(folder)
    pings.meant_for(receivers, SITE)
    pings.owe([*(Change(feed, FEED) for feed in feeds), *(Change(story, STORY) for story in stories or [])])
    return pings


def owed(folder: Path) -> dict[str, list[str]]:
    """Return what is owed as it stands on the disk, by kind of receiver."""
    return {receiver.kind: [ping.change.address for ping in some] for receiver, some in Pings(folder)}


def free() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/hub"


@contextmanager
def accepting(speak: Any) -> Iterator[str]:
    """Run a server of one's own below HTTP: ``speak`` is given each connection, in a thread."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=attend, args=(connection,), daemon=True).start()

    def attend(connection: socket.socket) -> None:
        try:
            with connection:
                speak(connection)
        except OSError:
            pass

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hub"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


# --- which files are what --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("feeds/all.rss.xml", FEED),
        ("feeds/all.json", FEED),
        ("feeds/category/cyber.atom.xml", FEED),
        ("feeds/tag/بوتين.rss.xml", FEED),
        ("feeds/tag/2021-07.rss.xml", FEED),
        ("feeds/thread/قمة.json", FEED),
        # Documents of archives: nobody subscribes to what never grows.
        ("feeds/all/2021-07.rss.xml", FILE),
        ("feeds/category/cyber/2021-07.json", FILE),
        ("feeds/combined/security/2021-07.atom.xml", FILE),
        ("opml.xml", FILE),
        ("search/rules.json", FILE),
        (".well-known/feed-menu.json", FILE),
        ("2021/07/20/قصة.html", STORY),
        ("2021/07/قصة.html", STORY),
        ("2021/قصة.html", STORY),
        ("2021/07/2.html", PAGE),
        ("category/cyber.html", PAGE),
        ("tag/2021.html", PAGE),
    ],
)
def test_what_a_file_is_to_the_world(name: str, what: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("x")
    [change] = changes([name], tmp_path, SITE)
    assert (change.what, change.gone) == (what, False)
    assert change.address.isascii() and change.address.startswith(f"{SITE}/")


def test_an_index_has_two_addresses_and_what_servers_keep_has_none(tmp_path: Path) -> None:
    for name in ("index.html", "a.html"):
        (tmp_path / name).write_text("x")
    names = ["index.html", "a.html", "a.html.br", "a.html.gz", "a.html.gone", ".gone.nginx", ".nashra"]
    told = [(one.address, one.gone) for one in changes(names, tmp_path, SITE)]
    assert told == [(f"{SITE}/a.html", False), (f"{SITE}/index.html", False), (f"{SITE}/", False)]


def test_what_is_withdrawn_or_no_more_is_gone(tmp_path: Path) -> None:
    story = tmp_path / "2021/07/a.html"
    story.parent.mkdir(parents=True)
    story.write_text("withdrawn")
    (tmp_path / "2021/07/a.html.gone").touch()
    told = list(changes(["2021/07/a.html", "2021/07/b.html", "feeds/tag/x.json"], tmp_path, SITE))
    assert [(one.what, one.gone) for one in told] == [(STORY, True), (STORY, True), (FEED, True)]


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_a_hub_is_told_of_each_feed_under_both_names(tmp_path: Path) -> None:
    with Inbox(204).open() as hub:
        pings = noted(tmp_path, Receiver(WEBSUB, f"{hub.address}/hub"), stories=STORIES)
        assert owed(tmp_path) == {WEBSUB: FEEDS}
        assert pings.send(5) == []
        assert {asked.headers["content-type"] for asked in hub.got} == {"application/x-www-form-urlencoded"}
        assert sorted(asked.form["hub.url"][0] for asked in hub.got) == FEEDS
        for asked in hub.got:
            assert asked.path == "/hub" and asked.form["hub.mode"] == ["publish"]
            assert asked.form["hub.topic"] == asked.form["hub.url"]
    assert owed(tmp_path) == {}


def test_search_engines_are_told_of_stories_in_one_request(tmp_path: Path) -> None:
    with Inbox(202).open() as engine:
        pings = noted(tmp_path, Receiver(INDEXNOW, engine.address, "0123-abcd"), stories=STORIES)
        pings.owe([Change(STORIES[0], STORY, gone=True), Change(f"{SITE}/tags.html", PAGE)])
        assert pings.send(5) == []
        [asked] = engine.got
        assert asked.headers["content-type"] == "application/json; charset=utf-8"
        assert json.loads(asked.body) == {
            "host": "nashra.example",
            "key": "0123-abcd",
            "keyLocation": f"{SITE}/0123-abcd.txt",
            "urlList": STORIES,
        }


def test_a_webhook_is_told_of_all_and_can_know_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Inbox().open() as inbox:
        pings = noted(tmp_path, Receiver(WEBHOOK, inbox.address), stories=STORIES[:1])
        pings.owe([Change(STORIES[1], STORY, gone=True), Change(f"{SITE}/opml.xml", FILE)])
        monkeypatch.setenv(made.SECRET, "سر")
        assert pings.send(5) == []
        pings.owe([Change(f"{SITE}/opml.xml", FILE)])
        monkeypatch.setenv(made.SECRET, "")
        assert pings.send(5) == []
        signed, plain = inbox.got
        expected = hmac.new("سر".encode(), signed.body, hashlib.sha256).hexdigest()
        assert signed.headers["x-hub-signature-256"] == f"sha256={expected}"
        assert "x-hub-signature-256" not in plain.headers
        told = {"site": SITE, "all": False, "pages": STORIES[:1], "feeds": FEEDS, "files": [f"{SITE}/opml.xml"]}
        assert json.loads(signed.body) == told | {"gone": STORIES[1:2]}
    assert b"\xd8\xb3\xd8\xb1" not in (tmp_path / "pings.json").read_bytes()


def test_a_hub_comes_when_the_cdn_knows(tmp_path: Path) -> None:
    """It fetches the feed at once, and would find the old one."""
    order: list[str] = []

    def slow(handler: Any, asked: Asked) -> None:
        del asked
        time.sleep(0.3)
        order.append("webhook")
        reply(handler, 200)

    def note(handler: Any, asked: Asked) -> None:
        del asked
        order.append("hub")
        reply(handler, 204)

    with Inbox(answer=slow).open() as cdn, Inbox(answer=note).open() as hub:
        pings = noted(tmp_path, Receiver(WEBSUB, hub.address), Receiver(WEBHOOK, cdn.address))
        assert pings.send(5) == [] and order == ["webhook", "hub", "hub"]
    # But one that never knows holds it up for half of the time, and no longer.
    with accepting(hang) as address, Inbox(204).open() as hub:
        pings = noted(tmp_path, Receiver(WEBSUB, hub.address), Receiver(WEBHOOK, address))
        [problem] = pings.send(1)
        assert str(problem).startswith("webhook ") and len(hub.got) == 2


def test_a_machine_without_threads_owes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pings = noted(tmp_path, Receiver(WEBSUB, free()))

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    [problem] = pings.send(5)
    assert "(no thread was to be had)" in str(problem)
    assert owed(tmp_path) == {WEBSUB: FEEDS}


def test_nobody_is_told_where_nobody_asked(tmp_path: Path) -> None:
    pings = noted(tmp_path)
    assert pings.send(5) == [] and list(tmp_path.iterdir()) == []


# --- the list --------------------------------------------------------------------------------------------------------


def test_what_is_owed_twice_is_owed_once(tmp_path: Path) -> None:
    hub = Receiver(WEBSUB, free())
    for _ in range(3):
        noted(tmp_path, hub)
    assert owed(tmp_path) == {WEBSUB: FEEDS}


def test_what_failed_is_kept_with_its_reason_and_sent_again(tmp_path: Path) -> None:
    with Inbox(500).open() as hub:
        receiver = Receiver(WEBSUB, hub.address)
        pings = noted(tmp_path, receiver)
        [problem] = pings.send(10)
        assert str(problem) == (
            f"hub {hub.address}: it was not told of 2 changes (it answered 500 Internal Server Error);"
            " the next publish sends it again, as does: nashra ping"
        )
        [(_, kept)] = Pings(tmp_path)
        assert {ping.error for ping in kept} == {"it answered 500 Internal Server Error"}
        hub.status, hub.got[:] = 204, []
        again = Pings(tmp_path)
        again.meant_for([receiver], SITE)
        assert again.send(10) == [] and len(hub.got) == 2
    assert owed(tmp_path) == {}


def test_only_what_failed_is_kept(tmp_path: Path) -> None:
    def answer(handler: Any, asked: Asked) -> None:
        reply(handler, 503 if asked.form["hub.url"] == [FEEDS[0]] else 204)

    with Inbox(answer=answer).open() as hub:
        pings = noted(
            tmp_path, Receiver(WEBSUB, hub.address), feeds=[*FEEDS, *(f"{SITE}/feeds/{n}.json" for n in "abcd")]
        )
        [problem] = pings.send(10)
        assert "it was not told of 1 change (" in str(problem)
        assert owed(tmp_path) == {WEBSUB: FEEDS[:1]}
        # What failed waits behind the rest: it must hold up nothing.
        pings.owe([Change(FEEDS[1], FEED)])
        hub.got.clear()
        pings.send(10)
        assert hub.got[0].form["hub.url"] == FEEDS[1:]


def test_who_refuses_is_not_asked_for_ever(tmp_path: Path) -> None:
    with Inbox(403).open() as engine:
        receiver = Receiver(INDEXNOW, engine.address, "0123-abcd")
        said = [str(noted(tmp_path, receiver, stories=STORIES).send(5)[0])]
        for _ in range(2):
            again = Pings(tmp_path)
            again.meant_for([receiver], SITE)
            said += map(str, again.send(5))
        assert len(engine.got) == 3, "one request a publishing: it will not think better of it"
        assert all("it was not told of 3 changes (it answered 403 Forbidden)" in one for one in said[:2])
        assert "it refused 3 times to be told of 3 changes, and is told no more" in said[2]
    assert owed(tmp_path) == {}
    # And yet of what comes then.
    noted(tmp_path, receiver, stories=STORIES[:1])
    assert owed(tmp_path) == {INDEXNOW: STORIES[:1]}


@pytest.mark.parametrize("status", [408, 425, 429])
def test_who_asks_for_patience_gets_it(tmp_path: Path, status: int) -> None:
    with Inbox(status).open() as hub:
        pings = noted(tmp_path, Receiver(WEBSUB, hub.address))
        for _ in range(4):
            pings.send(10)
        assert owed(tmp_path) == {WEBSUB: FEEDS}
        assert status != 429 or len(hub.got) == 4, "asked for nothing more that day"


def test_who_is_in_the_settings_no_more_is_owed_nothing(tmp_path: Path) -> None:
    noted(tmp_path, Receiver(WEBSUB, free()), Receiver(WEBHOOK, free()))
    other = Receiver(WEBSUB, free())
    pings = noted(tmp_path, other, feeds=[])
    assert owed(tmp_path) == {}
    pings.meant_for([], SITE)
    assert pings.send(5) == [] and not (tmp_path / "pings.json").exists()


def test_what_was_owed_of_another_address_is_owed_no_more(tmp_path: Path) -> None:
    hub = Receiver(WEBSUB, free())
    noted(tmp_path, hub)
    pings = Pings(tmp_path)
    pings.meant_for([hub], "https://moved.example")
    pings.owe([Change("https://moved.example/feeds/all.json", FEED)])
    assert owed(tmp_path) == {WEBSUB: ["https://moved.example/feeds/all.json"]}


def test_the_list_has_an_end(tmp_path: Path) -> None:
    hub, engine, hook = Receiver(WEBSUB, free()), Receiver(INDEXNOW, free(), "12345678"), Receiver(WEBHOOK, free())
    feeds = [f"{SITE}/feeds/tag/{number}.json" for number in range(10_050)]
    pings = noted(
        tmp_path, hub, engine, hook, feeds=[*feeds, *FEEDS], stories=[f"{SITE}/2021/{n}-s.html" for n in range(10_050)]
    )
    told = owed(tmp_path)
    assert [len(told[kind]) for kind in (WEBSUB, INDEXNOW)] == [10_000, 10_000]
    assert told[WEBSUB][0] == FEEDS[0], "what most read stays"
    [(change, _, _)] = dict(iter(pings))[hook]
    assert change == Change(SITE, ALL)
    assert json.loads(made.webhook(SITE, [change])) == {
        "site": SITE, "all": True, "pages": [], "feeds": [], "files": [], "gone": [],
    }  # fmt: skip
    # And what comes after it is in it.
    pings.owe([Change(f"{SITE}/", PAGE)])
    assert [one.what for one, _, _ in dict(iter(Pings(tmp_path)))[hook]] == [ALL]


def test_what_nobody_else_is_to_read(tmp_path: Path) -> None:
    noted(tmp_path, Receiver(WEBHOOK, "https://hooks.example/T0/token"))
    assert stat.S_IMODE((tmp_path / "pings.json").stat().st_mode) == 0o600


def test_no_line_tells_the_address_of_a_webhook(tmp_path: Path) -> None:
    pings = noted(tmp_path, Receiver(WEBHOOK, free().replace("/hub", "/T0/token?key=secret")))
    [problem] = pings.send(10)
    assert "token" not in str(problem) and "secret" not in str(problem)
    assert str(problem).startswith("webhook http://127.0.0.1:")


@pytest.mark.parametrize(
    "held",
    [b"", b"\xff\x00", b"[]", b"{}", b"null", b"[" * 100_000, b'{"site": 1, "receivers": []}']
    + [
        json.dumps({"site": SITE, "receivers": [row]}).encode()
        for row in (
            {"kind": "smtp", "to": "x", "key": "", "owed": []},
            {"kind": "websub", "to": "x", "key": "", "owed": [["a", "b"]]},
            {"kind": "websub", "to": "x", "key": "", "owed": [[1, "feed", False, "", 0]]},
            {"kind": "websub", "to": "x", "key": "", "owed": [["a", ["feed"], False, "", 0]]},
            {"kind": "websub", "to": "x", "key": "", "owed": [["a", "feed", False, "", "x"]]},
            {"kind": "websub", "to": "x", "key": "", "owed": 7},
        )
    ],
)
def test_a_list_that_was_spoilt_is_a_line_and_begun_anew(tmp_path: Path, held: bytes) -> None:
    (tmp_path / "pings.json").write_bytes(held)
    with Inbox(204).open() as hub:
        pings = noted(tmp_path, Receiver(WEBSUB, hub.address))
        [problem] = pings.send(5)
        assert "it cannot be read (it is no list of pings)" in str(problem)
        assert len(hub.got) == 2
    assert Pings(tmp_path).problems == []


def test_a_disk_that_holds_no_list_costs_no_ping(tmp_path: Path) -> None:
    """A folder lies where the list is to be: as root nothing else would bar the way."""
    (tmp_path / "pings.json" / "in the way").mkdir(parents=True)
    with Inbox(204).open() as hub:
        pings = noted(tmp_path, Receiver(WEBSUB, hub.address))
        [problem] = pings.send(5)
        assert "pings.json: it cannot be read" in str(problem)
        assert len(hub.got) == 2
    assert not (tmp_path / "pings.tmp").exists()


_WRITER = """
import sys
from pathlib import Path
from nashra.publish.pings import *
folder = Path(sys.argv[1])
while True:
    pings = Pings(folder)
    assert not pings.problems, pings.problems
    pings.meant_for([Receiver(WEBSUB, "http://127.0.0.1:1/")], "https://nashra.example")
    pings.owe([Change(f"https://nashra.example/feeds/{number}.json", FEED) for number in range(500)])
    print(flush=True)
"""


def test_a_kill_tears_no_list(tmp_path: Path) -> None:
    for _ in range(4):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, tmp_path], stdout=subprocess.PIPE)
        assert writer.stdout
        writer.stdout.readline()
        time.sleep(0.01)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        pings = Pings(tmp_path)
        assert pings.problems == [] and len(owed(tmp_path)[WEBSUB]) == 500


# --- servers that fail -----------------------------------------------------------------------------------------------


def timed(posts: list[Post], seconds: float) -> tuple[list[str], float]:
    began = time.monotonic()
    outcomes = send(posts, seconds)
    return [outcome.error for outcome in outcomes], time.monotonic() - began


@pytest.mark.usefixtures("patient")
def test_a_host_that_is_down_is_tried_three_times_and_not_sixty() -> None:
    knocks: list[float] = []
    with accepting(lambda _: knocks.append(time.monotonic())) as address:
        errors, took = timed([Post(address, "text/plain", b"x")] * 60, 20)
    assert len(set(errors)) == 1 and errors[0]
    first, second, third = knocks
    assert 0.2 < second - first < third - second and took < 4


def test_a_host_that_fails_while_it_is_told_is_left_alone() -> None:
    def answer(handler: Any, asked: Asked) -> None:
        del asked
        reply(handler, 204 if len(inbox.got) < 4 else 502)

    with Inbox(answer=answer).open() as inbox:
        errors, _ = timed([Post(inbox.address, "text/plain", b"x")] * 60, 20)
        assert errors[0] == "" and errors.count("") == 3
        assert len(inbox.got) < 32


def hang(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def drip(connection: socket.socket) -> None:
    """A byte now and then, so that no time for one runs out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def go_on(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.001)


@pytest.mark.parametrize("speak", [hang, drip, go_on])
def test_a_host_that_keeps_us_waiting_costs_the_bound(speak: Any) -> None:
    with accepting(speak) as address, Inbox().open() as good:
        errors, took = timed(
            [Post(address, "text/plain", b"x")] * 5 + [Post(good.address, "text/plain", b"x")] * 5, 0.5
        )
        assert took < 1.2
        assert set(errors[:5]) == {"no answer in time"} and errors[5:] == [""] * 5, "and holds up no other"


def test_why_there_was_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(timed([Post(free(), "text/plain", b"x")] * 2, 5)[0]) == {"connection refused"}
    monkeypatch.setattr(sending, "_WAITS", (9, 9))
    assert set(timed([Post(free(), "text/plain", b"x")] * 2, 0.2)[0]) == {"connection refused"}

    def slow(handler: Any, asked: Asked) -> None:
        del asked
        time.sleep(0.15)
        reply(handler, 204)

    with Inbox(answer=slow).open() as inbox:
        errors, took = timed([Post(inbox.address, "text/plain", b"x")] * 60, 0.5)
        assert errors[0] == "" and set(errors[40:]) == {"no time was left"} and took < 0.9


def flood(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def test_ten_gigabytes_are_not_read() -> None:
    with accepting(flood) as address:
        errors, took = timed([Post(address, "text/plain", b"x")], 5)
    assert errors == [""] and took < 1


def babble(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(os.urandom(1000) + b"\r\n\r\n")


def shout(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Header: y\r\n" * 1000 + b"\r\n")


def slam(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


@pytest.mark.parametrize("speak", [babble, shout, slam])
def test_garbage_is_one_line(speak: Any, tmp_path: Path) -> None:
    with accepting(speak) as address:
        [problem] = noted(tmp_path, Receiver(WEBSUB, address)).send(10)
    assert len(str(problem).splitlines()) == 1 and str(problem).isprintable() and len(str(problem)) < 250
    assert owed(tmp_path) == {WEBSUB: FEEDS}


@pytest.mark.parametrize("where", ["/hub", "//[", "file:///etc/passwd", "ftp://127.0.0.1/", "\x01", ""])
def test_no_redirect_is_followed(where: str) -> None:
    def answer(handler: Any, asked: Asked) -> None:
        del asked
        reply(handler, 302, Location=where)

    with Inbox(answer=answer).open() as inbox:
        errors, _ = timed([Post(f"{inbox.address}/hub", "text/plain", b"x")], 5)
        assert errors == ["it answered 302 Found"] and len(inbox.got) == 1


def test_tls_is_checked() -> None:
    with accepting(babble) as address:
        errors, _ = timed([Post(address.replace("http:", "https:"), "text/plain", b"x")], 5)
    assert errors == ["it speaks no TLS that we know"]


@pytest.mark.skipif(not shutil.which("openssl"), reason="nothing here makes certificates")
def test_a_certificate_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def speak(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as safe:
            while not safe.recv(4096).endswith(b"x"):
                pass
            safe.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with accepting(speak) as address:
        to = [
            Post(address.replace("http://127.0.0.1", f"https://{host}"), "a/b", b"x")
            for host in ("localhost", "127.0.0.1")
        ]
        assert all("certificate is not to be trusted" in error for error in timed(to, 5)[0])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        good, other = timed(to, 5)[0]
        assert good == "" and "certificate is not to be trusted" in other, "it is another host's"


@pytest.mark.parametrize(
    "to",
    [
        "http://nosuch.invalid/",
        "http://127.0.0.1:0/",
        "http://" + "a" * 70 + ".example/",
        "http://[::1/",
        "ftp://x/",
        "x",
    ],
)
def test_an_address_that_cannot_be_is_a_word(to: str) -> None:
    [error], _ = timed([Post(to, "text/plain", b"x")], 5)
    assert error and error.isprintable()


def test_a_process_ends_though_a_server_keeps_it_waiting() -> None:
    program = "import sys; from nashra.publish.sending import *; send([Post(sys.argv[1], 'a/b', b'')], 0.3)"
    with accepting(hang) as address:
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-c", program, address], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "") and time.monotonic() - began < 4


def test_the_proxy_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Inbox().open() as proxy:
        monkeypatch.setenv("http_proxy", proxy.address)
        assert timed([Post("http://hub.example/x", "a/b", b"x")], 5)[0] == [""]
        assert proxy.got[0].path == "http://hub.example/x"
        monkeypatch.setenv("no_proxy", "hub.invalid")
        assert timed([Post("http://hub.invalid/x", "a/b", b"x")], 5)[0] != [""]
        assert len(proxy.got) == 1


def test_who_is_told_meanwhile_is_struck_off_and_what_is_owed_anew_is_not(tmp_path: Path) -> None:
    with Inbox(202).open() as inbox:
        hub = Receiver(WEBSUB, f"{inbox.address}/hub")
        mine = noted(tmp_path, hub)
        before = Pings(tmp_path)
        assert mine.send(5, keep=False) == []
        # A publishing that failed to tell one of them, and owes another.
        theirs = Pings(tmp_path)
        ping = theirs._owed[hub][FEEDS[0]]
        theirs._owed[hub][FEEDS[0]] = ping._replace(error="connection refused")
        theirs.owe([Change(f"{SITE}/feeds/all.json", FEED)])
        Pings(tmp_path).strike(before, mine)
    assert owed(tmp_path) == {WEBSUB: [f"{SITE}/feeds/all.json", FEEDS[0]]}


def test_a_slow_hub_that_is_told_by_hand_holds_up_no_publishing(tmp_path: Path) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def speak(connection: socket.socket) -> None:
        connection.recv(65536)
        arrived.set()
        go_on.wait(20)
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    public = tmp_path / "public"
    releases = Releases(public)
    releases.folder.mkdir()
    with accepting(speak) as address:
        noted(releases.folder, Receiver(WEBSUB, address), feeds=FEEDS[:1])
        telling = threading.Thread(target=cli.main, args=(["ping", str(public)],))
        telling.start()
        assert arrived.wait(10)
        with releases.alone():
            pass
        go_on.set()
        telling.join(20)
    assert owed(releases.folder) == {}
