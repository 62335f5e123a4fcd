"""What was published is told: `make publish` with a real hub, subscriber, search engine and webhook, on 127.0.0.1."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import feedparser
import pytest

import press
from conftest import Site, new_site
from deploy.servers import free_port, serving
from harness import builder
from hub import Asked, Discovered, Hub, Inbox, Subscriber, by_content, by_headers, until

KEY = "0123456789abcdef"
NEWS = """Date: 2021-07-19
Category: sport
Tags: نهائي البطولة

المنتخب يعود إلى العاصمة
عاد المنتخب الوطني إلى العاصمة بعد فوزه بالكأس، واستقبله الآلاف في المطار.
"""


@dataclass(frozen=True)
class Paper:
    """A newspaper: its project, and the address it is read at."""

    site: Site
    address: str

    def settings(self, lines: str) -> None:
        with (self.site.folder / "pelicanconf.py").open("a", encoding="utf-8") as file:
            file.write(f"\n{lines}\n")

    def publish(self, when: str = press.FIRST, **environ: str) -> subprocess.CompletedProcess[str]:
        return self.site.build("-s", "publishconf.py", SITEURL=self.address, SOURCE_DATE_EPOCH=when, **environ)

    def published(self, when: str = press.FIRST, **environ: str) -> list[str]:
        """Publish, and return the lines that something was wrong with."""
        done = self.publish(when, **environ)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done.stderr.splitlines()

    def release(self) -> str:
        return self.site.output.readlink().name

    def nashra(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        nashra = str(Path(sys.executable).with_name("nashra"))
        return subprocess.run(
            [nashra, *arguments], cwd=self.site.folder, capture_output=True, text=True, timeout=60, check=False
        )

    def owed(self) -> list[str]:
        """Return the lines of what is owed."""
        listed = self.nashra("ping", "output", "--list")
        assert (listed.returncode, listed.stderr) == (0, "")
        return listed.stdout.splitlines()

    def feeds(self) -> list[str]:
        """Return the addresses of all feeds that one can subscribe to."""
        found = (path.relative_to(self.site.output).as_posix() for path in (self.site.output / "feeds").rglob("*"))
        feeds = (name for name in found if name.endswith((".rss.xml", ".atom.xml", ".json")))
        return sorted(f"{self.address}/{quote(name)}" for name in feeds if not re.search(r"/\d{4}-\d\d\.", name))


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    site = new_site(tmp_path / "site", seed=False)
    for name in ("cup.txt", "law.txt"):
        site.seed(name, press.SEEDS[name])
    return Paper(site, f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub().open() as hub:
        yield hub


@pytest.mark.parametrize("server", ["nginx", pytest.param("caddy", marks=pytest.mark.slow)])
def test_a_subscriber_hears_of_a_story(paper: Paper, hub: Hub, tmp_path: Path, server: str) -> None:
    """Discover, subscribe, verify, publish, ping, fetch, deliver (W3C WebSub §§4–7)."""
    endpoint = f"{hub.address}/hub"
    paper.settings(f'NASHRA_WEBSUB_HUB = "{endpoint}"')
    assert paper.published() == []
    assert sorted(hub.pings) == paper.feeds()
    port = int(paper.address.rpartition(":")[2])
    with (
        serving(server, paper.site.output, tmp_path / "home", port, hub=endpoint),
        Subscriber().open() as subscriber,
    ):
        formats = ("rss.xml", "atom.xml", "json")
        topics = [f"{paper.address}/feeds/{feed}.{kind}" for feed in ("all", "category/sport") for kind in formats]
        for topic in topics:
            found = by_headers(topic)
            assert found == by_content(topic) == Discovered(endpoint, topic)
            assert subscriber.subscribe(found) == 202
        assert until(lambda: len(hub.subscriptions) == len(topics))
        assert set(subscriber.leases) == {3600}

        # Published again, unchanged: nobody hears anything.
        hub.pings.clear()
        assert paper.published() == []
        assert hub.pings == [] and subscriber.got == []

        paper.site.seed("news.txt", NEWS)
        assert paper.published(press.SECOND) == []
        assert until(lambda: len(subscriber.got) == len(topics))
        assert len(hub.pings) == len(set(hub.pings)) and set(topics) <= set(hub.pings) <= set(paper.feeds())
        kinds = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
        for asked in subscriber.got:
            [topic] = re.findall(r'<([^>]+)>; rel="self"', asked.headers["link"])
            topics.remove(topic)
            assert asked.body == (paper.site.output / topic.removeprefix(f"{paper.address}/")).read_bytes()
            kind = next(kind for kind in kinds if f".{kind}" in topic)
            assert asked.headers["content-type"].startswith(kinds[kind])
            parsed = json.loads(asked.body)["items"] if kind == "json" else feedparser.parse(asked.body).entries
            assert parsed[0]["title"].endswith("المنتخب يعود إلى العاصمة")
        assert topics == []
        assert not (paper.site.folder / "output.releases" / "pings.json").read_text().count("feeds/")

        # And of a withdrawal, until it wants no more.
        subscriber.got.clear()
        (paper.site.seeds / "news.txt").unlink()
        assert paper.published(press.SECOND, FORCE="1") == []
        assert until(lambda: len(subscriber.got) == 6)
        atom = next(asked for asked in subscriber.got if b"deleted-entry" in asked.body)
        assert "عاد المنتخب".encode() not in atom.body
        assert subscriber.subscribe(found, "unsubscribe") == 202
        assert until(lambda: len(hub.subscriptions) == 5)


@pytest.mark.slow
def test_an_archive_document_names_no_hub_and_is_not_told_of(paper: Paper, hub: Hub) -> None:
    paper.settings(f'NASHRA_WEBSUB_HUB = "{hub.address}/"\nNASHRA_FEED_ITEMS = 1')
    paper.published()
    archives = sorted(paper.site.output.glob("feeds/all/2021-0*"))
    assert archives and all(hub.address.encode() not in path.read_bytes() for path in archives)
    assert sorted(hub.pings) == paper.feeds()


def test_a_hub_that_is_down_is_told_by_the_next_publish(paper: Paper) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    paper.settings(f'NASHRA_WEBSUB_HUB = "{address}/"')
    [said] = paper.published()
    assert re.fullmatch(
        rf"hub {address}/: it was not told of \d+ changes \(connection refused\);"
        r" the next publish sends it again, as does: nashra ping",
        said,
    )
    assert paper.release() == "000001"
    feeds = paper.feeds()
    owed = paper.owed()
    assert owed[0] == f"hub {address}/: {len(feeds)} owed"
    assert sorted(owed[1:]) == [f"  {feed}: connection refused" for feed in feeds]
    told = paper.nashra("ping", "output")
    assert (told.returncode, told.stdout) == (1, f"hub {address}/: {len(feeds)} owed, {len(feeds)} left\n")
    [line] = told.stderr.splitlines()
    assert line == said

    port = int(address.rpartition(":")[2])
    with Inbox(202).open(port) as inbox:
        assert paper.published() == []
    assert sorted(asked.form["hub.url"][0] for asked in inbox.got) == feeds
    assert paper.owed() == [] and paper.release() == "000001"
    assert paper.nashra("ping", "output").stdout == "nothing is owed\n"


def test_a_kill_between_the_swap_and_the_pings_loses_none(paper: Paper) -> None:
    """The hub itself kills the publishing when it is told of the first feed; it has seen none."""
    asked_first, over = threading.Event(), threading.Event()

    def wait(handler: Any, asked: Asked) -> None:
        del handler, asked
        asked_first.set()
        over.wait(30)

    with Inbox(answer=wait).open() as inbox:
        paper.settings(f'NASHRA_WEBSUB_HUB = "{inbox.address}/"')
        pelican = str(Path(sys.executable).with_name("pelican"))
        environ = {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra", "SITEURL": paper.address}
        process = subprocess.Popen(
            [pelican, "-s", "publishconf.py"], cwd=paper.site.folder, env=os.environ | environ,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert asked_first.wait(60)
        assert paper.release() == "000001", "readers come first"
        assert len(paper.owed()) == len(paper.feeds()) + 1
        for busy in (paper.nashra("ping", "output"), paper.publish()):
            assert (busy.returncode, busy.stderr.count("\n")) == (1, 1)
            assert busy.stderr.startswith("output: somebody else is publishing it; ")
        process.kill()
        process.wait()
        over.set()
        inbox.answer, inbox.got[:] = None, []
        assert paper.published() == []
        assert sorted(asked.form["hub.url"][0] for asked in inbox.got) == paper.feeds()
        assert paper.owed() == []


@pytest.mark.slow
def test_a_kill_before_the_swap_tells_what_comes_of_it(paper: Paper, hub: Hub) -> None:
    """Killed wherever it may be: what the public sees at last is what the hub was told of."""
    paper.settings(f'NASHRA_WEBSUB_HUB = "{hub.address}/"')
    paper.published()
    paper.site.seed("news.txt", NEWS)
    environ = {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra", "SITEURL": paper.address}
    environ["SOURCE_DATE_EPOCH"] = press.SECOND
    hub.pings.clear()
    for part in range(1, 7):
        builder().build(paper.site.folder, "-s", "publishconf.py", kill_after=part * 0.15, environ=environ)
    paper.published(press.SECOND)
    told = {f"{paper.address}/feeds/{name}.json" for name in ("all", "category/sport")}
    assert told <= set(hub.pings) <= set(paper.feeds())


@pytest.mark.slow
def test_a_hub_that_hangs_costs_twenty_seconds(paper: Paper) -> None:
    with Inbox(answer=lambda handler, asked: time.sleep(60)).open() as inbox:  # noqa: ARG005
        paper.settings(f'NASHRA_WEBSUB_HUB = "{inbox.address}/"')
        began = time.monotonic()
        [said] = paper.published()
        assert "(no answer in time); the next publish sends it again" in said
        assert time.monotonic() - began < 40
        assert len(inbox.got) == 3
    assert paper.release() == "000001"


@pytest.mark.slow
@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_hub_that_says_no_is_a_line(paper: Paper, status: int) -> None:
    with Inbox(status).open() as inbox:
        paper.settings(f'NASHRA_WEBSUB_HUB = "{inbox.address}/"')
        [said] = paper.published()
        assert f"(it answered {status} " in said
        # As long as it says so: once more, and that was it (of a 500, never).
        assert len(paper.published()) == 1 and paper.owed()
        assert len(paper.published()) == 1 and bool(paper.owed()) == (status == 500)
        assert bool(paper.published()) == (status == 500)
        assert paper.release() == "000001"


def test_search_engines_and_webhooks_are_told(paper: Paper) -> None:
    with Inbox(202).open() as engine, Inbox().open() as hook, Inbox(429).open() as down:
        paper.settings(
            f'NASHRA_INDEXNOW_KEY = "{KEY}"\nNASHRA_INDEXNOW_ENDPOINT = "{engine.address}/indexnow"\n'
            f'NASHRA_WEBHOOKS = ["{hook.address}/purge?zone=1", "{down.address}/T0/token"]'
        )
        [said] = paper.published(NASHRA_WEBHOOK_SECRET="سر لا يقال")
        assert said.startswith(f"webhook {down.address}: it was not told of ") and "token" not in said
        assert (paper.site.output / f"{KEY}.txt").read_text() == KEY
        site = paper.address
        stories = {f"{site}/{quote(str(event['permalink']))}" for event in paper.site.ledger()}
        [told] = engine.told()
        assert (told["host"], told["key"]) == (site.removeprefix("http://"), KEY)
        assert told["keyLocation"] == f"{site}/{KEY}.txt" and set(told["urlList"]) == stories
        assert hook.got[0].headers["x-hub-signature-256"].startswith("sha256=")
        [told] = hook.told()
        assert told["site"] == site and not told["all"] and told["gone"] == []
        assert stories | {f"{site}/", f"{site}/index.html"} <= set(told["pages"])
        assert sorted(told["feeds"]) == paper.feeds() and f"{site}/opml.xml" in told["files"]
        assert told["pages"] and not [one for one in told["files"] if ".gone" in one or one.endswith((".br", ".gz"))]

        # Unchanged: nothing is sent but what is owed still.
        tried = len(down.got)
        paper.published()
        assert engine.got == hook.got == [] and len(down.got) > tried

        [withdrawn] = [story for story in stories if quote("فوز-المنتخب-بالكأس") in story]
        done = paper.nashra("withdraw", withdrawn)
        assert done.returncode == 0, done.stderr
        paper.published(press.SECOND, FORCE="1")
        [told] = engine.told()
        # Its neighbour leads to it no more.
        assert withdrawn in told["urlList"] and set(told["urlList"]) <= stories
        [told] = hook.told()
        assert withdrawn in told["gone"] and withdrawn not in told["pages"] and f"{site}/" in told["pages"]

        # On the way back, too: a CDN would show what is public no more.
        done = paper.nashra("rollback", "output", "--force")
        assert done.returncode == 0 and "shows release 000001 again" in done.stdout
        [told] = hook.told()
        assert withdrawn in told["pages"] and f"{site}/" in told["pages"]

    held = b"".join(path.read_bytes() for path in paper.site.folder.rglob("*") if path.is_file())
    assert "سر لا يقال".encode() not in held


@pytest.mark.slow
def test_a_key_that_is_taken_away_goes(paper: Paper) -> None:
    with Inbox().open() as engine:
        endpoint = f'NASHRA_INDEXNOW_ENDPOINT = "{engine.address}"'
        paper.settings(f'{endpoint}\nNASHRA_INDEXNOW_KEY = "{KEY}"')
        paper.published()
        paper.settings('NASHRA_INDEXNOW_KEY = ""')
        paper.published()
        assert not (paper.site.output / f"{KEY}.txt").exists() and len(engine.got) == 1
        assert not (paper.site.folder / "output.releases" / "pings.json").exists()


def test_who_only_looks_tells_nobody(paper: Paper, hub: Hub) -> None:
    paper.settings(f'NASHRA_WEBSUB_HUB = "{hub.address}/"\nNASHRA_WEBHOOKS = ["{hub.address}/"]')
    press.build(paper.site)
    assert hub.pings == []
    assert paper.nashra("ping", "output").stderr.startswith("output: nothing is published there; ")


@pytest.mark.parametrize(
    "line",
    [
        'NASHRA_WEBSUB_HUB = "hub.example"',
        'NASHRA_WEBSUB_HUB = "https://user:secret@hub.example/"',
        'NASHRA_WEBSUB_HUB = "https://hub.example/\\"><script>"',
        'NASHRA_WEBSUB_HUB = "https://hub.example:99999/"',
        'NASHRA_WEBSUB_HUB = "file:///etc/passwd"',
        'NASHRA_WEBHOOKS = "https://hub.example/"',
        'NASHRA_WEBHOOKS = ["https://user:secret@hooks.example/"]',
        "NASHRA_WEBHOOKS = [7]",
        'NASHRA_INDEXNOW_KEY = "../../x"',
        'NASHRA_INDEXNOW_KEY = "short"',
        'NASHRA_INDEXNOW_ENDPOINT = ""',
        'NASHRA_WEBHOOK_SECRET = "secret"',
    ],
)
def test_a_wrong_setting_is_one_line(paper: Paper, line: str) -> None:
    paper.settings(line)
    done = paper.publish()
    [said] = done.stderr.splitlines()
    assert done.returncode == 1 and said.startswith("pelicanconf.py: ")
    assert "secret" not in said or "WEBSUB_HUB" in said
    assert not paper.site.output.exists()
