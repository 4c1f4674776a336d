"""The page of any two versions in a real browser: what it composes, how it is used, and what it makes of bad input."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings

from api_upgrades.compare.rules.table import SEVERITIES
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.history.upgrade_path import UpgradePaths
from api_upgrades.project import Project
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.path.data import PathData
from api_upgrades.site.pages.path.items import MAX_NAME_CHANGES, name_sentences
from api_upgrades.site.pages.site import Site
from api_upgrades.site.text.diff_blocks import fold_lines
from api_upgrades.site.text.diff_lines import diff_lines
from tests.browser import OpenPage, Serve, faults_of_layout
from tests.profiles import up_to
from tests.shop import MKDOCS, SITE, write
from tests.test_path import Chain, chains, history_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ROOT = Path(__file__).parent.parent
PATH = "upgrades/path/"
UP = "?from=2022-12-20&to=2023-06-26"
DOWN = "?from=2023-06-26&to=2022-12-20"

# What the script's own functions make of all pairs of versions, in the form of `told`.
COMPOSE = """([data, parts, steps]) => {
  const { differing, placesOf, textsOf, fold, runAt, composeSteps } = apiUpgrades.paths;
  const inWords = (pieces) => pieces.map((one) => (Array.isArray(one) ? "`" + one[0] + "`" : one)).join("");
  const found = {};
  data.versions.forEach((from, i) => data.versions.forEach((to, j) => {
    if (i === j) return;
    const composed = composeSteps(steps, i, j)
      .map(({ change, rank, merged, sentences }) => [change, rank, merged, sentences.map(inWords)]);
    const told = differing(data, i, j).map((number) => {
      const [was, now] = [runAt(data, number, i), runAt(data, number, j)];
      return {
        kind: data.parts[number].kind,
        name: (now[1] < 0 ? was : now)[2],
        places: placesOf(data, parts[number], number, i, j)
          .map(({ name, words, rank }) => [name, words.map(inWords), rank]),
        texts: textsOf(data, parts[number], number, i, j).map(([key, lines]) => [key, lines, fold(lines)]),
      };
    }).filter(({ places, texts }) => places.length || texts.length);
    found[from.id + " " + to.id] = [told, composed];
  }));
  return found;
}"""

# Both files of data, as the page gets them.
LOADED = """async () => {
  const place = document.querySelector(".au-path").dataset.root + "upgrades/path/";
  const taken = async (file, name) => {
    await apiUpgrades.load(place + file + ".js");
    const data = apiUpgrades[name];
    delete apiUpgrades[name];
    return data;
  };
  const data = await taken("index", "path");
  const parts = {};
  for (const { file } of data.resources) Object.assign(parts, await taken("resources/" + file, "pathResource"));
  return [data, parts, await taken("steps", "pathSteps")];
}"""

Told = dict[tuple[str, str], tuple[dict[str, tuple[set[str], str]], dict[str, Any]]]
"""By part: its places in words with their severity, and its texts as lines and as blocks."""

Steps = list[list[Any]]
"""The steps of a path: the number of the change, the rank of its severity, those that it stands for, and its names."""


@cache
def history() -> History:
    return Project(ROOT).load()


def expected_steps(history: History, paths: UpgradePaths, start: str, end: str) -> Steps:
    """The steps as the generator composes them."""
    numbers: dict[tuple[str, str], int] = {}
    for version in history.versions:
        for change in history.changes_of(version.id):
            numbers[version.id, change.change.id] = len(numbers)

    def number(change: JudgedChange) -> int:
        return numbers[change.change.version, change.change.id]

    steps: Steps = []
    items = paths.items_between(start, end)
    for item in items:
        names = name_sentences(item.name_changes, is_downgrade(history, start, end)) if item.only_names else ()
        merged = [number(one) for one in item.merged]
        titles = list(names) if len(names) <= MAX_NAME_CHANGES else []
        steps.append([number(item.change), SEVERITIES.index(item.severity), merged, titles])
    return steps


def is_downgrade(history: History, start: str, end: str) -> bool:
    ids = [version.id for version in history.versions]
    return ids.index(start) > ids.index(end)


def shown(found: list[dict[str, Any]]) -> Told:
    return {
        (part["kind"], part["name"]): (
            {name: ({*words}, SEVERITIES[rank]) for name, words, rank in part["places"]},
            {key: (lines, blocks) for key, lines, blocks in part["texts"]},
        )
        for part in found
    }


def expected(paths: UpgradePaths, start: str, end: str) -> Told:
    found: Told = {}
    for part in paths.between(start, end).parts:
        texts: dict[str, Any] = {}
        for text in part.samples:
            lines = diff_lines(text.before, text.after)
            blocks = [[block.is_folded, [[*line] for line in block.lines]] for block in fold_lines(lines)]
            texts[text.key] = ([[*line] for line in lines], blocks)
        places: dict[str, tuple[set[str], str]] = {
            place.name: ({*place.summary.split("; ")}, place.severity) for place in part.entries
        }
        found[part.part.kind, part.part.name] = (places, texts)
    return found


@pytest.fixture(scope="module")
def composed(browser: Browser, site_url: str) -> Iterator[Callable[[list[Any] | None], dict[str, Any]]]:
    """Composes all pairs from data as JSON has them, or from the site's own data."""
    page = browser.new_page()
    page.goto(site_url + PATH)

    def compose(made: list[Any] | None) -> dict[str, Any]:
        data = "JSON.parse(made)" if made else f"await ({LOADED})()"
        # As JSON, since Playwright takes seconds for large objects.
        script = f"async (made) => JSON.stringify(({COMPOSE})({data}))"
        found: dict[str, Any] = json.loads(page.evaluate(script, made and json.dumps(made)))
        return found

    yield compose
    page.close()


@pytest.fixture(scope="module")
def pairs(composed: Callable[[list[Any] | None], dict[str, Any]]) -> dict[str, Any]:
    return composed(None)


def test_all_pairs_are_there(pairs: dict[str, Any]) -> None:
    ids = [version.id for version in history().versions]
    assert {*pairs} == {f"{start} {end}" for start, end in permutations(ids, 2)}


@pytest.mark.parametrize("start", [version.id for version in history().versions])
def test_the_script_composes_what_the_generator_composes(pairs: dict[str, Any], start: str) -> None:
    """All parts, places in words, severities and lines of every path from a version, and how they are folded."""
    paths = UpgradePaths(history())
    for end in (version.id for version in history().versions if version.id != start):
        told, steps = pairs[f"{start} {end}"]
        assert shown(told) == expected(paths, start, end), f"{start} to {end}"
        assert steps == expected_steps(history(), paths, start, end), f"{start} to {end}"


@settings(max_examples=up_to(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chains())
def test_any_chain_is_composed_as_the_generator_composes_it(
    composed: Callable[[list[Any] | None], dict[str, Any]], made: tuple[Any, Chain]
) -> None:
    found = history_of(made[1])
    data = PathData(Site(found, Addresses()))
    paths = UpgradePaths(found)
    for pair, (parts, steps) in composed([data.index_data, data.parts, data.steps_data]).items():
        assert steps == expected_steps(found, paths, *pair.split()), pair
        wanted = expected(paths, *pair.split())
        assert {part: places for part, (places, _) in shown(parts).items()} == {
            part: places for part, (places, _) in wanted.items()
        }, pair


def opened(page: Page, address: str) -> None:
    page.set_default_timeout(15_000)
    page.goto(address)
    # The script has run: a path and its parts are there, or a note says what to select.
    page.locator(".au-path__parts > *, .au-path__note:not([hidden])").first.wait_for()


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def count(page: Page) -> str:
    page.locator(".au-path__parts > *").first.wait_for()
    return page.locator(".au-lead").inner_text().partition(".")[0]


def query(page: Page) -> str:
    found: str = page.evaluate("location.search")
    return found


def box(page: Page, title: str) -> Locator:
    return page.get_by_role("checkbox", name=title)


def titles(page: Page) -> list[str]:
    return page.locator(".au-todo > li:visible label").all_inner_texts()


def test_a_link_shows_the_steps(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + UP)
    assert (field(page, "From").input_value(), field(page, "to").input_value()) == (
        "2022-12-20", "2023-06-26")  # fmt: skip
    assert page.locator("h1").inner_text() == "Upgrade from 2022-12-20 to 2023-06-26"
    assert page.title().startswith("Upgrade from 2022-12-20 to 2023-06-26 - ")
    assert count(page) == "8 required changes, 2 to check, 4 optional"
    numbers = page.locator(".au-path__shown h2:visible .au-severity").all_inner_texts()
    assert numbers == ["8", "2", "4"]
    versions = page.locator("section:has(#must-do) .au-meta a").all_inner_texts()
    assert versions == sorted(versions)
    assert (versions[0], versions[-1]) == ("2023-01-30", "2023-06-26")
    item = page.locator(".au-todo > li", has_text="expiresAt renamed")
    assert "Read expires_at instead of expiresAt." in item.inner_text()
    assert item.locator("del mark").inner_text() == "expiresAt"
    item.locator(".au-meta a").click()
    assert page.url.endswith("/upgrades/2023-06-26/#recording-expires-at")


def test_the_contents_follow_the_filter(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + UP)
    contents = page.locator(".md-sidebar--secondary .md-nav--secondary a:visible")
    assert [text.strip() for text in contents.all_inner_texts()][:2] == [
        "Must do",
        "url moved into appointment in the create response",
    ]
    assert contents.filter(has_text="renamed").count() == 2
    field(page, "Resource").select_option("Tasks")
    count(page)
    assert [text.strip() for text in contents.all_inner_texts()] == [
        *("Must do", "is_patient_task renamed to is_assigned_to_patient", "Combined changes by resource")
    ]


def test_what_differs_is_there_at_once(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + UP)
    part = page.locator("section.au-difference", has=page.get_by_role("heading", name="Task", exact=True))
    part.wait_for()
    assert "is_assigned_to_patient renamed from is_patient_task" in part.inner_text()
    part.locator("summary", has_text="Object").click()
    assert part.locator("del.au-line").inner_text().strip().endswith('"is_patient_task": true,')
    assert part.locator("ins .au-hidden").text_content() == "added: "
    assert "/reference/2023-06-26/tasks/#Task" in part.get_by_role("link", name="Reference").evaluate("one => one.href")


def test_nothing_moves_while_the_page_loads(site_url: str, page: Page) -> None:
    page.add_init_script("""window.shifts = 0; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });""")
    opened(page, site_url + PATH + UP)
    page.locator("section.au-difference").first.wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts") < 0.1


def test_selects_and_back(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH)
    assert page.locator("h1").inner_text() == "Upgrade from 2023-05-25 to 2023-06-26"
    assert not page.locator(".au-path__static").is_visible()
    field(page, "From").select_option("2023-05-12")
    assert query(page) == "?from=2023-05-12&to=2023-06-26"
    assert count(page) == "2 required changes"
    field(page, "to").select_option("2023-05-25")
    assert count(page) == "1 required change"
    field(page, "From").select_option("2023-06-26")
    assert query(page) == "?from=2023-06-26&to=2023-05-25"
    assert "You are downgrading." in page.locator(".au-path__note").inner_text()
    page.go_back()
    assert (query(page), count(page)) == ("?from=2023-05-12&to=2023-05-25", "1 required change")
    page.go_back()
    page.go_back()
    assert query(page) == ""
    assert page.locator("h1").inner_text() == "Upgrade from 2023-05-25 to 2023-06-26"
    page.go_forward()
    assert field(page, "From").input_value() == "2023-05-12"


def test_filters_are_kept_in_the_address(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + UP)
    field(page, "Resource").select_option("Appointments")
    assert count(page) == "3 required changes, 1 to check, 2 optional"
    page.get_by_label("Breaking only").check()
    assert count(page) == "3 required changes"
    assert page.locator(".au-path__shown h2:visible").count() == 2
    assert page.locator(".au-path__resource h3").all_inner_texts() == ["Appointments"]
    page.locator(".au-difference").first.wait_for()
    assert {*page.locator("section.au-difference li > .au-severity").all_inner_texts()} == {"Breaking"}
    other = page.context.new_page()
    opened(other, page.url)
    assert count(other) == count(page)
    page.go_back()
    # The theme loads the page again, so these are not there at once.
    page.locator(".au-lead", has_text="3 required changes, 1 to check, 2 optional").wait_for()
    page.wait_for_function("document.querySelector('[name=resource]').value === 'Appointments'")
    page.wait_for_function("!document.querySelector('[name=breaking]').checked")


def test_filters_that_leave_nothing_say_so_and_are_cleared(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + "?from=2023-04-06&to=2023-05-12&resource=Messages&breaking=")
    clear = page.get_by_role("button", name="Clear filters")
    clear.wait_for()
    assert "No changes match these filters." in page.locator(".au-path__note").inner_text()
    clear.click()
    assert query(page) == "?from=2023-04-06&to=2023-05-12"
    assert count(page) == "1 required change, 1 to check, 3 optional"


def test_ticks_are_kept_for_the_pair(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + UP)
    progress = page.locator(".au-progress")
    assert progress.is_hidden()
    box(page, "Appointment note changed").check()
    box(page, "expiresAt renamed").check()
    item = page.locator(".au-todo > li", has_text="expiresAt renamed")
    assert item.locator(".au-mini").is_hidden()
    page.reload()
    count(page)
    assert progress.locator("span").inner_text() == "2 of 14 done"
    field(page, "Resource").select_option("Tasks")
    count(page)
    assert progress.is_hidden()
    box(page, "is_patient_task renamed").check()
    assert progress.locator("span").inner_text() == "1 of 1 done"
    field(page, "Resource").select_option("")
    count(page)
    assert progress.locator("span").inner_text() == "3 of 14 done"
    progress.get_by_role("button", name="Clear").click()
    page.reload()
    count(page)
    assert progress.is_hidden()


def test_ticks_work_where_storage_is_refused(site_url: str, page: Page) -> None:
    # Only for what is ours: the theme says so in the console where it can't keep its own.
    page.add_init_script("""for (const name of ["getItem", "setItem", "removeItem"]) {
      const own = Storage.prototype[name];
      Storage.prototype[name] = function (key, ...rest) {
        if (key.startsWith("api-upgrades")) throw new DOMException("refused");
        return own.call(this, key, ...rest);
      };
    }""")
    opened(page, site_url + PATH + UP)
    box(page, "expiresAt renamed").check()
    field(page, "From").select_option("2023-05-25")
    page.go_back()
    page.locator(".au-progress span", has_text="1 of 14 done").wait_for()


def test_a_store_that_holds_something_else_is_no_fault(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH)
    for text in ("{", '"<b>"', "7", "null"):
        page.evaluate("text => localStorage.setItem(`api-upgrades:/:2022-12-20:2023-06-26`, text)", text)
        opened(page, site_url + PATH + UP)
        assert count(page).startswith("8 required changes")
        assert page.locator(".au-progress").is_hidden()


def test_a_downgrade(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + DOWN)
    assert page.locator("h1").inner_text() == "Downgrade from 2023-06-26 to 2022-12-20"
    versions = page.locator(".au-todo .au-meta a").all_inner_texts()
    assert versions == sorted(versions, reverse=True)
    undone = "Undo: expiresAt renamed to expires_at on appointment recordings"
    assert page.get_by_role("heading", name=undone).is_visible()
    assert count(page) == "14 required changes"
    item = page.locator(".au-todo > li", has_text="expiresAt renamed")
    assert "expires_at" in item.locator("del").inner_text()
    assert "expiresAt" in item.locator("ins").inner_text()
    part = page.locator("section.au-difference", has=page.get_by_role("heading", name="Task", exact=True))
    part.wait_for()
    assert "is_patient_task renamed from is_assigned_to_patient" in part.inner_text()
    assert "/reference/2022-12-20/tasks/#Task" in part.get_by_role("link", name="Reference").evaluate("one => one.href")


def test_my_version_is_where_the_path_starts(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + "?version=2023-04-06")
    assert field(page, "From").input_value() == "2023-04-06"
    opened(page, site_url + PATH)
    assert field(page, "From").input_value() == "2023-04-06"


def test_the_steps_are_copied_as_markdown_with_their_ticks(site_url: str, page: Page) -> None:
    page.add_init_script(
        "navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }"
    )
    opened(page, site_url + PATH + "?from=2023-05-12&to=2023-06-26")
    box(page, "expiresAt renamed").check()
    page.get_by_role("button", name="Copy as Markdown").click()
    page.get_by_role("button", name="Copied").wait_for()
    text = page.evaluate("window.copied")
    assert text.startswith(
        "# Upgrade from 2023-05-12 to 2023-06-26\n\n2 required changes. Test single requests with `X-"
    )
    assert "\n## Must do\n\n- [ ] **Copilot notes no longer start lines with `-`** (2023-05-25; Copilot)\n" in text
    assert (
        "- [x] **`expiresAt` renamed to `expires_at` on appointment recordings** (2023-06-26; Appointments)\n" in text
    )
    assert '\n  Read `expires_at` instead of `expiresAt`.\n  ```diff\n  # AppointmentRecording\n  - "expiresAt"' in text


MARKUP = "<img src=x onerror=document.title='broken'>"
BAD = {
    "an unknown version": ("from=2022-12-21&to=2023-06-26", "There is no version “2022-12-21”."),
    "no version": ("from=&to=2023-06-26", "Select your current version."),
    "both ends alike": ("from=2023-06-26&to=2023-06-26", "Select two different versions."),
    "a slash": ("from=../../x&to=2023-06-26", "There is no version “../../x”."),
    "markup": (f"from={quote(MARKUP)}&to={quote(MARKUP)}", f"There is no version “{MARKUP}”."),
    "a name that objects have": ("from=__proto__&to=constructor", "There is no version “__proto__”."),
    "an unknown end": ("from=2022-12-20&to=latest", "There is no version “latest”."),
    "not UTF-8": ("from=%ff&to=2023-06-26", "There is no version “\ufffd”."),
    "very long": (f"from={'9' * 5000}&to=2023-06-26", "There is no version “9999"),
    "my version": ("version=nope", "There is no version “nope”."),
    "spaces": ("from=%202022-12-20&to=2023-06-26", "There is no version “ 2022-12-20”."),
}


@pytest.mark.parametrize(("asked", "said"), BAD.values(), ids=BAD)
def test_bad_input_is_said_and_the_versions_are_offered(site_url: str, page: Page, asked: str, said: str) -> None:
    opened(page, f"{site_url}{PATH}?{asked}")
    assert said in (page.locator(".au-path__note").text_content() or "")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator(".au-path img").count() == 0
    assert page.title() != "broken"
    field(page, "From").select_option("2023-05-25")
    field(page, "to").select_option("2023-06-26")
    assert count(page) == "1 required change"


def test_an_unknown_resource_is_said_and_all_are_shown(site_url: str, page: Page) -> None:
    opened(page, f"{site_url}{PATH}{UP}&resource={quote(MARKUP)}")
    assert f"There is no resource “{MARKUP}”." in page.locator(".au-path__note").inner_text()
    assert count(page).startswith("8 required changes")
    assert page.locator(".au-path img").count() == 0


@pytest.mark.parametrize("file", ["steps.js", "index.js", "resources/patients.js"])
@pytest.mark.parametrize("way", ["fails", "is another file"])
def test_a_file_that_does_not_arrive(site_url: str, browser: Browser, file: str, way: str) -> None:
    page = browser.new_page()
    if way == "fails":
        page.route(f"**/{PATH}{file}", lambda route: route.abort())
    else:
        page.route(f"**/{PATH}{file}", lambda route: route.fulfill(body="// nothing", content_type="text/javascript"))
    page.set_default_timeout(15_000)
    page.goto(site_url + PATH + UP)
    fault = page.get_by_role("alert").first
    fault.wait_for()
    assert "could not be loaded" in fault.inner_text()
    assert file in fault.inner_text()
    page.unroute(f"**/{PATH}{file}")
    while fault.count():
        fault.get_by_role("button", name="Try again").click()
        page.wait_for_timeout(200)
    page.locator("section.au-difference").first.wait_for()
    assert count(page).startswith("8 required changes")
    assert page.locator(".au-todo > li").count() == 14
    page.close()


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize("asked", ["", UP, DOWN, "?from=x&to=y"], ids=["nothing", "up", "down", "bad"])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    site_url: str, open_page: OpenPage, asked: str, palette: Literal["light", "dark"]
) -> None:
    page = open_page(palette=palette)
    opened(page, site_url + PATH + asked)
    page.wait_for_load_state("networkidle")
    assert faults_of_layout(page) == []


def test_the_keyboard_is_enough(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + "?from=2023-05-25&to=2023-06-26")
    count(page)
    field(page, "From").focus()
    focused = "document.activeElement.name || document.activeElement.id || document.activeElement.textContent"
    met = []
    for _ in range(5):
        met.append(page.evaluate(focused))
        page.keyboard.press("Tab")
    assert met == ["from", "to", "resource", "breaking", "copy"]
    assert page.evaluate(focused) == "c:2023-06-26:recording-expires-at"
    page.keyboard.press("Space")
    assert page.locator(".au-progress span").inner_text() == "1 of 1 done"
    field(page, "From").focus()
    page.keyboard.type("2023-04-06")
    assert query(page).startswith("?from=2023-04-06")
    assert page.evaluate(focused) == "from"


def test_counts_are_told_as_they_change(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + UP)
    count(page)
    told = page.get_by_role("status")
    assert "8 required changes" in told.inner_text()
    page.get_by_label("Breaking only").check()
    count(page)
    assert told.inner_text().startswith("8 required changes. Test")


def test_without_scripts_every_way_to_the_latest_is_linked(site_url: str, open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    page.goto(site_url + PATH)
    assert page.locator("h1").inner_text() == "Compare two versions"
    assert not field(page, "From").is_visible()
    assert page.locator(".au-path__static a").count() == len(history().versions) - 1
    page.get_by_role("link", name="From 2022-12-20 to 2023-06-26").click()
    assert page.url == site_url + "upgrades/from/2022-12-20/"
    assert page.locator("h1").inner_text() == "Upgrade from 2022-12-20 to 2023-06-26"


def test_printing_shows_everything(site_url: str, page: Page) -> None:
    opened(page, site_url + PATH + "?from=2023-05-12&to=2023-06-26")
    box(page, "expiresAt renamed").check()
    page.locator("section.au-difference").first.wait_for()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".au-todo .au-mini:visible").count() == 2
    assert page.locator(".au-path__bar").is_hidden()
    assert page.locator("section.au-difference del.au-line").count() == 1


def test_it_works_below_any_folder(site: Path, tmp_path: Path, page: Page, serve: Serve) -> None:
    shutil.copytree(site, tmp_path / "preview" / "pr-7")
    url = serve(tmp_path)
    opened(page, f"{url}preview/pr-7/{PATH}{UP}")
    page.locator("section.au-difference").first.wait_for()
    box(page, "expiresAt renamed").check()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('api'))") == [
        "api-upgrades:/preview/pr-7/:2022-12-20:2023-06-26"
    ]
    page.get_by_role("link", name="Reference of").first.click()
    assert page.url.startswith(f"{url}preview/pr-7/reference/2023-06-26/patients/")
    assert page.locator("h1").count() == 1


def built(folder: Path, more: str) -> Path:
    """The shop's site, with more settings."""
    project = write(folder / "project", SITE | {"mkdocs.yml": MKDOCS + more})
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder / "site")]
    subprocess.run(command, cwd=project, check=True, stdin=subprocess.DEVNULL)
    return folder / "site"


def test_it_works_from_disk(tmp_path: Path, page: Page) -> None:
    address = (built(tmp_path, "use_directory_urls: false\n") / PATH / "index.html").as_uri()
    opened(page, address)
    field(page, "From").select_option("2024-01-01")
    assert count(page) == "1 required change, 1 optional"
    page.locator("section.au-difference").first.wait_for()
    assert "title renamed from name" in page.locator("section.au-difference").first.inner_text()
    box(page, "name is now").check()
    page.reload()
    count(page)
    assert page.locator(".au-progress span").inner_text() == "1 of 2 done"
    page.get_by_role("link", name="Reference of").first.click()
    assert page.url.endswith("/reference/2024-03-01/books/index.html#Book")
    page.go_back()
    assert field(page, "From").input_value() == "2024-01-01"


def test_it_works_where_pages_are_loaded_instantly(tmp_path: Path, page: Page, serve: Serve) -> None:
    instant = MKDOCS.replace("font: false", "font: false, features: [navigation.instant]")
    project = write(tmp_path / "project", SITE | {"mkdocs.yml": instant + "site_url: http://127.0.0.1:1/\n"})
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    subprocess.run(command, cwd=project, check=True, stdin=subprocess.DEVNULL)
    for file in (tmp_path / "site").glob("sitemap.xml*"):
        file.unlink()
    url = serve(tmp_path / "site")
    locations = "".join(
        f"<url><loc>{url}{one.parent.relative_to(tmp_path / 'site').as_posix()}/</loc></url>".replace("/./", "/")
        for one in (tmp_path / "site").rglob("index.html")
    )
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    (tmp_path / "site" / "sitemap.xml").write_text(f'<urlset xmlns="{namespace}">{locations}</urlset>')
    opened(page, url + PATH + "?from=2024-01-01&to=2024-03-01")
    page.evaluate("window.isTheSame = true")
    page.locator(".au-todo li", has_text="pages").locator(".au-meta a").click()
    page.wait_for_url(re.compile(r"/upgrades/2024-02-01/#pages"))
    page.go_back()
    page.locator("section.au-difference").first.wait_for()
    assert page.evaluate("window.isTheSame") is True
    assert page.locator("h1").inner_text() == "Upgrade from 2024-01-01 to 2024-03-01"
    assert page.title().startswith("Upgrade from 2024-01-01 to 2024-03-01")
    assert count(page) == "1 required change, 1 optional"
    field(page, "From").select_option("2024-02-01")
    assert count(page) == "1 required change"
    page.go_back()
    assert count(page) == "1 required change, 1 optional"
    assert len(titles(page)) == 2
