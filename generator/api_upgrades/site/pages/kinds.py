"""The page that documents the kinds of effects for the authors of changes, generated from the classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pydantic.fields import FieldInfo

from api_upgrades.effects import GROUP_TITLES, KINDS, Effect
from api_upgrades.effects.docs import DESCRIPTIONS, describe_kind
from api_upgrades.site.pages.page import Heading, Page, SearchSection, build_search_text
from api_upgrades.site.pages.site import Site

TITLE = "Kinds of effects"


@dataclass(frozen=True)
class FieldView:
    """One field of a kind, as in YAML."""

    name: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class KindView:
    """One kind of effect, with an example in YAML. `fields` are those besides `kind` and `override`."""

    name: str
    description: str
    example: str
    fields: tuple[FieldView, ...]


def kind_page(site: Site) -> Page:
    """The page `/maintain/kinds/`, for the API team. Other sites don't have it."""
    path = site.addresses.kinds
    groups: dict[str, list[KindView]] = {}
    for name, kind in KINDS.items():
        group = kind.__module__.rpartition(".")[2]
        groups.setdefault(group, []).append(KindView(name, *describe_kind(kind), tuple(_field_views(kind))))
    titles = {group: GROUP_TITLES[group] for group in groups}
    view = {"groups": groups, "titles": titles}
    return Page(
        path,
        TITLE,
        "Every kind of effect that a change file can hold, with its fields.",
        partial(site.render_html, "kinds", path, **view),
        site.markdown_renderer("kinds", path, **view),
        tuple(Heading(f"kinds-{group}", titles[group]) for group in groups),
        build_search_text(
            TITLE,
            "Every kind of effect that a change file can hold.",
            (SearchSection(kind.name, kind.name, kind.description) for kinds in groups.values() for kind in kinds),
        ),
        section="maintain/",
        is_optional=True,
    )


def _field_views(kind: type[Effect]) -> Iterator[FieldView]:
    for name, field in kind.model_fields.items():
        if name not in ("kind", "override"):
            yield FieldView(name, field.is_required(), _field_description(name, field))


def _field_description(name: str, field: FieldInfo) -> str:
    return field.description or DESCRIPTIONS.get(name, "")
