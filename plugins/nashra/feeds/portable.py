"""Make the HTML of a hand-written article fit for feeds: read elsewhere, it has no page to be relative to."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urljoin

_ADDRESSES = ("href", "src", "cite", "poster", "longdesc")
# What readers drop or refuse; W3C's feed validator warns of each (SecurityRisk, SecurityRiskAttr, DangerousStyleAttr).
# fmt: off
_REFUSED = [
    "script", "style", "iframe", "object", "embed", "applet", "form", "input", "button", "textarea",
    "select", "link", "meta", "base", "title", "svg", "math", "template", "frameset",
]
# fmt: on
_RISKY = ("javascript:", "vbscript:", "data:text/")
# What may stand in a web address besides letters and digits (RFC 3986 §2.2), and the sign of what is encoded already.
_RESERVED = "%:/?#[]@!$&'()*+,;=~"


def _parsed(html: str) -> Any:
    # Slow to load, and only hand-written articles need it.
    from bs4 import BeautifulSoup  # noqa: PLC0415

    return BeautifulSoup(html, "html.parser")


def portable(html: str, base: str) -> str:
    """Return ``html`` with every address absolute against ``base``, without styles, scripts and event handlers."""
    soup = _parsed(html)
    for found in soup.find_all(_REFUSED):
        found.decompose()
    for found in soup.find_all(True):
        for name in [name for name in found.attrs if name == "style" or name.startswith("on")]:
            del found[name]
        for name in _ADDRESSES:
            if name in found.attrs:
                found[name] = address(str(found[name]), base)
                if str(found[name]).lower().startswith(_RISKY):
                    del found[name]
        if "srcset" in found.attrs:
            found["srcset"] = _srcset(str(found["srcset"]), base)
    return str(soup.decode(formatter="minimal"))


def lead(html: str) -> str:
    """Return the text of the first paragraph, without scripts and marks of footnotes; of all there is when there is
    no paragraph."""
    soup = _parsed(html)
    for found in soup.find_all([*_REFUSED, "sup"]):
        found.decompose()
    texts = (found.get_text() for found in soup.find_all("p"))
    return " ".join(next((text for text in texts if text.strip()), soup.get_text()).split())


def picture(html: str) -> tuple[str, str] | None:
    """Return the address and the alt text of the first picture, None when there is none."""
    found = _parsed(html).find("img", src=True) if "<img" in html else None
    return (str(found["src"]), str(found.get("alt", ""))) if found else None


def address(value: str, base: str) -> str:
    """Return ``value`` absolute against ``base`` and percent-encoded; one that is no address at all as it is."""
    try:
        # Browsers drop breaks and tabs inside an address before they look at it.
        return quote(urljoin(base, value.strip().translate({9: None, 10: None, 13: None})), safe=_RESERVED)
    except ValueError:
        return value


def _srcset(value: str, base: str) -> str:
    candidates = (candidate.split() for candidate in value.split(",") if candidate.strip())
    return ", ".join(" ".join((address(first, base), *rest)) for first, *rest in candidates)
