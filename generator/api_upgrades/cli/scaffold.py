"""The files with which a repository begins to document an API: the smallest ones that work."""

from __future__ import annotations

import math

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
"""What the site's navigation leads to beside its first page. The generator makes these."""

_MODELS = '''\
"""Today's API. This is an example: write your own models in its place, as many modules of them as you like."""

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Api, Operation, Resource


class Greeting(BaseModel):
    """What the API says to somebody."""

    text: str = Field(description="The words.", examples=["Hello"])


greetings = Resource(
    "Greetings",
    "What the API says.",
    operations=[Operation("GET /greeting", "Get the greeting", id="get_greeting", responses={200: Greeting})],
)

api = Api(
    TITLE,
    version_header="X-Api-Version",
    servers={"https://api.example.com": "Production"},
    resources=[greetings],
)
'''


def models(title: str) -> str:
    """A package that assembles an API of one operation."""
    return _MODELS.replace("TITLE", repr(title))


def version_file() -> str:
    """The `version.yaml` of the first version."""
    return f"summary: {SUMMARY}\n"


def first_page(title: str) -> str:
    """The page at which the site begins."""
    return f"""\
# {escape_text(title)}

Every version of this API, and how to move from one to the next.

- [Upgrade guide](upgrades/index.md): what changed in each version, and what to do about it
- [Reference](reference/latest/index.md): the latest version
- [Changelog](changelog/index.md): every change, the newest first
- [Versioning](versioning/index.md): what breaks a caller, and what doesn't
"""


def configuration(title: str, home: str, options: dict[str, str]) -> str:
    """The `mkdocs.yml` of a site whose first page is the file `home`."""
    return f"""\
{_entry("site_name", title)}

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

{plugins(options)}
nav:
  - {_entry("Home", home)}
{navigation()}"""


def plugins(options: dict[str, str]) -> str:
    """The `plugins` of a `mkdocs.yml`, with options of this one."""
    named = "".join(f"\n      {_entry(name, value)}" for name, value in options.items())
    return f"plugins:\n  - search\n  - api-upgrades{':' if named else ''}{named}\n"


def navigation() -> str:
    """The lines of a `nav` that lead to the generated pages."""
    return "".join(f"  - {name}: {page}\n" for name, page in PAGES)


def _entry(key: str, value: str) -> str:
    """A key of a mapping with its text, as YAML 1.1 has it, by which MkDocs reads its configuration."""
    return yaml.safe_dump({key: value}, allow_unicode=True, width=math.inf).rstrip("\n")
