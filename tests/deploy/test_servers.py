"""The served site: a site that was really published, behind real nginx and real Caddy, asked by plain HTTP."""

from __future__ import annotations

import gzip
import re
import shutil
import threading
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from urllib.parse import quote

import brotli
import pytest
from playwright.sync_api import Browser, Page, expect
from servers import Server, free_port, running, serving

import press
from conftest import Served, new_site
from nashra.publish.headers import headers
from nashra.publish.releases import Releases

SERVERS = ["nginx", "caddy"]
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".rss.xml": "application/rss+xml; charset=utf-8",
    ".atom.xml": "application/atom+xml; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STORIES = r"2021/0\d/\d\d/(?!index|\d+\.html)[^/]*\.html"
STORY = "public, max-age=300, stale-while-revalidate=600, stale-if-error=86400"
FEED = "public, max-age=300, stale-if-error=86400"
ASSET = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A published site of two releases with one story withdrawn, that names the address where nginx will serve it."""
    made = new_site(tmp_path_factory.mktemp("deploy") / "site")
    served = Served(made.folder, f"http://127.0.0.1:{free_port()}")
    with (made.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        # Nobody out there is to be told.
        settings.write(f'{press.SETTINGS}NASHRA_OFFLINE = True\nNASHRA_WEBSUB_HUB = ""\n')
    for name, text in press.SEEDS.items():
        made.seed(name, text)
    for when in (press.FIRST, press.SECOND):
        done = made.build("-s", "publishconf.py", SITEURL=served.address, SOURCE_DATE_EPOCH=when)
        assert done.returncode == 0, done.stdout + done.stderr
        (made.seeds / "cup.txt").unlink(missing_ok=True)
    assert made.output.readlink().name == "000002"
    return served


@pytest.fixture(scope="module")
def homes(site: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Both servers, serving the site."""
    home, port = tmp_path_factory.mktemp("servers"), int(site.address.rpartition(":")[2])
    with (
        serving("nginx", site.output, home / "nginx", port) as nginx,
        serving("caddy", site.output, home / "caddy") as caddy,
    ):
        yield {"nginx": nginx, "caddy": caddy}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, homes: dict[str, Server]) -> Server:
    return homes[request.param]


@pytest.fixture
def gone(site: Served) -> str:
    """The address of the withdrawn story."""
    [mark] = site.output.rglob("*.gone")
    return f"/{mark.relative_to(site.output).as_posix().removesuffix('.gone')}"


def public(site: Served) -> dict[str, bytes]:
    """Return the files that readers may have, by path: no twin, nothing that is the server's, no error's page."""
    tree = {str(p.relative_to(site.output)): p.read_bytes() for p in sorted(site.output.rglob("*")) if p.is_file()}
    ours = {name for name in tree if name.endswith((".br", ".gz", ".gone")) or name.startswith(".gone")}
    ours |= {name.removesuffix(".gone") for name in ours}
    return {name: data for name, data in tree.items() if name not in {*ours, "404.html"}}


def kind(name: str) -> str:
    if name.startswith("feeds/") and name.endswith(".json"):
        return "application/feed+json; charset=utf-8"
    return next(TYPES[ending] for ending in TYPES if name.endswith(ending))


def vary(name: str) -> str:
    return "Accept-Encoding, Accept" if name.endswith((".rss.xml", ".atom.xml")) else "Accept-Encoding"


def test_every_file_is_sent_whole_and_as_what_it_is(site: Served, server: Server) -> None:
    files = public(site)
    assert {Path(name).suffix for name in files} >= {suffix for suffix in TYPES if suffix.count(".") == 1}
    connection = server.connect()
    for name, data in files.items():
        answer = server.ask(f"/{name}", over=connection)
        assert (answer.status, answer["Content-Type"]) == (200, kind(name)), name
        # The same is sent from a bucket.
        assert {header: answer[header] for header in ("Content-Type", "Cache-Control")} == headers(name), name
        assert answer.body == data and answer["Content-Length"] == str(len(data)), name
        assert {header: answer[header] for header in SECURITY} == SECURITY, name
        assert answer["Content-Encoding"] == "" and answer["Vary"] == vary(name), name
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; "), name
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert answer["ETag"] and answer["Last-Modified"] and "Strict-Transport-Security" not in answer.headers, name
    connection.close()


@pytest.mark.parametrize(
    ("accepts", "coding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")]
)
def test_what_was_packed_when_publishing_is_what_is_sent(
    site: Served, server: Server, accepts: str, coding: str
) -> None:
    ending, unpack = {"br": (".br", brotli.decompress), "gzip": (".gz", gzip.decompress)}[coding]
    connection, packed = server.connect(), 0
    for name, data in public(site).items():
        twin = site.output / f"{name}{ending}"
        answer = server.ask(f"/{name}", {"Accept-Encoding": accepts}, over=connection)
        assert (answer.status, answer["Content-Type"], answer["Vary"]) == (200, kind(name), vary(name)), name
        if twin.exists():
            assert answer["Content-Encoding"] == coding and answer.body == twin.read_bytes(), name
            assert unpack(answer.body) == data, name
            packed += 1
        else:
            assert answer["Content-Encoding"] == "" and answer.body == data, name
    connection.close()
    assert packed > 100


def test_a_browser_is_told_that_a_feed_is_xml(server: Server) -> None:
    """Chromium shows no style of what is application/rss+xml."""
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for accepts in ("", "br"):
        for path in ("/feeds/all.rss.xml", "/feeds/all.atom.xml"):
            answer = server.ask(path, browser | {"Accept-Encoding": accepts})
            assert (answer["Content-Type"], answer["Vary"]) == (TYPES[".xml"], "Accept-Encoding, Accept")
    for path in ("/feeds/all.json", "/index.html", "/search/rules.json", "/sw.js", "/opml.xml"):
        assert server.ask(path, browser)["Content-Type"] == kind(path[1:]), path


def test_no_packing_is_sent_to_who_takes_none(server: Server) -> None:
    for accepts in ("", "identity", "br;q=0, gzip;q=0.0", "zstd"):
        assert server.ask("/", {"Accept-Encoding": accepts})["Content-Encoding"] == "", accepts


def kinds(site: Served) -> dict[str, str]:
    """Return a path of each kind, with how it may be cached."""
    names = public(site)

    def first(pattern: str) -> str:
        return "/" + next(name for name in names if re.fullmatch(pattern, name))

    return {
        "/": "public, max-age=60",
        "/2021/": "public, max-age=60",
        "/tags.html": "public, max-age=60",
        first(r"tag/.*\.html"): "public, max-age=60",
        first(r"2021/06/index\.html"): "public, max-age=60",
        first(STORIES): STORY,
        first(r"feeds/.*\.rss\.xml"): FEED,
        first(r"feeds/.*\.json"): FEED,
        first(r"search/.*\.json"): "public, max-age=60",
        "/sw.js": "no-cache",
        first(r"theme/main-.*\.css"): ASSET,
        first(r"theme/search-[0-9a-f]{10}\.js"): ASSET,
        first(r"theme/fonts/.*\.woff2"): ASSET,
        "/theme/main.css": "public, max-age=3600",
        "/favicon.ico": "public, max-age=60",
        first(r"cards/.*"): "public, max-age=3600",
    }


def test_how_long_each_kind_is_kept(site: Served, server: Server) -> None:
    for accepts in ("", "br", "gzip"):
        for path, kept in kinds(site).items():
            assert server.ask(path, {"Accept-Encoding": accepts})["Cache-Control"] == kept, path


def test_who_has_it_already_is_told_so(site: Served, server: Server) -> None:
    for path, kept in kinds(site).items():
        tags = set()
        for accepts in ("", "br", "gzip"):
            whole = server.ask(path, {"Accept-Encoding": accepts})
            for name, value in (("If-None-Match", whole["ETag"]), ("If-Modified-Since", whole["Last-Modified"])):
                same = server.ask(path, {"Accept-Encoding": accepts, name: value})
                assert (same.status, same.body) == (304, b""), f"{path} {name}"
                assert same["ETag"] == whole["ETag"] and same["Vary"] == vary(path), path
                assert same["Cache-Control"] == kept, path
            tags.add((whole["ETag"], whole["Content-Encoding"]))
            for name, value in (("If-None-Match", '"other"'), ("If-Modified-Since", formatdate(0, usegmt=True))):
                assert server.ask(path, {"Accept-Encoding": accepts, name: value}).body == whole.body
        assert len({tag for tag, _ in tags}) == len(tags), f"{path}: what is packed is another thing (RFC 9110 §8.8.3)"


def test_a_part_is_sent_to_who_asks_for_it(site: Served, server: Server) -> None:
    data = site.read("feeds/all.rss.xml")
    path = "/feeds/all.rss.xml"
    part = server.ask(path, {"Range": "bytes=10-19"})
    assert (part.status, part.body, part["Content-Range"]) == (206, data[10:20], f"bytes 10-19/{len(data)}")
    assert part["Content-Type"] == kind(path[1:])
    assert server.ask(path, {"Range": "bytes=-5"}).body == data[-5:]
    assert server.ask(path, {"Range": "bytes=0-0", "If-Range": '"other"'}).body == data
    whole = server.ask(path)
    assert server.ask(path, {"Range": "bytes=0-0", "If-Range": whole["ETag"]}).body == data[:1]
    beyond = server.ask(path, {"Range": f"bytes={len(data)}-"})
    assert (beyond.status, beyond["Content-Range"]) == (416, f"bytes */{len(data)}")
    assert data not in beyond.body


def test_other_sites_may_read_feeds_and_search_and_show_pictures(site: Served, server: Server) -> None:
    for path in kinds(site):
        answer = server.ask(path, {"Origin": "https://reader.example", "Accept-Encoding": "br"})
        read = path.startswith(("/feeds/", "/search/"))
        shown = read or path.startswith("/cards/") or path.endswith(".ico")
        assert answer["Access-Control-Allow-Origin"] == ("*" if read else ""), path
        assert answer["Cross-Origin-Resource-Policy"] == ("cross-origin" if shown else "same-origin"), path
    for path in ("/opml.xml", "/calendar.ics"):
        assert server.ask(path)["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("accepts", ["", "br", "gzip"])
def test_a_withdrawn_story_is_gone(site: Served, server: Server, gone: str, accepts: str) -> None:
    page = site.output / gone[1:]
    unpack = {"": bytes, "br": brotli.decompress, "gzip": gzip.decompress}[accepts]
    has = {"If-Modified-Since": formatdate(2e9, usegmt=True), "If-None-Match": "*", "Range": "bytes=0-9"}
    for more in ({}, *({name: value} for name, value in has.items())):
        answer = server.ask(gone, {"Accept-Encoding": accepts} | more)
        assert (answer.status, answer["Content-Type"]) == (410, "text/html; charset=utf-8")
        assert answer["Content-Encoding"] == accepts and unpack(answer.body) == page.read_bytes()
        assert answer["Cache-Control"] == "public, max-age=60"
        assert {header: answer[header] for header in SECURITY} == SECURITY
    assert (server.ask(gone, method="HEAD").status, server.ask(gone, method="HEAD").body) == (410, b"")


@pytest.mark.parametrize("accepts", ["", "br"])
@pytest.mark.parametrize(
    "path",
    [
        *("/nosuch", "/nosuch/", "/2021/06/nosuch.html", "/tag/لا-أحد.html", "/theme/main-0123456789.css"),
        *("/category", "/category/", "/feeds/tag/", "/index.html/", "/index.html/x", "/search", "/theme", "/404.html"),
        *("/index.html.br", "/index.html.gz", "/theme/main.css.br", "/feeds/all.rss.xml.gz", "/2021/index.html.br"),
        *("/.gone.nginx", "/.gone.caddy", "/.gone.nginx.br", "/.git/config", "/theme/.htaccess", "/.nashra"),
    ],
)
def test_what_is_not_there_has_the_sites_own_page(site: Served, server: Server, path: str, accepts: str) -> None:
    answer = server.ask(path, {"Accept-Encoding": accepts})
    assert (answer.status, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    body = brotli.decompress(answer.body) if answer["Content-Encoding"] == "br" else answer.body
    assert body == site.read("404.html")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert {header: answer[header] for header in SECURITY} == SECURITY


def test_no_mark_of_the_servers_can_be_had(server: Server, gone: str) -> None:
    for ending in (".gone", ".br", ".gz", ".gone.br"):
        assert server.ask(gone + ending).status == 404, ending
    assert server.ask(gone.rpartition("/")[0] + "/*").status == 404, "a pattern is no address"
    assert server.ask("/.well-known/feed-menu.json").status == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/theme/..%2f.gone.nginx"),
        *(
            "/%00",
            "/index.html%00.gone",
            "//evil.example/",
            "//evil.example/%2e%2e",
            "/\\evil.example",
            "/%5cevil.example",
        ),
        *(
            "/2021/..%2f..%2fsite/pelicanconf.py",
            "/*",
            "/2021/*",
            "/2021/07/[a-z]*",
            "/{env.HOME}",
            "/%0d%0aX-Evil:%201",
        ),
        *("//evil.example/..%2f2021", "/2021%0d%0aX-Evil:%201", "/%ff%fe", "/" + "a" * 5000),
    ],
)
def test_hostile_addresses_lead_nowhere(server: Server, path: str) -> None:
    answer = server.ask(path)
    # Some are but other names of the front page.
    assert answer.status in (200, 301, 308, 400, 404) and "x-evil" not in answer.headers
    assert answer.status != 200 or answer.body == server.ask("/").body
    assert b"root:" not in answer.body and b"SITENAME" not in answer.body and b'" 1;' not in answer.body
    assert not answer["Location"].startswith(("//", "/\\", "http")) and "\n" not in answer["Location"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_only_reading_is_allowed(server: Server, method: str) -> None:
    answer = server.ask("/", method=method)
    assert (answer.status, answer["Allow"]) == (405, "GET, HEAD")
    assert " + " not in answer["Content-Type"]


def test_the_head_is_that_of_the_whole(site: Served, server: Server) -> None:
    for path in kinds(site):
        head, whole = (server.ask(path, {"Accept-Encoding": "br"}, method=method) for method in ("HEAD", "GET"))
        assert head.body == b"" and head.status == 200
        # How long it will be, and when it was asked, may be left out (RFC 9110 §9.3.2).
        free = {"date": "", "content-length": "", "transfer-encoding": ""}
        assert head.headers | free == whole.headers | free, path


def test_a_feed_says_in_a_header_where_to_subscribe(site: Served, server: Server, tmp_path: Path) -> None:
    """Each feed, packed or not, had already or not, and nothing else; off in the example."""
    hub = "https://hub.example/?a=b"
    assert server.ask("/feeds/all.rss.xml")["Link"] == ""
    with serving(server.name, site.output, tmp_path / "home", hub=hub) as mine:
        connection = mine.connect()
        told = 0
        for name in public(site):
            subscribed = name.startswith("feeds/") and not re.search(r"/\d{4}-\d\d\.[a-z.]+$", name)
            expected = f'<{hub}>; rel="hub", <{mine.address}/{quote(name)}>; rel="self"' if subscribed else ""
            for headers in ({}, {"Accept-Encoding": "br"}):
                assert mine.ask(f"/{name}", headers, over=connection)["Link"] == expected, name
            told += subscribed
        connection.close()
        assert told > 60
        path = "/feeds/all.rss.xml"
        whole = mine.ask(path)
        assert mine.ask(path, method="HEAD")["Link"] == whole["Link"]
        same = mine.ask(path, {"If-None-Match": whole["ETag"]})
        assert (same.status, same["Link"]) == (304, whole["Link"])
        # Nothing of what a stranger wrote, no name that the feed has not itself, nothing of what is not there.
        for odd in ("?x=1", "?>;%20rel=x", "/", "%00", "%0d%0aX-Evil:1", ">;rel=x", ".br"):
            answer = mine.ask(path + odd)
            assert answer["Link"] == "" and "x-evil" not in answer.headers, odd
        for odd in (
            "/feeds/tag/nosuch.rss.xml",
            "/feeds/tag/%d8%a8%d9%88%d8%aa%d9%8a%d9%86.rss.xml",
            "//feeds/all.json",
        ):
            assert mine.ask(odd)["Link"] == "", odd
        assert (mine.ask(path, method="POST").status, mine.ask(path, method="POST")["Link"]) == (405, "")


def test_a_month_without_its_slash_is_sent_on(server: Server) -> None:
    for path in ("/2021", "/2021/06"):
        answer = server.ask(path)
        assert answer.status in (301, 308) and answer["Location"] in (f"{path}/", f"{path.rpartition('/')[2]}/")


@pytest.mark.parametrize("name", SERVERS)
def test_a_release_is_seen_at_once_by_all(name: str, tmp_path: Path) -> None:
    """No reload, no half of a release, no moment without one; the same on the way back, though files get older."""
    releases = Releases(tmp_path / "public")
    seen: list[list[tuple[int, bytes]]] = [[], [], []]
    over = threading.Event()

    def publish(text: str) -> None:
        # Both of one length and of one time: nothing tells them apart but what they hold.
        for path, body in {
            "index.html": f"<!doctype html><title>{text}</title>",
            "404.html": "<title>404</title>",
        }.items():
            (releases.next / path).parent.mkdir(parents=True, exist_ok=True)
            (releases.next / path).unlink(missing_ok=True)
            (releases.next / path).write_text(body, "utf-8")
        releases.publish("https://nashra.example", "theme", written={"index.html", "404.html"}, keep=9, force=False)

    def read(server: Server, into: list[tuple[int, bytes]]) -> None:
        connection = server.connect()
        while not over.is_set():
            answer = server.ask("/", over=connection)
            into.append((answer.status, answer.body))
        connection.close()

    def page(text: str) -> bytes:
        return f"<!doctype html><title>{text}</title>".encode()

    publish("000")
    with serving(name, releases.public, tmp_path / "home") as server:
        readers = [threading.Thread(target=read, args=(server, into)) for into in seen]
        for reader in readers:
            reader.start()
        order = [f"{number:03}" for number in range(12)]
        for text in order[1:]:
            publish(text)
            assert server.ask("/").body == page(text)
        for text in order[-2:-5:-1]:
            releases.roll_back()
            assert server.ask("/").body == page(text)
        over.set()
        for reader in readers:
            reader.join()
    way = [page(text) for text in (*order, *order[-2:-5:-1])]
    for answers in seen:
        assert {status for status, _ in answers} == {200} and len(answers) > 20
        bodies = [body for at, (_, body) in enumerate(answers) if not at or body != answers[at - 1][1]]
        at = -1
        for body in bodies:
            at = way.index(body, at + 1)


def test_a_withdrawal_is_seen_at_once(server: Server, site: Served, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    shutil.copytree(site.output, folder)
    story = next(name for name in public(site) if re.fullmatch(STORIES, name))
    path, mark = f"/{story}", folder / f"{story}.gone"
    with serving(server.name, folder, tmp_path / "home") as mine:
        assert mine.ask(path).status == 200
        mark.touch()
        assert mine.ask(path).status == 410
        mark.unlink()
        assert mine.ask(path).status == 200


LISTS = {
    # The buckets as docs/deploy.md says: an Arabic address is long.
    "nginx": """map_hash_bucket_size 512; map $uri $gone {{ include {root}/.gone.nginx; }}
server {{ listen 127.0.0.1:{port}; root {root}; if ($gone) {{ return 410; }} }}""",
    "caddy": """http://127.0.0.1:{port} {{
root * {root}
import {root}/.gone.caddy
error @gone 410
file_server
}}
""",
}


@pytest.mark.parametrize("name", SERVERS)
def test_the_list_of_withdrawn_stories_is_one_a_server_reads(
    site: Served, gone: str, name: str, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / ".gone.nginx").write_text("", "utf-8")
    (empty / ".gone.caddy").write_text("@gone not path *\n", "utf-8")
    (empty / "index.html").write_text("there", "utf-8")
    for root, path, status in ((site.output.resolve(), gone, 410), (empty, "/index.html", 200)):
        port = free_port()
        text = LISTS[name].format(root=root, port=port)
        with running(name, text, port, tmp_path / f"home{status}") as server:
            assert server.ask(path).status == status
            assert server.ask("/").status == 200 or name == "caddy"


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, homes: dict[str, Server], complaints: list[str]) -> Iterator[Page]:
    """A page on the site behind nginx; whatever the policy refuses or a script fails at is a complaint."""
    context = browser.new_context(base_url=homes["nginx"].address)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=homes["nginx"].address)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    yield page
    context.close()


def test_a_browser_has_nothing_to_complain_of(site: Served, page: Page, gone: str, complaints: list[str]) -> None:
    story = next(name for name in public(site) if re.fullmatch(STORIES, name))
    tag = next((site.output / "tag").glob("*.html"))
    for path in ("/", f"/{story}", f"/tag/{tag.name}", "/search.html", "/feeds.html", "/calendar.html"):
        answer = page.goto(path, wait_until="networkidle")
        assert answer is not None and answer.ok, path
        assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") != "static", "no style"
        assert page.evaluate("document.fonts.check('16px \"Nashra Sans\"')"), path
    for path in ("/feeds/all.rss.xml", "/feeds/all.atom.xml"):
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl", path
    assert complaints == []
    for path in (gone, "/nosuch.html"):
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") != "static"
    assert {text for text in complaints if "Failed to load resource" not in text} == set()


def test_search_copying_and_sharing_work(site: Served, page: Page, complaints: list[str]) -> None:
    page.goto("/search.html")
    page.locator("#q").fill("ثغرة")
    expect(page.locator(".results-list li").first).to_be_visible()
    page.locator(".results-list a").first.click()
    expect(page.locator("h1")).to_contain_text("ثغرة")
    assert page.locator(".share a[href^='https://t.me/']").count() == 1
    page.wait_for_load_state("networkidle")
    page.goto("/feeds.html")
    page.locator("table a", has_text="Atom").first.click()
    page.locator("[role=status]", has_text="نُسخ").wait_for()
    assert str(page.evaluate("navigator.clipboard.readText()")).startswith(f"{site.address}/feeds/")
    # Who goes on while one page still fades into the next cuts that short.
    assert [text for text in complaints if not text.startswith("Transition was")] == []


def test_what_was_read_is_read_offline(site: Served, page: Page, complaints: list[str]) -> None:
    # Whoever leaves earlier breaks off the request for the icon.
    page.goto("/", wait_until="networkidle")
    page.evaluate("navigator.serviceWorker.ready")
    page.goto("/tags.html", wait_until="networkidle")
    page.wait_for_function("caches.open('nashra-read').then(read => read.keys()).then(keys => keys.length > 0)")
    page.wait_for_function(f"caches.match('{site.address}/tags.html')")
    assert complaints == []
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text("الوسوم")
    assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") != "static"
    assert [text for text in complaints if text.startswith("CSP")] == []
