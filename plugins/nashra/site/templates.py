"""Jinja as pages use it: macros that a template imports are made once for all pages that give them the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Template, meta, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import pass_context

# As many sets of macros of one template as are held at once: pages of several depths see other addresses.
_MOST = 16
_SEES_PAGE = getattr(pass_context(lambda _: None), "jinja_pass_arg")  # noqa: B009  # Jinja's name for it is private


# What a template of macros leaves open, and the filters and tests it uses; by its source and the syntax it is written
# in, once a program: each build has an environment of its own.
_Open = tuple[tuple[str, ...] | None, frozenset[str]]
_READ: dict[tuple[object, ...], _Open] = {}
_SYNTAX = (
    *(f"{kind}_{end}_string" for kind in ("block", "variable", "comment") for end in ("start", "end")),
    *("line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks", "keep_trailing_newline"),
)


class QuickContext(Context):
    """A context that calls macros, as pages do most, without asking what each of them wants to be passed."""

    def call(self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call ``__obj`` as Jinja does."""
        if type(__obj) is Macro:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return __obj(self.eval_ctx, *args, **kwargs)
        return super().call(__obj, *args, **kwargs)


class SharingTemplate(Template):
    """A template whose macros, imported «with context», are made anew only where what they are made of differs.

    Jinja runs an imported template for every page. One that holds nothing but macros gives the same for all pages that
    agree on the names it leaves open; one that may look at more of a page is run for each.
    """

    _open: tuple[str, ...] | None
    _made: list[tuple[list[Any], TemplateModule]]

    def make_module(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> TemplateModule:
        """Return the module of these variables, as Jinja does."""
        if "_open" not in self.__dict__:
            assert self.environment.loader is not None
            source, _, _ = self.environment.loader.get_source(self.environment, str(self.name))
            self._open, self._made = self._open_names(source), []
        if self._open is None:
            return super().make_module(vars, shared, locals)
        given = dict(vars or {}, **(locals or {}))
        values = [given.get(name) for name in self._open]
        for before, module in self._made:
            if all(map(_same, before, values)):
                return module
        module = super().make_module(vars, shared, locals)
        if not any(getattr(value, "jinja_pass_arg", None) is _SEES_PAGE for value in values):
            if len(self._made) >= _MOST:
                self._made.clear()
            self._made.append((values, module))
        return module

    def _open_names(self, source: str) -> tuple[str, ...] | None:
        """Return the names that a template of macros leaves open; None for one that holds more, or sees more."""
        environment = self.environment
        written_in = (source, *(getattr(environment, name) for name in _SYNTAX), *sorted(environment.extensions))
        if written_in not in _READ:
            _READ[written_in] = _read(environment.parse(source))
        names, used = _READ[written_in]
        helpers = [kind.get(one) for one in used for kind in (environment.filters, environment.tests)]
        return None if any(getattr(one, "jinja_pass_arg", None) is _SEES_PAGE for one in helpers) else names


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) is str and one == other)


def _read(tree: nodes.Template) -> _Open:
    """Return the names that a template leaves open, None where it holds more than macros, and the filters and tests it
    uses."""
    if not all(isinstance(node, nodes.Macro) or _plain(node) for node in tree.body):
        return None, frozenset()
    used = frozenset(one.name for kind in (nodes.Filter, nodes.Test) for one in tree.find_all(kind))
    if any(True for _ in meta.find_referenced_templates(tree)):
        return None, used
    return tuple(sorted(meta.find_undeclared_variables(tree))), used


def _plain(node: nodes.Node) -> bool:
    """Tell whether a node is text between macros, or a name for a constant."""
    if isinstance(node, nodes.Output):
        return all(isinstance(part, nodes.TemplateData) for part in node.nodes)
    return isinstance(node, nodes.Assign) and isinstance(node.node, nodes.Const)
