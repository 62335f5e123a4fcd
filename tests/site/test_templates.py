"""Imported macros: made once for all pages that give them the same, and never shared where a page would be other."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import DictLoader, Environment, pass_context

from nashra.site.templates import QuickContext, SharingTemplate

PAGE = '{% from "macros" import link with context %}{% set own = 1 %}{{ link(page) }}{{ link(page) }}'
MACROS = {
    "plain": "{% macro link(of) %}<a href='{{ SITEURL }}'>{{ of }}</a>{% endmacro %}",
    "sees the page": "{% macro link(of) %}{{ of }} {{ output_file }}{% endmacro %}",
    "holds more than macros": "{% set seen = noted() %}{% macro link(of) %}{{ of }} {{ seen }}{% endmacro %}",
    "is given the context": "{% macro link(of) %}{{ of }} {{ told() }}{% endmacro %}",
    "uses a filter that is": "{% macro link(of) %}{{ of | telling }}{% endmacro %}",
    "includes another": "{% macro link(of) %}{% include 'part' %}{% endmacro %}",
    "calls itself": "{% macro link(of, left=2) %}{{ of }}{{ link(of, left - 1) if left }}{% endmacro %}",
    "is called with a body": (
        "{% macro box() %}[{{ caller() }}]{% endmacro %}"
        "{% macro link(of) %}{% for each in [1, 2] %}{% call box() %}{{ of }}{{ each }}{% endcall %}{% endfor %}"
        "{% endmacro %}"
    ),
}


@pass_context
def told(context: Any) -> str:
    return str(context["output_file"])


@pass_context
def telling(context: Any, value: str) -> str:
    return f"{value} {context['output_file']}"


def rendered(macros: str, sharing: bool, delimiters: tuple[str, str] = ("{{", "}}")) -> tuple[list[str], int]:
    """Return pages, and how often the macros were made."""
    part = "{{ output_file }}"
    files = {"macros": macros, "page": PAGE, "part": part}
    start, end = delimiters
    loader = DictLoader({name: text.replace("{{", start).replace("}}", end) for name, text in files.items()})
    env = Environment(loader=loader, autoescape=True, variable_start_string=start, variable_end_string=end)
    env.filters["telling"] = telling
    if sharing:
        env.template_class, env.context_class = SharingTemplate, QuickContext
    made: list[int] = []
    count = iter(range(99))
    pages = []
    for at in range(6):
        site = f"https://example.org/{at % 2}"
        page = env.get_template("page")
        macros_of = env.get_template("macros")
        root = macros_of.root_render_func

        def counted(context: Any, root: Any = root) -> Any:
            made.append(1)
            return root(context)

        if not hasattr(root, "counted"):
            counted.counted = True  # type: ignore[attr-defined]
            macros_of.root_render_func = counted
        local = {"SITEURL": "".join(site), "output_file": f"{at}.html", "page": f"<{at}>", "told": told}
        pages.append(page.render(local, noted=lambda: next(count)))
    return pages, len(made)


@pytest.mark.parametrize("name", MACROS)
@pytest.mark.parametrize("delimiters", [("{{", "}}"), ("<%=", "%>")])
def test_pages_are_as_jinja_makes_them(name: str, delimiters: tuple[str, str]) -> None:
    plain, _ = rendered(MACROS[name], False, delimiters)
    shared, _ = rendered(MACROS[name], True, delimiters)
    assert shared == plain and len(set(plain)) == 6


@pytest.mark.parametrize(
    ("name", "times"), [("plain", 2), ("calls itself", 1), ("sees the page", 6), ("includes another", 6)]
)
def test_macros_are_made_again_only_where_a_page_gives_them_other_things(name: str, times: int) -> None:
    assert rendered(MACROS[name], False)[1] == 6
    assert rendered(MACROS[name], True)[1] == times
