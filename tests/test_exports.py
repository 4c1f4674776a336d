"""The files for machines: each valid by its own standard, and leading only to what is there."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown import Markdown
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from openapi_spec_validator import validate

from api_upgrades.cli import main
from api_upgrades.core.json import Json
from api_upgrades.core.json_text import indent_json
from api_upgrades.effects import KINDS
from api_upgrades.history.history import History
from api_upgrades.project import Project
from api_upgrades.site.exports.changes_json import read_changes_schema
from api_upgrades.site.exports.changes_schema import build_schema
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.exports.openapi import OpenapiRenderer, render_openapi
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from tests.effects import REVERTED, Case
from tests.shop import FILES, MKDOCS, SITE, write

ROOT = Path(__file__).parent.parent
SITE_URL = "https://docs.example/some/place/"


class Exported:
    """What is exported of one history, and the pages beside it."""

    def __init__(self, history: History, site_url: str = "", index: str = "") -> None:
        self.history = history
        self.index = index
        everything = list(render_pages(history, Addresses(index)))
        self.pages: dict[str, Page] = {one.path: one for one in everything if isinstance(one, Page)}
        self.own: dict[str, str] = {
            one.path: one.content for one in render_exports(history, Addresses(index), everything, site_url)
        }

    def json(self, path: str) -> Json:
        return json.loads(self.own[path])

    def leads_nowhere(self, base: str, address: str) -> bool:
        """Whether there is nothing at an address that the file `base` names: no page, no file, or no such id."""
        path, fragment = urldefrag(urljoin(f"https://site/{base}", address))
        path = path.removeprefix("https://site/")
        folder = path.removesuffix(self.index)
        if path in self.own:
            text = self.own[path]
        elif folder in self.pages and (folder != path or not self.index):
            text = self.pages[folder].html
        else:
            return True
        return bool(fragment) and f'id="{fragment}"' not in text


@pytest.fixture(scope="module")
def server() -> Exported:
    return Exported(Project(ROOT).load())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported(Project(write(tmp_path_factory.mktemp("shop"), FILES)).load(), SITE_URL, "index.html")


def test_every_file_is_there(shop: Exported) -> None:
    versions = ("2024-01-01", "2024-02-01", "2024-03-01")
    assert set(shop.own) == {
        *("changes.json", "changes.schema.json", "feed.xml", "llms.txt"),
        *(f"reference/{version}/openapi.json" for version in (*versions, "latest")),
        *("upgrades/index.md", "changelog/index.md"),
        *("versioning/index.md", "versioning/rules/index.md", "deprecations/index.md"),
        *(f"upgrades/{version}/index.md" for version in versions),
        *("reference/latest/index.md", "reference/latest/books/index.md", "reference/latest/orders/index.md"),
    }


def test_two_exports_are_the_same(server: Exported) -> None:
    assert Exported(Project(ROOT).load()).own == server.own


class TestOpenApi:
    def test_every_version_is_a_valid_document(self, shop: Exported) -> None:
        for version in (*(one.id for one in shop.history.versions), "latest"):
            document = shop.json(f"reference/{version}/openapi.json")
            validate(document)
            assert document["info"]["version"] == version.replace("latest", shop.history.latest.id)

    def test_every_version_is_its_contract(self, server: Exported) -> None:
        for version, contract in server.history.contracts.items():
            assert server.json(f"reference/{version}/openapi.json") == contract.to_openapi(version)

    def test_latest_is_the_newest(self, server: Exported) -> None:
        assert server.own["reference/latest/openapi.json"] == server.own["reference/2023-06-26/openapi.json"]

    def test_versions_together_are_as_each_alone_and_as_the_library_writes_them(self, server: Exported) -> None:
        contracts = server.history.contracts
        documents = OpenapiRenderer(contracts)
        for version in contracts:
            document = documents.render(version)
            assert document == render_openapi(contracts[version], version)
            assert document == json.dumps(contracts[version].to_openapi(version), indent=2, ensure_ascii=False) + "\n"

    values: st.SearchStrategy[Json] = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.booleans() | st.none(), inner),
    )

    @given(values)
    def test_json_is_as_the_library_writes_it(self, value: Json) -> None:
        assert indent_json(value) == json.dumps(value, indent=2, ensure_ascii=False) + "\n"


class TestChanges:
    def test_the_schema_is_the_one_of_the_classes(self) -> None:
        # Refresh it by `python -m api_upgrades.site.exports.changes_schema`, whose output goes into the file.
        assert read_changes_schema() == indent_json(build_schema())

    def test_the_schema_is_one_and_describes_every_key(self, server: Exported) -> None:
        found = server.json("changes.schema.json")
        Draft202012Validator.check_schema(found)
        assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert found["$id"] == "changes.schema.json" == server.json("changes.json")["$schema"]
        objects = [one for one in (found, *found["$defs"].values()) if "properties" in one]
        assert len(objects) > len(KINDS)
        for one in objects:
            assert one["description"]
            assert one["additionalProperties"] is False
            assert all(part["description"] for part in one["properties"].values())

    def test_the_files_are_valid(self, server: Exported, shop: Exported) -> None:
        for exported in (server, shop):
            assert list(validator().iter_errors(exported.json("changes.json"))) == []

    @pytest.mark.parametrize("case", REVERTED, ids=lambda case: f"{case.kind}: {case.name}")
    def test_every_effect_that_a_registry_can_hold_is_valid(self, case: Case) -> None:
        place = "#/$defs/EffectEntry/properties/effect"
        effects = Draft202012Validator({"$ref": place, "$defs": json.loads(read_changes_schema())["$defs"]})
        assert list(effects.iter_errors(json.loads(json.dumps(case.effect)))) == []

    def test_it_is_the_whole_registry(self, server: Exported) -> None:
        document = server.json("changes.json")
        assert document["title"] == "Server API"
        assert document["latest"] == "2023-06-26"
        assert document["version_header"] == "X-Nabla-Api-Version"
        assert document["version_query"] == "nabla-api-version"
        assert [version["id"] for version in document["versions"]] == [one.id for one in server.history.versions]
        for entry, version in zip(document["versions"], server.history.versions, strict=True):
            for key in ("summary", "dating", "sunset", "label"):
                assert entry[key] == getattr(version, key)
            written = {change.id: change for change in version.changes}
            assert sorted(change["id"] for change in entry["changes"]) == sorted(written)
            for change in entry["changes"]:
                for key in ("title", "why", "upgrade"):
                    assert change[key] == getattr(written[change["id"]], key)

    def test_effects_come_back_as_they_were(self, server: Exported) -> None:
        kinds = set()
        for entry, version in zip(server.json("changes.json")["versions"], server.history.versions, strict=True):
            effects = {change.id: change.effects for change in version.changes}
            for change in entry["changes"]:
                again = [KINDS[one["effect"]["kind"]].model_validate(one["effect"]) for one in change["effects"]]
                assert tuple(again) == effects[change["id"]]
                judged = next(one for one in server.history.changes_of(version.id) if one.change.id == change["id"])
                assert [one["headline"] for one in change["effects"]] == [one.headline for one in judged.effects]
                assert [one.model_fields_set for one in again] == [
                    one.model_fields_set for one in effects[change["id"]]
                ]
                kinds |= {effect.kind for effect in again}
        assert len(kinds) > 10

    def test_one_change_in_full(self, server: Exported) -> None:
        (change,) = server.json("changes.json")["versions"][-1]["changes"]
        assert change == {
            "id": "recording-expires-at",
            "title": "`expiresAt` renamed to `expires_at` on appointment recordings",
            "why": "All other properties of the API are in snake_case.",
            "upgrade": "Read `expires_at` instead of `expiresAt`.",
            "severity": "breaking",
            "address": "upgrades/2023-06-26/#recording-expires-at",
            "resources": ["Appointments"],
            "reached": {
                "operations": ["GET /appointments/{id}/recording"],
                "objects": ["AppointmentRecording"],
                "webhooks": [],
            },
            "effects": [
                {
                    "effect": {
                        "kind": "rename_property",
                        "target": "AppointmentRecording",
                        "old": "expiresAt",
                        "new": "expires_at",
                    },
                    "headline": "`expiresAt` is now `expires_at` in `AppointmentRecording`",
                    "severity": "breaking",
                    "findings": [
                        {
                            "rule": "property-renamed",
                            "direction": "response",
                            "severity": "breaking",
                            "facet": "name",
                            "target": "AppointmentRecording.expires_at",
                            "old_target": "AppointmentRecording.expiresAt",
                        }
                    ],
                }
            ],
        }

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda document: document.pop("latest"),
            lambda document: document.update(more=1),
            lambda document: document["versions"][-1].pop("dating"),
            lambda document: document["versions"][-1].update(summary=None),
            lambda document: change(document).update(severity="bad"),
            lambda document: change(document).update(resources="Appointments"),
            lambda document: change(document)["reached"].pop("webhooks"),
            lambda document: effect(document).pop("headline"),
            lambda document: effect(document)["effect"].pop("kind"),
            lambda document: effect(document)["effect"].update(kind="rename_everything"),
            lambda document: effect(document)["effect"].update(kind="add_property"),
            lambda document: effect(document)["effect"].update(target=[1]),
            lambda document: effect(document)["effect"].pop("old"),
            lambda document: effect(document)["effect"].update(was="x"),
            lambda document: effect(document)["findings"][0].update(direction="both"),
            lambda document: effect(document)["findings"].append({}),
        ],
    )
    def test_what_is_spoilt_is_not_valid(self, server: Exported, spoil: Callable[[Json], object]) -> None:
        document = copy.deepcopy(server.json("changes.json"))
        spoil(document)
        assert list(validator().iter_errors(document)) != []

    def test_addresses_lead_somewhere(self, server: Exported, shop: Exported) -> None:
        for exported in (server, shop):
            addresses = [
                entry[key]
                for version in exported.json("changes.json")["versions"]
                for entry in (version, *version["changes"])
                for key in ("address", "openapi")
                if key in entry
            ]
            if exported is shop:
                assert all(address.startswith(SITE_URL) for address in addresses)
            found = [address.removeprefix(SITE_URL) for address in addresses]
            assert [address for address in found if exported.leads_nowhere("changes.json", address)] == []


def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(read_changes_schema()))


def change(document: Json) -> Json:
    return document["versions"][-1]["changes"][0]


def effect(document: Json) -> Json:
    return change(document)["effects"][0]


class TestLlms:
    def test_its_shape(self, server: Exported, shop: Exported) -> None:
        """A heading, a quotation, paragraphs; then sections that are lists of links, each with a note."""
        link = r"- \[[^\]]+\]\([^()\s]+\): \S.*\n"
        shape = rf"# .+\n\n> .+\n\n(?:[^#>\-\s].+\n\n)+(?:## .+\n\n(?:{link})+\n?)+"
        for exported in (server, shop):
            assert re.fullmatch(shape, exported.own["llms.txt"])

    def test_it_leads_to_everything_and_to_nothing_else(self, server: Exported, shop: Exported) -> None:
        for exported, base in ((server, ""), (shop, SITE_URL)):
            addresses = re.findall(r"\]\(([^)]+)\)", exported.own["llms.txt"])
            assert set(addresses) == {base + path for path in exported.own if path != "llms.txt"}
            assert len(set(addresses)) == len(addresses)

    def test_it_says_how_versions_work(self, server: Exported) -> None:
        said = server.own["llms.txt"]
        assert "in the header `X-Nabla-Api-Version` or in the query parameter `nabla-api-version`" in said
        assert "the latest is `2023-06-26`" in said
        (line,) = re.findall(r"- \[2022-12-20\].*", said)
        assert line.endswith("Its date is reconstructed.")


def addresses_of(twin: str) -> list[str]:
    converter = Markdown(extensions=["fenced_code", "tables"])
    return [found.replace("&amp;", "&") for found in re.findall(r'<a href="([^"]*)"', converter.convert(twin))]


class TestTwins:
    def test_each_is_the_markdown_of_its_page(self, server: Exported) -> None:
        twins = {path: content for path, content in server.own.items() if path.endswith(".md")}
        assert twins == {
            f"{path}index.md": page.markdown()
            for path, page in server.pages.items()
            if path in ("upgrades/", "changelog/", "versioning/", "versioning/rules/", "deprecations/")
            or path.startswith("reference/latest/")
            or re.fullmatch(r"upgrades/\d{4}-\d\d-\d\d/", path)
        }
        assert all(re.match(r"# \S", content) for content in twins.values())

    def test_every_link_leads_somewhere(self, server: Exported) -> None:
        count = 0
        for path, content in server.own.items():
            if path.endswith(".md"):
                found = [one for one in addresses_of(content) if not one.startswith(("http:", "https:", "mailto:"))]
                assert [one for one in found if server.leads_nowhere(path, one)] == [], path
                count += len(found)
        assert count > 200


class TestInTheSite:
    """What MkDocs makes of them, with the plugin as the adapter."""

    @staticmethod
    def build(project: Path, **options: Any) -> Path:
        folder = project.parent / "site"
        config = load_config(str(project / "mkdocs.yml"), strict=True, site_dir=str(folder), **options)
        config.plugins.on_startup(command="build", dirty=False)
        build_site(config)
        return folder

    @pytest.mark.parametrize("directories", [True, False])
    def test_they_are_copied_as_they_are(self, tmp_path: Path, directories: bool) -> None:
        project = write(tmp_path / "shop", SITE | {"mkdocs.yml": f"{MKDOCS}use_directory_urls: {directories}\n"})
        site = self.build(project)
        expected = Exported(Project(project).load(), "", "" if directories else "index.html").own
        assert {path: (site / path).read_text(encoding="utf-8") for path in expected} == expected
        assert all((site / path).with_suffix(".html").is_file() for path in expected if path.endswith(".md"))
        assert [path.name for path in site.rglob("*.md.txt")] == []
        assert "index.md" not in (site / "sitemap.xml").read_text(encoding="utf-8")

    def test_addresses_are_absolute_where_the_site_says_where_it_is(self, tmp_path: Path) -> None:
        configuration = MKDOCS.replace("[search, api-upgrades]", "[search, api-upgrades: {path: shop}]")
        files = SITE | {"mkdocs.yml": f"site_url: https://docs.example/some\n{configuration}"}
        site = self.build(write(tmp_path / "shop", files)) / "shop"
        base = "https://docs.example/some/shop/"
        feed, llms, changes = ((site / name).read_text("utf-8") for name in ("feed.xml", "llms.txt", "changes.json"))
        assert f'<link rel="self" type="application/atom+xml" href="{base}feed.xml" />' in feed
        assert f"]({base}upgrades/index.md)" in llms
        assert json.loads(changes)["versions"][0]["address"] == f"{base}upgrades/2024-01-01/"

    @pytest.mark.parametrize("name", ["llms.txt", "feed.xml", "reference/latest/openapi.json"])
    def test_a_file_of_that_name_is_not_replaced(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
    ) -> None:
        project = write(tmp_path / "shop", SITE | {f"docs/{name}": "mine"})
        with pytest.raises(Abort):
            self.build(project)
        assert f"the generated page {name} and the hand-written docs/{name} both become {name}" in caplog.text

    def test_the_command_prints_the_same_bytes(self, tmp_path: Path) -> None:
        project = write(tmp_path / "shop", FILES)
        exported = Exported(Project(project).load())
        for version in ("2024-01-01", "latest"):
            result = CliRunner().invoke(main, ["--root", str(project), "export", version])
            assert result.stdout == exported.own[f"reference/{version}/openapi.json"]
