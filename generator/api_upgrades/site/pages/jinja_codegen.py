"""How templates become Python: as Jinja does it, but for what our templates have no use for."""

from __future__ import annotations

import hashlib
import marshal
import sys
from contextlib import suppress
from functools import cache, lru_cache
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

import jinja2
import markupsafe
from jinja2 import nodes
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.compiler import CodeGenerator, Frame

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.files import write_bytes


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


class CompiledBeside(BytecodeCache):
    """Keeps what a template became where Python keeps what a module became, in `__pycache__` beside it.

    What is kept begins with the digest of all that it follows from, so that nothing stale is taken for it, whatever the
    times of files say: the template's text, Python, Jinja, and the two modules that say how templates are compiled.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """A template's file."""
        return cache_from_source(str(self._folder / name))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is kept of a template, if it is of the same text."""
        with suppress(OSError, ValueError, EOFError, TypeError):  # not there, or not whole
            kept, source = Path(bucket.key).read_bytes(), _source(bucket)
            if kept.startswith(source):
                bucket.code = marshal.loads(kept[len(source) :])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled, where that can be written."""
        if not sys.dont_write_bytecode:
            with suppress(ApiUpgradesError):
                write_bytes(Path(bucket.key), _source(bucket) + marshal.dumps(bucket.code))


def _source(bucket: Bucket) -> bytes:
    """The digest of what a compiled template follows from: its text, and whether what it puts out is escaped."""
    return hashlib.sha256(_compiler() + f"{bucket.checksum} {bucket.environment.autoescape}".encode()).digest()


@cache
def _compiler() -> bytes:
    """What all compiled templates follow from."""
    modules = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in ("jinja_codegen", "environment"))
    return b"".join((MAGIC_NUMBER, jinja2.__version__.encode(), *modules))
