"""Publishing to a bucket of a real object store: what is sent, in which order, and what a kill, a race, a lying or a
silent server leave."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import pytest
from sites import (
    AFTER,
    BEFORE,
    NEW,
    NEWER,
    OTHER,
    SECRET_TEXT,
    STORY,
    TAG,
    TAG_FEED,
    build,
    dead_ends,
    feed,
    holds,
    local,
    page,
    seen,
)
from stores import (
    BUCKET,
    SECRET,
    Asked,
    Ended,
    Proxy,
    asked,
    kill,
    make_bucket,
    moto,
    objects,
    proxy,
    publishers,
    put,
    weed,
)

from nashra.publish.headers import headers
from nashra.publish.releases import Releases

STORES = {"moto": moto, "weed": weed}
IN_TIME = 0.2


@pytest.fixture(scope="module", params=["moto", pytest.param("weed", marks=pytest.mark.slow)])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a real store with a bucket."""
    with STORES[request.param](tmp_path_factory.mktemp(request.param)) as port:
        make_bucket(port)
        yield port


@dataclass
class Bucket:
    """A part of the bucket for one test, before a proxy, and those who publish there."""

    port: int
    prefix: str
    between: Proxy
    top: Path
    ways: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        return f"s3://{BUCKET}/{self.prefix}"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL_S3": self.between.address,
            "AWS_ACCESS_KEY_ID": "nashra",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/nowhere",
            "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
            **self.ways,
        }

    def machine(self, name: str = "one") -> Releases:
        return local(self.top / name / "public")

    def publish(self, site: dict[str, str] | None = None, machine: str = "one", **options: Any) -> Ended:
        """Build a site on a machine and publish it; None is what was built last."""
        if site is not None:
            build(self.machine(machine), site)
        self.between.asked.clear()
        return publishers().publish(self.target, self.machine(machine).public, self.environ, **options)

    def start(self, machine: str = "one", **options: Any) -> int:
        self.between.asked.clear()
        return publishers().start(self.target, self.machine(machine).public, self.environ, **options)

    def done(self, site: dict[str, str] | None = None, machine: str = "one", **options: Any) -> str:
        ended = self.publish(site, machine, **options)
        assert ended.status == 0, ended.said
        return ended.said

    def puts(self) -> list[str]:
        """Return what was put, by the site's names, twins and lists too."""
        return [key.removeprefix(f"{self.prefix}/") for key in self.between.puts()]

    def sent(self) -> list[str]:
        """Return which files of the site were put."""
        return [key for key in self.puts() if not key.startswith(".nashra/") and not key.endswith((".br", ".gz"))]

    def lies_there(self) -> dict[str, bytes]:
        return objects(self.port, f"{self.prefix}/")

    def root(self) -> dict[str, Any]:
        status, _, data = asked(self.port, "GET", f"/{BUCKET}/{self.prefix}/.nashra/root")
        return dict(json.loads(data)) if status == 200 else {"owner": "", "site": ""}


@pytest.fixture
def bucket(port: int, tmp_path: Path) -> Iterator[Bucket]:
    with proxy(port) as between:
        yield Bucket(port, f"p{tmp_path.name}", between, tmp_path)


OLD_CSS = "theme/main-0123456789.css"


def test_a_site_comes_whole_and_an_unchanged_one_puts_nothing(bucket: Bucket) -> None:
    assert bucket.done(BEFORE) == f"{bucket.target} shows it, {len(BEFORE)} new files were sent\n"
    holds(bucket.lies_there(), BEFORE)
    assert {"index.html.br", f"{OLD_CSS}.gz"} <= bucket.lies_there().keys()
    assert bucket.done() == f"{bucket.target} shows all of it already\n"
    assert [one.method for one in bucket.between.asked] == ["GET"]
    # Nor does a machine that never published, nor one whose notes were lost.
    assert bucket.done(BEFORE, "two").endswith("shows all of it already\n")
    assert [one.method for one in bucket.between.asked] == ["GET"]


def test_only_what_changed_is_sent(bucket: Bucket) -> None:
    bucket.done(BEFORE)
    site = BEFORE | {OTHER: page("corrected", f"/{STORY}")}
    bucket.done(site)
    assert bucket.sent() == [OTHER]
    lists = [key for key in bucket.puts() if key.startswith(".nashra/")]
    # The root twice, the folder's list and the site's.
    assert [key.partition("sums/")[0] for key in lists] == [".nashra/root", *[".nashra/"] * 2, ".nashra/root"]
    # What is put is all that was asked for, but for the root, read first and looked at once it was taken.
    assert [one.method for one in bucket.between.asked if one.method != "PUT"] == ["GET", "GET"]
    holds(bucket.lies_there(), site)
    # A machine that was not there sees it from the lists, and reads only those that differ.
    bucket.done(BEFORE, "two")
    assert bucket.sent() == [OTHER]
    holds(bucket.lies_there(), BEFORE)


def test_twins_go_when_a_page_gets_short_and_an_editors_own_stay(bucket: Bucket) -> None:
    svg = f"<svg>{'<g/>' * 200}</svg>"
    bucket.done(BEFORE | {"m.svg": svg, "m.svg.gz": "my own"})
    assert bucket.lies_there()["m.svg.gz"] == b"my own"
    assert brotli.decompress(bucket.lies_there()["m.svg.br"]) == svg.encode()
    bucket.done(BEFORE | {"m.svg": svg})
    assert gzip.decompress(bucket.lies_there()["m.svg.gz"]) == svg.encode()
    bucket.done(BEFORE | {"m.svg": "<svg/>"})
    assert not {"m.svg.br", "m.svg.gz"} & bucket.lies_there().keys()
    bucket.done(BEFORE)
    holds(bucket.lies_there(), BEFORE)


def test_each_is_sent_as_what_it_is(bucket: Bucket) -> None:
    bucket.done(AFTER)
    for name in AFTER:
        status, told, body = asked(bucket.port, "GET", f"/{BUCKET}/{bucket.prefix}/{name}")
        assert (status, body) == (200, AFTER[name].encode()), name
        assert {"Content-Type": told["content-type"], "Cache-Control": told["cache-control"]} == headers(name)
        assert ("x-amz-meta-gone" in told) is (name == STORY)
    for ending, packing in ((".br", "br"), (".gz", "gzip")):
        _, told, _ = asked(bucket.port, "GET", f"/{BUCKET}/{bucket.prefix}/{STORY}{ending}")
        assert (told["content-encoding"], told["content-type"]) == (packing, "text/html; charset=utf-8")
        assert told["x-amz-meta-gone"] == "1"


def test_hostile_names_come_back(bucket: Bucket) -> None:
    names = [
        "tag/عمر أمر.html",
        "a+b.html",
        "100%.html",
        "%41.html",
        "q'\"<>&;.html",
        "x?y#z.html",
        "-rf.html",
        "#c.html",
    ]
    names += [";d.html", "é/é.html", "{}^`|~.html", "a=b@c,d$e!f().html", "\u200fx.html"]
    site = BEFORE | {name: page(str(number)) for number, name in enumerate(names)}
    bucket.done(site)
    holds(bucket.lies_there(), site)
    for name in names:
        status, _, body = asked(bucket.port, "GET", f"/{BUCKET}/{bucket.prefix}/{name}")
        assert (status, body) == (200, site[name].encode()), name
    bucket.done(BEFORE)
    holds(bucket.lies_there(), BEFORE)


def test_what_leads_comes_after_what_it_leads_to(bucket: Bucket) -> None:
    bucket.done(BEFORE)
    lies = bucket.lies_there()
    bucket.done(AFTER)
    holds(bucket.lies_there(), AFTER, (OLD_CSS,))
    for one in bucket.between.asked:
        key = one.path.partition(f"/{bucket.prefix}/")[2]
        if one.method == "PUT":
            lies[key] = one.body
        elif one.method == "DELETE":
            lies.pop(key, None)
        assert list(dead_ends(seen(lies))) == [], key
    order = bucket.sent()
    place = {name: order.index(name) for name in order}
    css = "theme/main-abcdefabcd.css"
    assert order[0] == css
    assert set(order[1:5]) == {STORY, f"{STORY}.gone", ".gone.nginx", ".gone.caddy"}
    assert place["cards/2.png"] < place[NEW]
    assert max(place[NEW], place[NEWER], place[TAG]) < place[TAG_FEED] < place[OTHER]
    assert place[OTHER] < place["category/cyber.html"] < place["index.html"]
    assert place["index.html"] < place["feeds/all.atom.xml"] < place["sitemap.xml"]
    # Removals come last; nothing that is withdrawn is left, in whatever packing.
    paths = ("/.nashra/", ".br", ".gz")
    methods = [one.method for one in bucket.between.asked if not any(part in one.path for part in paths)]
    assert methods == sorted(methods, key=lambda method: method == "DELETE")
    for name, data in bucket.lies_there().items():
        text = (
            brotli.decompress(data) if name.endswith(".br") else gzip.decompress(data) if name[-3:] == ".gz" else data
        )
        assert SECRET_TEXT not in text.decode("utf-8", "replace"), name


@contextmanager
def killing(bucket: Bucket, number: int, before: bool) -> Iterator[list[int]]:
    """Have the publisher killed at its request of that number: before it is done, or once it is."""
    who: list[int] = []

    def meddle(now: int, _: Asked) -> str:
        if now < number:
            return ""
        if before or now > number:
            kill(who[0])
            return "gone"
        threading.Timer(0.05, kill, [who[0]])
        return "cut"

    bucket.between.meddle = meddle
    try:
        yield who
    finally:
        bucket.between.meddle = lambda _number, _asked: ""


def survives(bucket: Bucket, publisher: str, number: int, before: bool) -> bool:
    """Kill a publisher of AFTER at a request; see what readers see then, and that the next run makes it good. Tell
    whether it was killed."""
    with killing(bucket, number, before) as who:
        build(bucket.machine(publisher), AFTER)
        who.append(bucket.start(publisher))
        ended = publishers().end(who[0])
    lies = bucket.lies_there()
    assert list(dead_ends(seen(lies))) == [], f"killed at request {number}"
    if ended.status == 0:
        return False
    assert ended.status == -9, ended.said
    bucket.done()
    holds(bucket.lies_there(), AFTER, (OLD_CSS,))
    assert bucket.root()["names"] == [] and bucket.root()["owner"] == ""
    assert bucket.done().endswith("shows all of it already\n")
    return True


def kills(bucket: Bucket, numbers: Iterator[int] | range) -> int:
    """Kill at these requests, the site as it was before each time; return at how many."""
    done = 0
    for number in numbers:
        # Once one is done is shortly before the next: each is tried one way.
        shutil.rmtree(bucket.top / "one", ignore_errors=True)
        bucket.prefix = f"{bucket.top.name}-{number}"
        bucket.done(BEFORE)
        if not survives(bucket, "one", number, number % 2 == 0):
            return done
        done += 1
    return done


def test_a_kill_leaves_no_dead_link_and_the_next_run_finishes(bucket: Bucket) -> None:
    assert kills(bucket, range(8, 62, 24)) == 3


@pytest.mark.slow
def test_no_kill_leaves_a_dead_link(bucket: Bucket) -> None:
    assert kills(bucket, range(1, 1000)) > 55


def test_two_at_once_lose_nothing(bucket: Bucket) -> None:
    """One goes on, the other says in a line that it does not; what is seen then is what the one published."""
    bucket.done(BEFORE)
    sites = {name: BEFORE | {OTHER: page(name), "index.html": page(name, OTHER)} for name in ("one", "two", "three")}
    for name, site in sites.items():
        build(bucket.machine(name), site)
    running = {name: bucket.start(name, beat=IN_TIME) for name in sites}
    ended = {name: publishers().end(process) for name, process in running.items()}
    done = [name for name, one in ended.items() if one.status == 0]
    assert done
    for name in sites.keys() - done:
        assert ended[name].said.endswith(
            f"{bucket.target}: somebody else is publishing there; wait for them to end, and publish again\n"
        ), ended[name].said
    assert bucket.lies_there()[OTHER].decode() in [sites[name][OTHER] for name in done]
    lies = bucket.lies_there()
    assert (lies[OTHER].decode(), lies["index.html"].decode()) in [
        (site[OTHER], site["index.html"]) for site in sites.values()
    ]
    for name, site in sites.items():
        bucket.done(site, name, beat=IN_TIME)
        holds(bucket.lies_there(), site)


def test_who_is_alive_is_left_alone_and_who_died_is_not(bucket: Bucket) -> None:
    bucket.done(BEFORE)
    # One that is held up at its first file, and still says that it is at work.
    held = threading.Event()

    def meddle(_: int, one: Asked) -> str:
        if one.method == "PUT" and "/.nashra/" not in one.path and not held.wait(20):
            return "503"
        return ""

    bucket.between.meddle = meddle
    build(bucket.machine("one"), AFTER)
    first = bucket.start("one", beat=IN_TIME)
    _until(lambda: bucket.root()["owner"] != "")
    second = bucket.publish(BEFORE | {OTHER: page("mine")}, "two", beat=IN_TIME * 2)
    assert (second.status, second.said.count("\n")) == (1, 1)
    assert "somebody else is publishing there" in second.said
    # It dies: its beats end, and what it was about to touch is made good by another machine.
    kill(first)
    publishers().end(first)
    held.set()
    bucket.between.meddle = lambda _number, _asked: ""
    names = bucket.root()["names"]
    assert STORY in names
    began = time.monotonic()
    bucket.done(BEFORE, "two", beat=IN_TIME, force=True)
    assert time.monotonic() - began > 3 * IN_TIME
    # The new theme file may lie there, or not: it stays.
    holds({name: data for name, data in bucket.lies_there().items() if "abcdefabcd" not in name}, BEFORE)
    assert set(bucket.sent()) >= set(names) & BEFORE.keys()


def test_who_slept_too_long_stops(bucket: Bucket) -> None:
    """A publisher that was taken for dead touches nothing more of what another published since."""
    bucket.done(BEFORE)
    awake = threading.Event()

    def meddle(_: int, one: Asked) -> str:
        # It is held up at its first file and falls asleep; when it wakes, its sign of life takes a while.
        if asleep and "/.nashra/" not in one.path and one.path.endswith(".css"):
            awake.wait(20)
        elif awake.is_set() and one.path.endswith("/root"):
            time.sleep(0.5)
        return ""

    asleep = True
    bucket.between.meddle = meddle
    build(bucket.machine("one"), AFTER)
    first = bucket.start("one", beat=IN_TIME)
    _until(lambda: any(key.endswith(".css") for key in bucket.sent()))
    os.kill(first, signal.SIGSTOP)
    asleep = False
    mine = BEFORE | {OTHER: page("mine", f"/{STORY}"), "index.html": page("mine", STORY, OTHER, "category/cyber.html")}
    bucket.done(mine, "two", beat=IN_TIME, force=True)
    awake.set()
    os.kill(first, signal.SIGCONT)
    ended = publishers().end(first)
    assert (ended.status, ended.said.count("\n")) == (1, 1)
    assert "somebody else is publishing there" in ended.said
    holds({name: data for name, data in bucket.lies_there().items() if "abcdefabcd" not in name}, mine)


def test_who_has_ended_says_no_more_that_they_are_at_work(bucket: Bucket) -> None:
    """Its last word takes longer than the time between two signs of life."""
    bucket.between.meddle = lambda _, one: time.sleep(IN_TIME * 3) or "" if b'"owner": ""' in one.body else ""
    bucket.done(BEFORE, beat=IN_TIME)
    assert bucket.root()["owner"] == ""
    assert bucket.done(BEFORE, beat=IN_TIME).endswith("shows all of it already\n")
    assert bucket.puts() == []


def test_a_copy_of_a_publisher_is_somebody_else(bucket: Bucket) -> None:
    bucket.done(BEFORE)
    held = threading.Event()
    bucket.between.meddle = lambda _, one: "" if "/.nashra/" in one.path or held.wait(20) else "503"
    build(bucket.machine("one"), AFTER)
    first = bucket.start("one", beat=IN_TIME * 4)
    _until(lambda: bucket.sent() != [])
    shutil.copytree(bucket.machine("one").folder, bucket.machine("two").folder)
    ended = bucket.publish(machine="two", beat=IN_TIME * 2)
    held.set()
    assert publishers().end(first).status == 0
    assert ended.status == 1 and "somebody else is publishing there" in ended.said, ended.said


def test_who_does_not_know_all_stories_loses_none(bucket: Bucket) -> None:
    bucket.done(AFTER)
    before = bucket.lies_there()
    ended = bucket.publish(BEFORE, "two")
    assert (ended.status, ended.said.count("\n")) == (1, 1)
    assert ended.said == (
        f"{bucket.target}: it shows stories that this site never had, 2 of them, as {NEWER}; "
        "bring in the seeds and the ledger of whoever published last, or remove them with FORCE=1\n"
    )
    assert bucket.lies_there() == before and bucket.puts() == []
    bucket.done(BEFORE, "two", force=True)
    holds(bucket.lies_there(), BEFORE, ("theme/main-abcdefabcd.css",))


def test_who_does_not_know_of_a_withdrawal_does_not_undo_it(bucket: Bucket) -> None:
    """The page stays, and stands for a withdrawn story; only the mark beside it would go."""
    bucket.done(AFTER)
    before = bucket.lies_there()
    unaware = {name: text for name, text in AFTER.items() if name != f"{STORY}.gone"}
    unaware |= {name: BEFORE[name] for name in (STORY, ".gone.nginx", ".gone.caddy", "cards/1.png")}
    unaware[STORY] = unaware[STORY].replace(OLD_CSS, "theme/main-abcdefabcd.css")
    ended = bucket.publish(unaware, "two")
    assert (ended.status, ended.said) == (
        1,
        f"{bucket.target}: stories that are withdrawn there would be seen again, 1 of them, as {STORY}; "
        "bring in the ledger of whoever published last, or, if you undid a withdrawal, publish with FORCE=1\n",
    )
    assert bucket.lies_there() == before and bucket.puts() == []
    bucket.done(unaware, "two", force=True)
    holds(bucket.lies_there(), unaware)


def test_a_theme_without_a_page_for_withdrawn_stories_loses_them(bucket: Bucket) -> None:
    bucket.done(BEFORE)
    site = {name: text.replace(f'<a href="/{STORY}">x</a>', "") for name, text in BEFORE.items() if name != STORY}
    site = {name: text.replace(f'<a href="{STORY}">x</a>', "") for name, text in site.items()}
    site |= {"feeds/all.atom.xml": feed(OTHER), "sitemap.xml": "<urlset/>"}
    site |= {".gone.nginx": f'"/{STORY}" 1;\n', ".gone.caddy": f'@gone path "/{STORY}"\n'}
    bucket.done(site)
    holds(bucket.lies_there(), site)


def test_a_broken_site_is_not_sent(bucket: Bucket) -> None:
    bucket.done(BEFORE)
    ended = bucket.publish(BEFORE | {OTHER: page("x", "/nosuch.html")})
    assert (ended.status, bucket.puts()) == (1, [])
    assert "it links to nosuch.html, which is not there: not published" in ended.said
    mine = BEFORE | {"about.html": page("about"), "mine.html": page("mine", "/about.html")}
    bucket.done(mine)
    ended = bucket.publish({name: text for name, text in mine.items() if name != "about.html"})
    assert (ended.status, bucket.puts()) == (1, [])
    assert "mine.html: it links to about.html" in ended.said
    holds(bucket.lies_there(), mine)


def test_a_list_that_the_build_took_away_is_not_looked_for_in_every_page(bucket: Bucket) -> None:
    """Were all pages looked over, the one that leads nowhere would be seen."""
    lists = {name: page("list") for name in ("tag/x.html", "thread/x.html", "2026/10/index.html", "2026/10/01/2.html")}
    site = BEFORE | {"mine.html": page("mine", "/nosuch.html")}
    bucket.done(site | lists, force=True)
    bucket.done(site)
    holds(bucket.lies_there(), site)


@pytest.mark.parametrize("way", ["503", "cut"])
def test_a_store_that_fails_now_and_then_is_asked_again(bucket: Bucket, way: str) -> None:
    bucket.done(BEFORE)
    bucket.between.meddle = lambda number, one: way if number % 9 == 0 and one.method != "GET" else ""
    bucket.done(AFTER)
    holds(bucket.lies_there(), AFTER, (OLD_CSS,))


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("503", "the store failed (SlowDown)"),
        ("hang", "the store does not answer (ReadTimeoutError)"),
        ("other", "the store failed (it says nothing of what it took)"),
    ],
)
def test_a_store_that_fails_for_good_is_one_line(bucket: Bucket, way: str, told: str) -> None:
    bucket.done(BEFORE)
    bucket.ways = {"AWS_MAX_ATTEMPTS": "2", "AWS_RETRY_MODE": "standard"}
    bucket.between.meddle = lambda number, _: way if number > 8 else ""
    ended = bucket.publish(AFTER, answer=1)
    assert (ended.status, ended.said) == (1, f"{bucket.target}: {told}; publish again: it goes on from there\n")
    assert list(dead_ends(seen(bucket.lies_there()))) == []
    bucket.between.meddle = lambda _number, _asked: ""
    bucket.done(AFTER)
    holds(bucket.lies_there(), AFTER, (OLD_CSS,))


def test_a_store_that_forgets_conditions_is_seen_through(bucket: Bucket) -> None:
    """Both read the same root; the store lets both write it. The one whose root is not there stops."""
    bucket.done(BEFORE)
    both = threading.Barrier(2, timeout=20)

    def meddle(_: int, one: Asked) -> str:
        if one.method == "PUT" and one.path.endswith("/root") and not both.broken:
            try:
                both.wait()
                both.abort()
            except threading.BrokenBarrierError:
                pass
        return "bare"

    bucket.between.meddle = meddle
    for name in ("one", "two"):
        build(bucket.machine(name), BEFORE | {OTHER: page(name)})
    running = [bucket.start(name) for name in ("one", "two")]
    ended = sorted(publishers().end(process).status for process in running)
    assert ended in ([0, 1], [1, 1])


def test_lists_that_are_damaged_are_one_line_and_made_anew(bucket: Bucket) -> None:
    bucket.done(BEFORE)
    site = bucket.root()["site"]
    for damage in ("PUT", "DELETE"):
        put(bucket.port, f"{bucket.prefix}/.nashra/sums/{site}", b"{}" if damage == "PUT" else None)
        ended = bucket.publish(AFTER, "two")
        assert (ended.status, ended.said) == (
            1,
            f"{bucket.target}: the list of what lies there is damaged; publish with FORCE=1, which sends all again\n",
        )
    bucket.done(AFTER, "two", force=True)
    lies = bucket.lies_there()
    assert {name: lies[name] for name in AFTER} == {name: text.encode() for name, text in AFTER.items()}
    assert bucket.done(AFTER, "two").endswith("shows all of it already\n")
    put(bucket.port, f"{bucket.prefix}/.nashra/root", b"[]")
    ended = bucket.publish(AFTER)
    assert ended.status == 1
    assert "what is written in .nashra/root there cannot be read; delete it there: then all is sent again" in ended.said


@pytest.mark.parametrize(
    ("ways", "told"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "there are no credentials for it"),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, "the store does not answer (EndpointConnectionError)"),
        ({"AWS_ENDPOINT_URL_S3": f"no address {SECRET}"}, "the SDK's settings cannot be used (ValueError)"),
        ({"AWS_PROFILE": SECRET}, "the SDK's settings cannot be used (ProfileNotFound)"),
    ],
)
def test_settings_that_cannot_be_are_one_line_without_secrets(bucket: Bucket, ways: dict[str, str], told: str) -> None:
    bucket.ways = ways | {"AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true"}
    ended = bucket.publish(BEFORE)
    assert (ended.status, ended.said.count("\n")) == (1, 1), ended.said
    assert ended.said.startswith(f"{bucket.target}: {told}; ")
    assert SECRET not in ended.said


def test_no_such_bucket_is_one_line(bucket: Bucket) -> None:
    build(bucket.machine(), BEFORE)
    ended = publishers().publish("s3://nosuchbucket/x", bucket.machine().public, bucket.environ)
    told = "there is no such bucket; make it, or name another with TARGET=s3://bucket/prefix"
    assert (ended.status, ended.said) == (1, f"s3://nosuchbucket/x: {told}\n")


@pytest.mark.parametrize(
    "lie",
    [
        {"names": ["../../../etc/x"]},
        {"names": ["/etc/x"]},
        {"old": ["../../x"]},
        {"site": "x"},
        {"left": {"a/../b": 1}},
        {"left": {"a.css": "x"}},
        {"left": {"a.css": -1}},
        {"left": []},
        {"names": "abc"},
        {"names": [1]},
        {"names": ["\udcff"]},
        {"old": [1]},
        {"count": None},
        {"site": 1},
        {"owner": {}},
    ],
)
def test_a_root_that_names_what_is_no_file_of_a_site_is_refused(bucket: Bucket, lie: dict[str, Any]) -> None:
    bucket.done(BEFORE)
    data = json.dumps(bucket.root() | lie).encode()
    put(bucket.port, f"{bucket.prefix}/.nashra/root", data)
    ended = bucket.publish(AFTER)
    assert (ended.status, ended.said.count("\n"), bucket.puts()) == (1, 1, [])
    assert "what is written in .nashra/root there cannot be read" in ended.said


def test_a_root_that_is_too_deep_is_refused(bucket: Bucket) -> None:
    put(bucket.port, f"{bucket.prefix}/.nashra/root", b"[" * 100_000)
    ended = bucket.publish(BEFORE)
    assert (ended.status, ended.said.count("\n"), bucket.puts()) == (1, 1, [])
    assert "what is written in .nashra/root there cannot be read" in ended.said


@pytest.mark.parametrize("way", ["nameless", "endless"])
def test_a_store_whose_answer_is_no_list_is_one_line(bucket: Bucket, way: str) -> None:
    bucket.done(BEFORE)
    bucket.between.meddle = lambda _, one: way if one.method == "GET" else ""
    ended = bucket.publish(AFTER)
    told = "the store failed (what it returns is no list); publish again: it goes on from there"
    assert (ended.status, ended.said, bucket.puts()) == (1, f"{bucket.target}: {told}\n", [])


def test_theme_files_stay_for_pages_that_readers_hold_then_go(bucket: Bucket) -> None:
    bucket.done(BEFORE)
    bucket.done(AFTER)
    assert OLD_CSS in bucket.lies_there()
    root = bucket.root()
    assert root["left"].keys() == {OLD_CSS}
    root["left"][OLD_CSS] -= 31 * 86_400
    put(bucket.port, f"{bucket.prefix}/.nashra/root", json.dumps(root, ensure_ascii=False, sort_keys=True).encode())
    assert bucket.done(AFTER).endswith("shows all of it already\n")
    bucket.done(AFTER | {"robots.txt": "User-agent: x"})
    assert not any("0123456789" in name for name in bucket.lies_there())
    assert bucket.root()["left"] == {}


def test_many_files_go_in_batches_and_go_on_where_they_ended(bucket: Bucket) -> None:
    site = BEFORE | {f"images/{number}.txt": str(number) for number in range(300)}
    build(bucket.machine(), site)
    who = bucket.start(batch=100)
    _until(lambda: bucket.root()["site"] != "")
    kill(who)
    assert publishers().end(who).status == -9
    bucket.done()
    assert 0 < len(bucket.sent()) <= len(site) - 100
    holds(bucket.lies_there(), site)


def _until(true: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
