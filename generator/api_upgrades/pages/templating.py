"""How templates become Python: as Jinja does it, but for what our templates have no use for."""

from __future__ import annotations

from functools import lru_cache

import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class Direct(CodeGenerator):
    """Writes calls as calls, and attributes as attributes. Jinja's own way first asks of each function whether it wants
    the context, and looks for an item where there is no attribute; ours neither want nor have these, and a page has
    thousands of both. What is put out goes through `escape` below.
    """

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # Jinja's name
        """Write the module that a template becomes."""
        super().visit_Template(node, frame)
        self.writeline(f"from {__name__} import escape")  # in place of MarkupSafe's, which the module begins with

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # Jinja's name
        """Write an attribute."""
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Call(  # Jinja's name
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        """Write a call."""
        self.visit(node.node, frame)
        self.write("(*()")  # what follows begins with a comma
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")


_escaped = lru_cache(32768)(markupsafe.escape)


def escape(value: object) -> str:
    """A value as it may stand in HTML. Most are names and words that pages show again and again."""
    if value.__class__ is str:
        return _escaped(value)
    return value if value.__class__ is markupsafe.Markup else markupsafe.escape(value)
