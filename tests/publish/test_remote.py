"""Publishing to a bucket and to another machine, with real servers: what is sent, in which order, and what a kill, a race,
a lying or a silent server leave."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import pytest
from sites import AFTER, BEFORE, NEW, NEWER, OTHER, SECRET_TEXT, STORY, build, dead_ends, local, page, seen
from stores import BUCKET, SECRET, Asked, Ended, Proxy, Publishers, asked, kill, make_bucket, moto, objects, proxy, weed

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


@pytest.fixture(scope="module")
def publishers() -> Iterator[Publishers]:
    made = Publishers()
    yield made
    made.close()


@dataclass
class Bucket:
    """A part of the bucket for one test, before a proxy, and those who publish there."""

    port: int
    prefix: str
    between: Proxy
    publishers: Publishers
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
            **self.ways,
        }

    def machine(self, name: str = "one") -> Releases:
        return local(self.top / name / "public")

    def publish(self, site: dict[str, str] | None = None, machine: str = "one", **options: Any) -> Ended:
        """Build a site on a machine and publish it; None is what was built last."""
        if site is not None:
            build(self.machine(machine), site)
        self.between.asked.clear()
        return self.publishers.publish(self.target, self.machine(machine).public, self.environ, **options)

    def start(self, machine: str = "one", **options: Any) -> int:
        self.between.asked.clear()
        return self.publishers.start(self.target, self.machine(machine).public, self.environ, **options)

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
        told: dict[str, Any] = json.loads(self.lies_there()[".nashra/root"])
        return told


@pytest.fixture
def bucket(port: int, publishers: Publishers, tmp_path: Path) -> Iterator[Bucket]:
    with proxy(port) as between:
        yield Bucket(port, f"p{tmp_path.name}", between, publishers, tmp_path)


def holds(place: dict[str, bytes], site: dict[str, str], stays: tuple[str, ...] = ()) -> None:
    """See that what may be read in a place is the site, whole, with its twins, and nothing else."""
    names = {name for name in seen(place) if not name.endswith((".br", ".gz"))}
    assert names == {*site, *stays}
    for name, text in site.items():
        assert place[name] == text.encode(), name
    for name, data in seen(place).items():
        if name.endswith((".br", ".gz")):
            unpacked = brotli.decompress(data) if name.endswith(".br") else gzip.decompress(data)
            assert unpacked == place[name[:-3]], name


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
    bucket.done(AFTER)
    holds(bucket.lies_there(), AFTER, (OLD_CSS,))
    order = bucket.sent()
    place = {name: order.index(name) for name in order}
    css = "theme/main-abcdefabcd.css"
    assert order[0] == css
    assert set(order[1:5]) == {STORY, f"{STORY}.gone", ".gone.nginx", ".gone.caddy"}
    assert place["cards/2.png"] < place[NEW]
    assert max(place[NEW], place[NEWER]) < place[OTHER] < place["category/cyber.html"] < place["index.html"]
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
    """Kill a publisher of AFTER at a request; see what readers see then, and that the next run makes it good. Tell whether
    it was killed."""
    with killing(bucket, number, before) as who:
        build(bucket.machine(publisher), AFTER)
        who.append(bucket.start(publisher))
        ended = bucket.publishers.end(who[0])
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
        for before in (True, False):
            shutil.rmtree(bucket.top / "one", ignore_errors=True)
            bucket.prefix = f"{bucket.top.name}-{number}-{before}"
            bucket.done(BEFORE)
            if not survives(bucket, "one", number, before):
                return done
            done += 1
    return done


def test_a_kill_leaves_no_dead_link_and_the_next_run_finishes(bucket: Bucket) -> None:
    assert kills(bucket, range(2, 62, 12)) == 10


@pytest.mark.slow
def test_no_kill_leaves_a_dead_link(bucket: Bucket) -> None:
    assert kills(bucket, range(1, 1000)) > 110
