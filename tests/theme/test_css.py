"""The style sheets: the same for either direction, small, and with nothing that breaks Arabic letters apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT, Served
from press import zipped

SHEETS = sorted((ROOT / "theme" / "static").rglob("*.css"))
# A property or a value that names a side of the paper instead of a side of the text.
PHYSICAL = re.compile(
    r"""(?:^|[;{\s])(?:
        (?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[\w-]*\s*:
      | border-(?:top|bottom)-(?:left|right)-radius\s*:
      | (?:left|right|top|bottom|width|height|min-width|min-height|max-width|max-height)\s*:
      | (?:float|clear|text-align|caption-side)\s*:\s*(?:left|right)\b
    )""",
    re.X,
)
BREAKING = re.compile(r"letter-spacing|font-style:\s*(?:italic|oblique)|text-align:\s*justify|text-transform")


def rules(sheet: Path) -> str:
    """Return the declarations of a sheet: no comments, no media queries (they measure the window)."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S)
    return re.sub(r"@(?:media|container|supports)[^{]*", "", text)


def test_there_are_sheets() -> None:
    assert {"main.css", "feed.css"} <= {sheet.name for sheet in SHEETS}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_only_logical_properties(sheet: Path) -> None:
    assert [found[0].strip() for found in PHYSICAL.finditer(rules(sheet))] == []


@pytest.mark.parametrize(
    "line",
    [
        "margin-left: 1px",
        "a{left: 0}",
        "border-top-left-radius: 1px",
        "max-width: 1em",
        "text-align: right",
        "height:1px",
    ],
)
def test_a_physical_property_would_be_found(line: str) -> None:
    assert PHYSICAL.search(f"a {{ {line} }}")


@pytest.mark.parametrize(
    "line", ["margin-inline-start: 1px", "line-height: 2", "inset-block-start: 0", "outline-width: 1px"]
)
def test_a_logical_property_is_let_be(line: str) -> None:
    assert not PHYSICAL.search(f"a {{ {line} }}")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_letters_are_not_pulled_apart_or_slanted(sheet: Path) -> None:
    assert BREAKING.findall(rules(sheet)) == []


def test_nothing_is_imported_or_loaded_from_elsewhere() -> None:
    for sheet in SHEETS:
        assert not re.search(r"@import|url\(\s*[\"']?(?:\w+:)?//|!important", rules(sheet)), sheet.name


def test_the_colours_of_all_sheets_and_of_the_browsers_frame_are_those_of_the_main_one() -> None:
    """A feed's sheet stands alone, and one sheet that fetches another is drawn later: what is written twice is held
    together here."""
    colours = {sheet.name: schemes(sheet.read_text("utf-8")) for sheet in SHEETS}
    light, dark = colours["main.css"]
    assert {"--paper", "--ink", "--muted", "--line", "--nuqta"} <= light.keys() == dark.keys()
    for name, (day, night) in colours.items():
        assert day.items() <= light.items() and night.items() <= dark.items() and day.keys() == night.keys(), name
    assert colours["feed.css"][0]
    frame = (ROOT / "theme" / "templates" / "base.html").read_text("utf-8")
    assert re.findall(r'"theme-color" media="\(prefers-color-scheme: (\w+)\)" content="([^"]+)"', frame) == [
        ("light", light["--paper"]),
        ("dark", dark["--paper"]),
    ]


def schemes(sheet: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the colours by name that a sheet sets by day and by night."""
    before, _, after = sheet.partition("@media (prefers-color-scheme: dark)")
    night = after[: after.index("}\n}")] if after else ""
    day, night = (dict(re.findall(r"(--[\w-]+): (#[0-9a-f]+);", part)) for part in (before, night))
    return day, night


def test_styles_weigh_at_most_8_kb(served: Served) -> None:
    for sheet in SHEETS:
        written = zipped((served.output / "theme" / sheet.name).read_bytes())
        assert 300 < len(written) <= 8 * 1024, sheet.name
