"""The jobs before a release, and the release itself: what is tested, who may publish, and which tags are refused."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.actions import ROOT, WORKFLOWS, Step, steps
from tests.test_workflows import PROJECT, World

VERSION = PROJECT["version"]


def test_the_tests_run_on_each_python_that_the_project_names() -> None:
    classifiers = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert WORKFLOWS["docs"]["jobs"]["tests"]["strategy"]["matrix"] == {"python": classifiers}
    assert PROJECT["requires-python"] == f">={classifiers[0]}"


def test_each_python_of_the_matrix_is_set_up(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.repository.mkdir()
    world.run("docs", "tests", "push", {})
    assert world.pythons == {"3.11", "3.12", "3.13", "3.14"}
    assert world.called.read_text(encoding="utf-8").splitlines().count("pytest ") == 4


def test_the_docs_are_deployed_only_after_all_other_jobs() -> None:
    jobs = WORKFLOWS["docs"]["jobs"]
    assert {*jobs["deploy"]["needs"]} == {*jobs} - {"deploy"}


def test_only_two_jobs_can_prove_which_workflow_they_are() -> None:
    found = {
        (workflow, job)
        for workflow, content in WORKFLOWS.items()
        for job, body in content["jobs"].items()
        if "id-token" in body["permissions"]
    }
    assert found == {("docs", "deploy"), ("release", "publish")}


def test_the_job_that_publishes_runs_no_code_of_the_repository() -> None:
    used = [
        step["uses"].partition("@")[0]
        for place, step in steps()
        if place[:2] == ("release", "publish") and "uses" in step
    ]
    assert used == ["actions/setup-python", "actions/download-artifact"]
    assert WORKFLOWS["release"]["jobs"]["publish"]["permissions"] == {"id-token": "write"}
    assert WORKFLOWS["release"]["jobs"]["publish"]["environment"] == "release"


def test_a_release_checks_the_package_as_each_pull_request_does() -> None:
    def scripts(workflow: str, job: str) -> dict[str, str]:
        return {place.name: step["run"] for place, step in steps() if place[:2] == (workflow, job) and "run" in step}

    checked = scripts("docs", "package")
    assert scripts("release", "build").items() >= checked.items()
    assert checked


@pytest.fixture
def world(tmp_path: Path) -> World:
    """The files that a release reads."""
    world = World(tmp_path)
    shutil.copytree(ROOT / ".github", world.repository / ".github", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", world.repository)
    (world.repository / "docs" / "maintain").mkdir(parents=True)
    shutil.copy(ROOT / "docs" / "maintain" / "release-notes.md", world.repository / "docs" / "maintain")
    return world


def release(world: World, tag: str) -> None:
    for job in WORKFLOWS["release"]["jobs"]:
        world.run("release", job, "push", {"ref": f"refs/tags/{tag}"})


def is_published(world: World) -> bool:
    return world.called.exists() and "uv publish" in world.called.read_text(encoding="utf-8")


def test_the_tag_of_the_version_is_published(world: World) -> None:
    release(world, f"v{VERSION}")
    assert Step("release", "publish", "Publish the package") in world.runner.ran
    assert is_published(world)


@pytest.mark.parametrize("tag", [VERSION, "v0.1.0", f"v{VERSION}.1", f"v{VERSION}rc1", "v"])
def test_a_tag_of_another_version_is_refused(world: World, tag: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(f"the tag is {tag!r}, but the version in pyproject.toml is")):
        release(world, tag)
    assert not is_published(world)


def test_a_version_without_release_notes_is_refused(world: World) -> None:
    notes = world.repository / "docs" / "maintain" / "release-notes.md"
    text = notes.read_text(encoding="utf-8")
    notes.write_text(text.replace(f"## {VERSION}\n", ""), encoding="utf-8")
    with pytest.raises(AssertionError, match=re.escape(f"has no section `## {VERSION}`")):
        release(world, f"v{VERSION}")
    assert not is_published(world)
