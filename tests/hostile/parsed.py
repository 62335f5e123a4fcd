"""Pages and feeds as a browser reads them: what of the text is there, and whatever could act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from playwright.sync_api import Page

# Says of HTML what it shows, and every kind of element and attribute, address and scheme in it. Two pages of one theme
# that differ in the latter hold markup that is not the theme's.
_SEE = """htmls => htmls.map(html => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const kinds = new Set();
  for (const one of page.querySelectorAll("*")) {
    kinds.add(`<${one.localName}>`);
    for (const {name, value} of one.attributes) {
      kinds.add(`${one.localName} ${name}`);
      const address = /^(href|xlink:href|src|srcset|action|formaction|data|poster|background|ping|cite)$/.test(name);
      const scheme = value.replace(/[\\u0000-\\u0020]/g, "").match(/^[a-z][a-z0-9+.-]*:/i);
      if (address && scheme) kinds.add(`${one.localName} ${name} ${scheme[0].toLowerCase()}`);
    }
    if (one.localName === "script") kinds.add(`script ${one.type} ${(one.getAttribute("src") ?? "").split("/").pop()}`);
    if (one.localName === "meta" && one.httpEquiv) kinds.add(`meta ${one.httpEquiv}`);
    if (one.localName === "link") kinds.add(`link ${one.rel}`);
  }
  const texts = query => [...page.querySelectorAll(query)].map(one => one.textContent);
  return {
    kinds: [...kinds],
    headline: texts("h1")[0] ?? "",
    paragraphs: texts(".story-body p"),
    correction: texts(".correction > p:not(.updated)"),
    plain: texts("p"),
    text: page.documentElement.textContent,
    data: texts('script[type="application/ld+json"]'),
  };
})"""
_AT_ONCE = 40


def see(page: Page, htmls: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield what each of ``htmls`` says and holds, by the browser's own parser; nothing of it is run."""
    waiting: list[str] = []
    for html in htmls:
        waiting.append(html)
        if len(waiting) == _AT_ONCE:
            yield from page.evaluate(_SEE, waiting)
            waiting.clear()
    yield from page.evaluate(_SEE, waiting)


def kinds(page: Page, htmls: Sequence[str]) -> set[str]:
    """Return every kind of markup in ``htmls``."""
    return {kind for one in see(page, htmls) for kind in one["kinds"]}
