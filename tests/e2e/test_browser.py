"""The built site in a real browser, at the widths of a phone and a desk, by day and by night."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from conftest import Site

OPTIONS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS + sandbox)
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_template_fits_and_reads_right_to_left(
    built: Site, server: str, browser: Browser, width: int, scheme: str
) -> None:
    article = next((built.output / "2021" / "07").glob("[!i]*.html"))
    tag = next((built.output / "tag").glob("*.html"))
    paths = ["", "category/cyber.html", f"tag/{tag.name}", f"2021/07/{article.name}", "categories.html", "tags.html"]
    paths += ["archives.html", "2021/07/", "feeds.html", "404.html", "pages/about.html"]
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    for path in paths:
        response = page.goto(f"{server}/{path}")
        assert response is not None and response.ok, path
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl", path
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{path} at {width} px runs over by {overflow} px"
    assert complaints == []
    assert all(url.startswith(server) for url in requests)
    context.close()
