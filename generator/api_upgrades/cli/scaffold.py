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


DOORS = (
    (
        "Upgrade",
        "What changed since your version, and what to do about it.",
        "Find your upgrade steps",
        PAGES[0][1],
    ),
    ("Reference", "Operations, objects and webhooks, for each version.", "Browse the API", PAGES[1][1]),
    ("Changelog", "Every change, by resource, kind and severity.", "See all changes", PAGES[2][1]),
)
"""The cards of the home page: title, text, invitation and page."""


def home_page(title: str) -> str:
    """The home page of the site."""
    cards = "\n".join(f"[**{door}** {text} *{call} →*]({page}){{ .au-card }}" for door, text, call, page in DOORS)
    return f"""\
---
hide: [navigation, toc]
---

<div class="au-page" markdown>

# {escape_text(title)}

<div class="au-cards" markdown>
{cards}
</div>

[Versioning](versioning/index.md) explains how a request selects a version, and which changes are breaking.

</div>
"""


def mkdocs_yaml(title: str, home: str, options: dict[str, str]) -> str:
    """The `mkdocs.yml` of a site. `home` is the file of its home page."""
    return f"""\
{_yaml_entry("site_name", escape_site_name(title))}
# site_url: https://docs.example.com/ # the sitemap, canonical addresses and instant navigation need it

theme:
  name: material
  font: false # a page loads nothing from another host
  features: [content.code.copy, content.tabs.link, navigation.instant, navigation.tabs, navigation.top, toc.follow]
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
      primary: white
      toggle: {{icon: material/weather-sunny, name: Switch to dark mode}}
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      primary: black
      toggle: {{icon: material/weather-night, name: Switch to light mode}}

markdown_extensions:
  - attr_list
  - md_in_html
  - toc: {{permalink: true, title: On this page}}

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
