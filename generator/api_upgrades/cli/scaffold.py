"""The smallest files that document an API: what `init` writes."""

from __future__ import annotations

import math
import re

import yaml

from api_upgrades.site.pages.markdown import escape_text

SUMMARY = "The first version that is documented here."

PAGES = (
    ("Upgrade guide", "upgrades/index.md"),
    ("Reference", "reference/latest/index.md"),
    ("Changelog", "changelog/index.md"),
    ("Versioning", "versioning/index.md"),
    ("Kinds of effects", "maintain/kinds/index.md"),
)
"""The generated pages in the site's navigation, after its first page."""

_MODELS = '''\
"""Today's API. This is an example: replace it with your own models, in as many modules as you like."""

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Api, Operation, Resource


class Greeting(BaseModel):
    """A greeting."""

    text: str = Field(description="The text of the greeting.", examples=["Hello"])


greetings = Resource(
    "Greetings",
    "Ways to say hello.",
    operations=[Operation("GET /greeting", "Get the greeting", id="get_greeting", responses={200: Greeting})],
)

api = Api(
    TITLE,
    version_header="X-Api-Version",
    servers={"https://api.example.com": "Production"},
    resources=[greetings],
)
'''


def models_module(title: str) -> str:
    """A Python package that defines an API with one operation."""
    return _MODELS.replace("TITLE", repr(title))


def version_yaml() -> str:
    """The `version.yaml` of the first version."""
    return f"summary: {SUMMARY}\n"


def home_page(title: str) -> str:
    """The home page of the site."""
    return f"""\
# {escape_text(title)}

Every version of this API, and how to upgrade from one to the next.

- [Upgrade guide](upgrades/index.md): what changed in each version, and what to do about it
- [Reference](reference/latest/index.md): the latest version
- [Changelog](changelog/index.md): every change, newest first
- [Versioning](versioning/index.md): which changes are breaking, and which are not
"""


def mkdocs_yaml(title: str, home: str, options: dict[str, str]) -> str:
    """The `mkdocs.yml` of a site. `home` is the file of its home page."""
    return f"""\
{_yaml_entry("site_name", escape_site_name(title))}

theme:
  name: material
  font: false # a page loads nothing from another host
  features: [content.code.copy, content.tabs.link, navigation.tabs, navigation.top, toc.follow]
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
      primary: white
      toggle: {{icon: material/weather-sunny, name: Switch to dark mode}}
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      primary: black
      toggle: {{icon: material/weather-night, name: Switch to light mode}}

{plugins_yaml(options)}
nav:
  - {_yaml_entry("Home", home)}
{navigation_yaml()}"""


_MARKUP = {"<": "&lt;", ">": "&gt;", '"': "&quot;", "&": "&amp;"}
_UNSAFE_IN_SITE_NAME = re.compile(r'[<>"]|&(?=#|\w+;)')


def escape_site_name(title: str) -> str:
    """A title for `site_name`, which MkDocs and its themes write into pages as HTML, without escaping it.

    An `&` that starts no entity is not escaped: people read this file, and other plugins read the name as text.
    """
    return _UNSAFE_IN_SITE_NAME.sub(lambda found: _MARKUP[found[0]], title)


def plugins_yaml(options: dict[str, str]) -> str:
    """The `plugins` of a `mkdocs.yml`, with the options of this plugin."""
    named = "".join(f"\n      {_yaml_entry(name, value)}" for name, value in options.items())
    return f"plugins:\n  - search\n  - api-upgrades{':' if named else ''}{named}\n"


def navigation_yaml() -> str:
    """The lines of a `nav` for the generated pages."""
    return "".join(f"  - {name}: {page}\n" for name, page in PAGES)


def _yaml_entry(key: str, value: str) -> str:
    """A key and its text in YAML 1.1, which is what MkDocs reads."""
    return yaml.safe_dump({key: value}, allow_unicode=True, width=math.inf).rstrip("\n")
