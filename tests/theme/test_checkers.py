"""The pages before other people's checkers: axe, the Nu checker, html-validate, stylelint, Lighthouse. Slow.

The checkers come from npm (tools/node, run by `make test-all`); the Nu checker needs Java too.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import statistics
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from look import HOSTILE, SCHEMES, WIDTHS, kinds, opened, settle
from playwright.sync_api import Browser

from conftest import CSP, ROOT, Served, chromium
from press import zipped

HERE = Path(__file__).parent
NODE = ROOT / "tests" / "node" / "node_modules"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (NODE / "axe-core").is_dir(), reason="run tools/node first (it needs Node and npm)"),
]


def run(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=os.environ | environ, capture_output=True, text=True, timeout=300, check=False, cwd=ROOT
    )


def pages(served: Served) -> list[str]:
    """Return the files of all pages but the one whose writer put a script into it."""
    return [str(page) for page in served.pages() if HOSTILE not in page.name]


# --- axe -------------------------------------------------------------------------------------------------------------

AXE = """axe.run(document, {
    runOnly: {type: "tag", values: [
        "wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
    ]},
    rules: {"color-contrast-enhanced": {enabled: true}, "identical-links-same-purpose": {enabled: true},
            "meta-refresh-no-exceptions": {enabled: true}, "target-size": {enabled: true}},
}).then(found => ({
    passed: found.passes.length,
    violations: found.violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 200)}`)),
}))"""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(served: Served, browser: Browser, width: int, scheme: str) -> None:
    axe = (NODE / "axe-core" / "axe.min.js").read_text("utf-8")
    context = opened(browser, width, scheme)
    found = {}
    for path in kinds(served.output).values():
        page = context.new_page()
        page.goto(served.url(path))
        settle(page)
        page.evaluate(axe)
        result = page.evaluate(AXE)
        assert result["passed"] > 20, path
        if result["violations"]:
            found[path] = result["violations"]
        page.close()
    context.close()
    assert found == {}


# --- markup and styles -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("java") is None, reason="the Nu checker needs Java")
def test_the_nu_checker_finds_nothing(served: Served) -> None:
    nu = ("java", "-jar", str(NODE / "vnu-jar" / "build" / "dist" / "vnu.jar"), "--format", "json")
    messages: list[dict[str, Any]] = json.loads(run(*nu, *pages(served)).stderr)["messages"]
    messages += json.loads(run(*nu, "--css", str(served.output / "theme" / "main.css")).stderr)["messages"]
    assert [
        (one["url"].rpartition("output/")[2], one["message"], one.get("extract"))
        for one in messages
        # The checker's CSS is older than view transitions; what a browser makes of them is tried in test_look.py.
        if not (one["url"].endswith(".css") and newer(one))
    ] == []


def newer(message: dict[str, Any]) -> bool:
    return "nsition-" in message.get("extract", "") or "@view-transition" in message["message"]


def test_html_validate_finds_nothing(served: Served) -> None:
    command = [str(NODE / ".bin" / "html-validate"), "--config", str(HERE / "htmlvalidate.json"), "--formatter", "json"]
    found = run(*command, *pages(served))
    results = json.loads(found.stdout)
    assert [
        (result["filePath"].rpartition("output/")[2], one["ruleId"], one["message"], one["line"])
        for result in results
        for one in result["messages"]
    ] == [], found.stderr


def test_stylelint_finds_nothing(tmp_path: Path) -> None:
    command = [str(NODE / ".bin" / "stylelint"), "--config", str(HERE / "stylelint.json")]
    found = run(*command, *map(str, sorted((ROOT / "theme" / "static").glob("*.css"))))
    assert found.returncode == 0, found.stdout + found.stderr
    wrong = tmp_path / "wrong.css"
    wrong.write_text("a { margin-left: 1px; text-align: right }", "utf-8")
    found = run(*command, str(wrong))
    assert "margin-left" in found.stderr and "text-align" in found.stderr


# --- Lighthouse ------------------------------------------------------------------------------------------------------

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# What counts as slow is what a phone on a slow line takes: Lighthouse's own simulation. It counts what happened to come
# before the paint on this machine, icons too, and so adds a round trip (150 ms) to some runs of the same page: the best
# run says what the page itself takes.
LATEST_PAINT, MOST_RUNS = 1300, 5


def lighthouse(url: str, report: Path) -> dict[str, Any]:
    found = run(
        str(NODE / ".bin" / "lighthouse"),
        url,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        CHROME_PATH=str(chromium()),
    )
    assert found.returncode == 0, found.stderr
    result: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return result


class Host(SimpleHTTPRequestHandler):
    """A web server as sites have it: it compresses text and keeps connections open."""

    protocol_version = "HTTP/1.1"
    _sent: bytes | None = None

    def send_header(self, keyword: str, value: str) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if keyword == "Content-Length" and path.suffix in (".html", ".css", ".js", ".xml", ".svg", ".txt"):
            self._sent = zipped(path.read_bytes())
            super().send_header("Content-Encoding", "gzip")
            value = str(len(self._sent))
        super().send_header(keyword, value)

    def copyfile(self, source: Any, outputfile: Any) -> None:
        if self._sent is None:
            super().copyfile(source, outputfile)
        else:
            outputfile.write(self._sent)
            self._sent = None

    def end_headers(self) -> None:
        super().send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture(scope="module")
def host(served: Served) -> Iterator[str]:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=str(served.output)))
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


@pytest.mark.skipif(chromium() is None, reason="Lighthouse needs a Chromium of the system's own")
@pytest.mark.parametrize(
    "kind",
    [
        *("index.html", "N/N/N/*.html", "category/*.html", "tag/*.html", "feeds.html"),
        *("search.html", "threads/*.html", "threads.html", "calendar.html", "calendar/N.html"),
        *("N/N/N/index.html", "N/N/index.html", "N/index.html", "archives.html", "author/*.html", "authors.html"),
        *("categories.html", "pages/*.html", "tags.html", "404.html"),
    ],
)
def test_lighthouse_gives_a_hundred_four_times(served: Served, host: str, tmp_path: Path, kind: str) -> None:
    url = f"{host}/{quote(kinds(served.output)[kind].removesuffix('index.html'))}"
    runs = [lighthouse(url, tmp_path / f"{number}.json") for number in range(3)]
    while painted(runs) > LATEST_PAINT and len(runs) < MOST_RUNS:
        runs.append(lighthouse(url, tmp_path / f"{len(runs)}.json"))
    scores = {
        name: statistics.median(round(100 * (one["categories"][name]["score"] or 0)) for one in runs)
        for name in CATEGORIES
        # No one is to find the page for what is missing.
        if (kind, name) != ("404.html", "seo")
    }
    short = {
        audit: one["audits"][audit].get("displayValue") or one["audits"][audit]["title"]
        for one in runs
        for category in one["categories"].values()
        for audit in (each["id"] for each in category["auditRefs"] if each["weight"])
        if (one["audits"][audit]["score"] or 0) < 1 and one["audits"][audit]["scoreDisplayMode"] != "notApplicable"
    }
    print(f"{kind}: {scores}, LCP {painted(runs):.0f} ms, short of full: {short}")
    assert set(scores.values()) == {100}, short
    assert painted(runs) <= LATEST_PAINT


def painted(runs: list[dict[str, Any]]) -> float:
    """Return when the largest part of a page was drawn, in ms, in the best of some runs."""
    return min(float(one["audits"]["largest-contentful-paint"]["numericValue"]) for one in runs)
