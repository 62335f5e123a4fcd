"""How a page is looked at: in Chromium, one of every kind of page, as a reader on a phone or at a desk would."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from conftest import Served
from press import zipped

WIDTHS, SCHEMES = (360, 1280), ("light", "dark")
# The one hand-written article of the press site that has a script and a style inline: what a policy is for.
HOSTILE = "رأي-في-أمن"


def kind(path: str) -> str:
    """Return what kind of page lies at ``path``: «tag/*.html», «N/N/N/*.html», «tags.html»."""
    folder, _, name = re.sub(r"(?<![^/])\d+(?=/)", "N", path).rpartition("/")
    if not folder:
        return re.sub(r"(?<=\D)\d+\.html$", "N.html", name)
    part = re.search(r"/?(index|\d+)\.html$", f"/{name}")
    return f"{folder}/{'index' if part and part[1] == 'index' else 'N' if part else '*'}.html"


def kinds(output: Path) -> dict[str, str]:
    """Return the path of the largest page of each kind of page that a build made."""
    found: dict[str, Path] = {}
    for page in sorted(output.rglob("*.html")):
        path = str(page.relative_to(output))
        known = found.get(kind(path))
        if HOSTILE not in path and (known is None or page.stat().st_size > known.stat().st_size):
            found[kind(path)] = page
    return {name: str(page.relative_to(output)) for name, page in found.items()}


# --- what is noted of a page -----------------------------------------------------------------------------------------

# Runs before the page does.
NOTE = """
window.noted = {shift: 0, refused: [], focused: []};
new PerformanceObserver(list => list.getEntries().forEach(entry => { noted.shift += entry.value; }))
    .observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation", event =>
    noted.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
COLOURS = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
const colours = new Map(), grounds = new WeakMap();
const rgba = colour => {
    if (!colours.has(colour)) colours.set(colour, painted(colour));
    return colours.get(colour);
};
const painted = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
};
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const luminance = colour => {
    const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const [r, g, b] = colour.slice(0, 3).map(v => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b;
};
const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + .05) / (dark + .05);
};
const ancestors = element => element ? [element, ...ancestors(element.parentElement)] : [];
const ground = element => {
    if (!grounds.has(element)) grounds.set(element, behind(element));
    return grounds.get(element);
};
const behind = element => {
    const sheets = ancestors(element).map(each => getComputedStyle(each));
    const layers = sheets.map(style => rgba(style.backgroundColor));
    const end = layers.findIndex(layer => layer[3] === 1);
    return {
        colour: layers.slice(0, end + 1 || undefined).reduceRight((below, top) => over(top, below), [255, 255, 255, 1]),
        opaque: end >= 0,
        picture: sheets.slice(0, end + 1 || undefined).some(style => style.backgroundImage !== "none"),
        veil: sheets.reduce((product, style) => product * style.opacity, 1),
    };
};
"""
# Every text that is shown, those of ::before, ::after and fields too: how far it stands out from its ground.
CONTRAST = f"""() => {{ {COLOURS}
const found = [];
const weigh = (text, element, style) => {{
    const below = ground(element);
    const colour = rgba(style.color);
    const ink = over([...colour.slice(0, 3), colour[3] * below.veil], below.colour);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
    found.push({{text: text.trim().slice(0, 40), tag: element.localName, ratio: ratio(ink, below.colour),
                needs: large ? 4.5 : 7, sure: below.opaque && !below.picture}});
}};
const shown = element => element.checkVisibility({{opacityProperty: true, visibilityProperty: true}});
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; node = walker.nextNode();) {{
    const element = node.parentElement;
    if (!node.data.trim() || !shown(element) || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    weigh(node.data, element, getComputedStyle(element));
}}
for (const element of document.body.querySelectorAll("*")) {{
    if (!shown(element)) continue;
    for (const pseudo of ["::before", "::after"]) {{
        const style = getComputedStyle(element, pseudo);
        if (style.display !== "none" && /^".*[^"\\s/].*"/.test(style.content) && !/\\/ ""$/.test(style.content))
            weigh(style.content, element, style);
    }}
    if (element.matches("input, select, textarea")) {{
        weigh(element.value || element.name || "?", element, getComputedStyle(element));
        if (element.placeholder) weigh(element.placeholder, element, getComputedStyle(element, "::placeholder"));
    }}
}}
return found; }}"""
# Texts that cannot be reached: cut off by a box that does not scroll, or beyond the edge that a page begins at.
LOST = """() => {
const slides = element => /auto|scroll/.test(getComputedStyle(element).overflowX);
const scrolls = element => element && (slides(element) || scrolls(element.parentElement));
const lost = [];
const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
if (over > 0) lost.push(`the page is ${over} px too wide`);
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; node = walker.nextNode();) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || element.closest(".skip, script, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.right > innerWidth + 1 && !scrolls(element)) lost.push(`beyond the edge: ${node.data.trim().slice(0, 40)}`);
}
for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    if (!/hidden|clip/.test(style.overflow) || element.clientWidth <= 1) continue;
    if (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)
        lost.push(`cut off: ${element.localName}.${element.className}`);
}
return lost; }"""
# What must hold of every letter, and what of a text that is read at length.
LETTERS = """() => [...document.body.querySelectorAll("*")].filter(element =>
    element.checkVisibility() && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
).map(element => {
    const style = getComputedStyle(element);
    return {
        name: `${element.localName}.${element.className}`, size: parseFloat(style.fontSize),
        slanted: style.fontStyle !== "normal", spaced: !["normal", "0px"].includes(style.letterSpacing),
        justified: style.textAlign === "justify", heading: /^h[1-6]$/.test(element.localName),
        balanced: style.textWrap.includes("balance"), height: parseFloat(style.lineHeight) / parseFloat(style.fontSize),
        width: element.getBoundingClientRect().width / parseFloat(style.fontSize),
        body: !!element.closest(".story-body"),
        underlined: style.textDecorationLine.includes("underline"),
        clear: parseFloat(style.textUnderlineOffset) / parseFloat(style.fontSize),
    };
})"""


@dataclass
class Visit:
    """What was seen on one page, at one width: by day, and its contrast by night too."""

    path: str
    width: int
    status: int = 0
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    shift: float = -1
    contrast: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    lost_at_200: list[str] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.path or 'home'} at {self.width} px"


def opened(browser: Browser, width: int, scheme: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_init_script(NOTE)
    return context


def settle(page: Page) -> None:
    """Wait until the page is drawn as it will stay."""
    page.evaluate(
        "document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 60))))"
    )


def visit(context: BrowserContext, url: str, width: int) -> Visit:
    """Open the page at ``url`` and note what can be seen of it."""
    seen = Visit(unquote(urlsplit(url).path).lstrip("/"), width)
    page = context.new_page()
    page.on("console", lambda said: seen.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    response = page.goto(url)
    assert response is not None
    seen.status = response.status
    settle(page)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        seen.contrast += [text | {"scheme": scheme} for text in page.evaluate(CONTRAST)]
    seen.lost = page.evaluate(LOST)
    seen.letters = page.evaluate(LETTERS)
    noted = page.evaluate("noted")
    seen.shift, seen.refused = noted["shift"], noted["refused"]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    seen.lost_at_200 = page.evaluate(LOST)
    page.close()
    return seen


def weight(served: Served, requests: list[str]) -> int:
    """Return how many bytes come over the wire for what was requested, by a server that compresses text."""
    total = 0
    for url in dict.fromkeys(requests):
        path = served.output / unquote(urlsplit(url).path).lstrip("/")
        data = (path / "index.html" if path.is_dir() else path).read_bytes()
        total += len(zipped(data)) if path.suffix not in (".woff2", ".png", ".jpg", ".webp") else len(data)
    return total
