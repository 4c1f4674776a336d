"""A faster Jinja code generator without features that our templates don't use, and a cache of compiled templates."""

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


class DirectCodeGenerator(CodeGenerator):
    """Compiles calls and attributes of templates to plain Python calls and attributes, and escapes with `escape` below.

    Jinja's generator checks for each call whether the function wants the template context, and looks up an item if an
    attribute is missing. Our templates need neither, and a page has thousands of calls and attributes.
    """

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # Jinja's name
        """Write the module of a template."""
        super().visit_Template(node, frame)
        self.writeline(f"from {__name__} import escape")  # replaces MarkupSafe's, which the module imports first

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # Jinja's name
        """Write an attribute access."""
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Call(  # Jinja's name
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        """Write a call."""
        self.visit(node.node, frame)
        self.write("(*()")  # an empty first argument, because `signature` starts with a comma
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")


_cached_escape = lru_cache(32768)(markupsafe.escape)


def escape(value: object) -> str:
    """Escape a value for HTML. Strings are cached, because pages repeat most of them."""
    if value.__class__ is str:
        return _cached_escape(value)
    return value if value.__class__ is markupsafe.Markup else markupsafe.escape(value)


class TemplateCache(BytecodeCache):
    """Caches compiled templates in `__pycache__` beside them, where Python caches compiled modules.

    A cached file begins with a digest of everything that the result depends on: the template's text, the versions of
    Python and Jinja, and the two modules that define how templates are compiled. Modification times play no role.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The path of a template's cached file."""
        return cache_from_source(str(self._folder / name))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a compiled template if its digest matches."""
        with suppress(OSError, ValueError, EOFError, TypeError):  # the file is missing or incomplete
            cached, digest = Path(bucket.key).read_bytes(), _digest(bucket)
            if cached.startswith(digest):
                bucket.code = marshal.loads(cached[len(digest) :])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Cache a compiled template, unless the folder is read-only."""
        if not sys.dont_write_bytecode:
            with suppress(ApiUpgradesError):
                write_bytes(Path(bucket.key), _digest(bucket) + marshal.dumps(bucket.code))


def _digest(bucket: Bucket) -> bytes:
    """A digest of everything that a compiled template depends on."""
    return hashlib.sha256(
        _compiler_fingerprint() + f"{bucket.checksum} {bucket.environment.autoescape}".encode()
    ).digest()


@cache
def _compiler_fingerprint() -> bytes:
    """What all compiled templates depend on: the versions of Python and Jinja, and the sources of two modules."""
    modules = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in ("jinja_codegen", "environment"))
    return b"".join((MAGIC_NUMBER, jinja2.__version__.encode(), *modules))
