"""The kinds of effects, for those who write changes: a table made from the classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pydantic.fields import FieldInfo

from api_upgrades.effects import GROUP_TITLES, KINDS, Effect
from api_upgrades.effects.docs import DESCRIPTIONS, describe_kind
from api_upgrades.site.pages.page import Found, Heading, Page, searchable
from api_upgrades.site.pages.site import Site


@dataclass(frozen=True)
class FieldView:
    """One field of a kind, as its YAML has it."""

    name: str
    required: bool
    description: str


@dataclass(frozen=True)
class KindView:
    """One kind: its name, what it says, an example, and the fields that its YAML has beside `kind` and `override`."""

    name: str
    says: str
    example: str
    fields: tuple[FieldView, ...]


def kind_pages(site: Site) -> Iterator[Page]:
    """`/maintain/kinds/`."""
    path = site.addresses.kinds
    groups: dict[str, list[KindView]] = {}
    for name, kind in KINDS.items():
        group = kind.__module__.rpartition(".")[2]
        groups.setdefault(group, []).append(KindView(name, *describe_kind(kind), tuple(_fields(kind))))
    titles = {group: GROUP_TITLES[group] for group in groups}
    view = {"groups": groups, "titles": titles}
    yield Page(
        path,
        "Effect kinds",
        "Every kind of effect that a change file can hold, with its fields.",
        partial(site.html, "kinds", path, **view),
        site.markdown("kinds", path, **view),
        tuple(Heading(f"kinds-{group}", titles[group]) for group in groups),
        searchable(
            "Effect kinds",
            "Every kind of effect that a change file can hold.",
            (Found(kind.name, kind.name, kind.says) for kinds in groups.values() for kind in kinds),
        ),
        section="maintain/",
    )


def _fields(kind: type[Effect]) -> Iterator[FieldView]:
    for name, field in kind.model_fields.items():
        if name not in ("kind", "override"):
            yield FieldView(name, field.is_required(), _description(name, field))


def _description(name: str, field: FieldInfo) -> str:
    return field.description or DESCRIPTIONS.get(name, "")
