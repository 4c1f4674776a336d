"""The workflows and what else a host runs: they follow their schemas and our rules, and each shell step does its work.

No runner is here, so `tests.actions` stands for it, and `tests.fake_gh` for GitHub. Git, Python, MkDocs and the command
are real; what would need the network is not.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests import fake_gh
from tests.actions import ROOT, SHELL_STEPS, WORKFLOWS, Runner, Step, evaluate, fill_in, steps
from tests.fake_gh import LEVELS
from tests.test_docs import blocks

HOSTING = (ROOT / "docs" / "maintain" / "hosting.md").read_text(encoding="utf-8")
READ_THE_DOCS = yaml.safe_load((ROOT / ".readthedocs.yaml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ISSUE_FORMS = sorted({file.stem for file in (ROOT / ".github" / "ISSUE_TEMPLATE").iterdir()} - {"config"})
SETTINGS = {
    "PREVIEW_REPOSITORY": "acme-previews/server-api",
    "PREVIEW_URL": "https://acme-previews.github.io/server-api/",
}
DOCS = "https://acme.github.io/server-api/"
HEAD = "5fda3b95a4ea91299a34e894583c3862153e4b97"
REPORT = "## One change\n\n`title` is gone. Thanks @everyone ![x](https://evil.example/x.png)\n"

STUB = '#!/bin/sh\necho "$(basename "$0") $*" >> "$CALLED"\n'
"""Notes that it was called, and does nothing."""

BUILT = "api_upgrades.whl"
"""What the stub of `python -m build` puts into dist/."""


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


class World:
    """A repository on a machine, GitHub around it, and the repository of its previews."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository, self.previews, self.called = (folder / name for name in ("work", "previews.git", "called"))
        (folder / "home").mkdir()
        stubs = folder / "bin"
        stubs.mkdir()
        scripts = {
            **dict.fromkeys(("lint-imports", "mypy", "pip", "pytest", "ruff", "twine", "uv"), STUB),
            "python": f'{STUB}if [ "$2" = build ]; then mkdir -p dist; touch dist/{BUILT}; fi\n',
            "gh": f'#!/bin/sh\nexec "{sys.executable}" "{Path(fake_gh.__file__)}" "$@"\n',
        }
        for name, script in scripts.items():
            (stubs / name).write_text(script, encoding="utf-8")
            (stubs / name).chmod(0o755)
        git(folder, "init", "--quiet", "--bare", str(self.previews))
        git(self.previews, "config", "uploadpack.allowFilter", "true")
        self.github: dict[str, Any] = {
            "pulls": [],
            "comments": {},
            "artifacts": [],
            "docs": DOCS,
            "permissions": {},
            "used": [],
        }
        self.handed: dict[str, Path] = {}
        self.pythons: set[str] = set()
        self.runner = Runner(
            self.repository,
            folder / "temporary",
            {
                "PATH": os.pathsep.join([str(stubs), str(Path(sys.executable).parent), os.defpath]),
                "HOME": str(folder / "home"),
                "CALLED": str(self.called),
                "FAKE_GITHUB": str(folder / "github.json"),
                "GITHUB_REPOSITORY": fake_gh.REPOSITORY,
                "GITHUB_EVENT_PATH": str(folder / "event.json"),
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"url.file://{self.previews}.insteadOf",
                "GIT_CONFIG_VALUE_0": f"git@github.com:{SETTINGS['PREVIEW_REPOSITORY']}.git",
            },
            {
                "actions/checkout": self.check_out,
                "actions/setup-python": lambda given: self.pythons.add(given["python-version"]),
                "actions/upload-artifact": self.hand_over,
                "actions/download-artifact": self.take_over,
                "actions/upload-pages-artifact": lambda given: self.hand_over({"name": "pages", **given}),
                "actions/deploy-pages": lambda given: None,
            },
        )

    def check_out(self, given: Mapping[str, str]) -> None:
        assert given["persist-credentials"] == "False"

    def hand_over(self, given: Mapping[str, str]) -> None:
        """Zip a folder as the action does: contents and names, no hidden file."""
        folder = self.repository / given["path"]
        archive = self.folder / f"{given['name']}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    target.write(file, file.relative_to(folder))
        self.handed[given["name"]] = archive

    def take_over(self, given: Mapping[str, str]) -> None:
        """Unpack into an empty folder what another job has uploaded."""
        folder = self.repository / given["path"]
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(self.handed[given["name"]]) as archive:
            archive.extractall(folder)

    def run(
        self, workflow: str, job: str, event_name: str, event: dict[str, Any], settings: dict[str, str] | None = None
    ) -> bool:
        """Run a job as that event starts it, with the permissions that it asks for and no others."""
        file = self.folder / "github.json"
        self.github["permissions"] = WORKFLOWS[workflow]["jobs"][job]["permissions"]
        file.write_text(json.dumps(self.github), encoding="utf-8")
        (self.folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
        shutil.rmtree(self.runner.temporary, ignore_errors=True)
        contexts = {
            "github": {
                "event_name": event_name,
                "event": event,
                "ref_name": event.get("ref", "").rpartition("/")[2],
                "token": "a token",
            },
            "secrets": {"PREVIEW_DEPLOY_KEY": "a key"},
            "vars": SETTINGS if settings is None else settings,
        }
        try:
            return self.runner.run(workflow, job, contexts)
        finally:
            self.github = json.loads(file.read_text(encoding="utf-8"))

    def published(self) -> dict[str, str]:
        """Each published file, with what it holds."""
        if not git(self.previews, "for-each-ref"):
            return {}
        archive = self.folder / "published.zip"
        git(self.previews, "archive", "--format=zip", f"--output={archive}", "main")
        with zipfile.ZipFile(archive) as files:
            names = [name for name in files.namelist() if not name.endswith("/")]
            return {name: files.read(name).decode(errors="replace") for name in names}

    def comments(self, number: int = 12) -> list[str]:
        return [comment["body"] for comment in self.github["comments"].get(str(number), [])]

    def offer(self, files: Mapping[str, str], run: int = 77) -> None:
        """Let a run have handed over an archive of those files."""
        archive = self.folder / f"artifact-{len(self.github['artifacts'])}.zip"
        with zipfile.ZipFile(archive, "w") as target:
            for name, text in files.items():
                target.writestr(name, text)
        self.offer_archive(archive, run)

    def offer_archive(self, archive: Path, run: int = 77) -> None:
        size = archive.stat().st_size
        id = len(self.github["artifacts"])
        self.github["artifacts"].append({"id": id, "run": run, "size_in_bytes": size, "file": str(archive)})


REPOSITORY = {"id": 1, "full_name": fake_gh.REPOSITORY, "default_branch": "main"}
FORK = {"id": 2, "full_name": "stranger/server-api", "owner": {"login": "stranger"}}


def pull_request(number: int = 12, state: str = "open", **others: Any) -> dict[str, Any]:
    return {
        "number": number,
        "state": state,
        "head": {"ref": "rename", "sha": HEAD, "repo": FORK},
        "base": {"ref": "main", "repo": REPOSITORY},
        **others,
    }


def built(run: int = 77, **others: Any) -> dict[str, Any]:
    """The event that docs.yml has come to its end for that pull request of a fork."""
    return {
        "action": "completed",
        "repository": REPOSITORY,
        "workflow_run": {
            "id": run,
            "event": "pull_request",
            "conclusion": "success",
            "head_branch": "rename",
            "head_sha": HEAD,
            "head_repository": FORK,
            "pull_requests": [],
            **others,
        },
    }


def closed(pull: dict[str, Any]) -> dict[str, Any]:
    return {"action": "closed", "number": pull["number"], "repository": REPOSITORY, "pull_request": pull}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository with main's scripts, and an open pull request whose preview is built."""
    world = World(tmp_path)
    shutil.copytree(ROOT / ".github", world.repository / ".github", ignore=shutil.ignore_patterns("__pycache__"))
    world.github["pulls"] = [pull_request()]
    world.offer({"site/index.html": "the preview", "report.md": REPORT})
    return world


def publish(world: World, **others: Any) -> bool:
    return world.run("preview", "preview", "workflow_run", built(**others))


class Story(NamedTuple):
    """A change of this project, from its pull request to its merge and release."""

    world: World
    while_open: dict[str, str]
    comments: list[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Each job of each workflow, run as GitHub would for one pull request and for the release that follows."""
    world = World(tmp_path_factory.mktemp("world"))
    left_out = (".git", ".*_cache", ".cache", ".hypothesis", "site", "__pycache__", "tests", "*.egg-info", ".venv")
    shutil.copytree(ROOT, world.repository, ignore=shutil.ignore_patterns(*left_out))
    git(world.repository, "init", "--quiet", "--initial-branch=main")
    git(world.repository, "add", "--all")
    git(world.repository, "commit", "--quiet", "--message=Base")
    git(world.repository, "checkout", "--quiet", "-b", "rename")
    with (world.repository / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write("\nA sentence of this pull request.\n")
    git(world.repository, "commit", "--quiet", "--all", "--message=Change")
    git(world.repository, "checkout", "--quiet", "main")
    git(world.repository, "merge", "--quiet", "--no-ff", "--message=Merge", "rename")

    pull = pull_request()
    world.github["pulls"] = [pull]
    for job in WORKFLOWS["docs"]["jobs"]:
        world.run("docs", job, "pull_request", {"number": 12})
    world.offer_archive(world.handed["preview"])
    world.run("preview", "preview", "workflow_run", built())
    while_open, comments = world.published(), world.comments()
    pull = pull_request(state="closed")
    world.github["pulls"] = [pull]
    world.run("preview", "preview", "pull_request_target", closed(pull))
    for job in WORKFLOWS["docs"]["jobs"]:
        world.run("docs", job, "push", {})
    for job in WORKFLOWS["release"]["jobs"]:
        world.run("release", job, "push", {"ref": f"refs/tags/v{PROJECT['version']}"})
    return Story(world, while_open, comments)


# The story of a pull request


@pytest.mark.slow
def test_every_shell_step_runs(story: Story) -> None:
    assert {Step("docs", "tests", "Test"), Step("preview", "preview", "Publish the preview")} < SHELL_STEPS
    assert story.world.runner.ran == SHELL_STEPS


@pytest.mark.slow
def test_what_would_need_the_network_is_asked_for(story: Story) -> None:
    called = story.world.called.read_text(encoding="utf-8").splitlines()
    assert set(called) == {
        "pip install .",
        "pip install -e .[test]",
        "pip install -e .[test,dev]",
        "pip install build twine",
        "pip install uv",
        "pip install uv==0.13.9",
        "uv pip install --system --resolution lowest-direct -e .[test]",
        "ruff check .",
        "ruff format --check .",
        "lint-imports ",
        "mypy ",
        "pytest ",
        "pytest -m not slow",
        "python -m build",
        f"twine check --strict dist/{BUILT}",
        "python -m tests.package_check dist",
        f"uv publish --trusted-publishing always dist/{BUILT}",
    }


@pytest.mark.slow
def test_a_preview_is_the_whole_site_of_the_pull_request(story: Story, site: Path) -> None:
    whole = {f"pr-12/{file.relative_to(site)}" for file in site.rglob("*") if file.is_file()}
    assert whole <= {*story.while_open}
    assert "A sentence of this pull request." in story.while_open["pr-12/index.html"]


@pytest.mark.slow
def test_a_preview_has_one_comment_that_links_to_it(story: Story) -> None:
    [comment] = story.comments
    assert f"[Preview of {HEAD[:7]}]({SETTINGS['PREVIEW_URL']}pr-12/)" in comment
    assert "No changes to the API; released versions are unchanged." in comment


@pytest.mark.slow
def test_a_closed_pull_request_leaves_nothing_behind(story: Story) -> None:
    assert story.world.published() == {".nojekyll": ""}
    assert story.world.comments() == []


@pytest.mark.slow
def test_main_deploys_the_docs_and_no_preview(story: Story) -> None:
    with zipfile.ZipFile(story.world.handed["pages"]) as pages:
        assert "upgrades/index.html" in pages.namelist()
    assert {*story.world.handed} == {"preview", "pages", "package"}


@pytest.mark.slow
def test_a_token_may_what_it_is_used_for_and_nothing_else(story: Story) -> None:
    used = {("contents", "read")}  # by actions/checkout
    for scope, level in story.world.github["used"]:
        used.add((scope, level))
    strongest = {scope: max((level for one, level in used if one == scope), key=LEVELS.index) for scope, _ in used}
    assert WORKFLOWS["preview"]["jobs"]["preview"]["permissions"] == strongest


# What preview.yml does with whom


def test_a_new_commit_replaces_the_preview_and_edits_the_comment(world: World) -> None:
    publish(world)
    world.offer({"site/index.html": "another", "report.md": "Another report."}, run=78)
    publish(world, id=78)
    assert world.published() == {".nojekyll": "", "pr-12/index.html": "another"}
    [comment] = world.comments()
    assert "Another report." in comment


def test_only_our_own_comment_is_edited_and_removed(world: World) -> None:
    forged = {"id": 1, "user": {"login": "stranger"}, "body": "<!-- api-upgrades-preview -->\nmine"}
    other = {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "of another workflow"}
    world.github["comments"] = {"12": [forged, other]}
    publish(world)
    assert len(world.comments()) == 3
    assert world.comments()[:2] == [forged["body"], other["body"]]
    pull = pull_request(state="closed")
    world.github["pulls"] = [pull]
    world.run("preview", "preview", "pull_request_target", closed(pull))
    assert world.comments() == [forged["body"], other["body"]]


def test_each_pull_request_has_a_preview_of_its_own_and_the_repository_one_commit(world: World) -> None:
    publish(world)
    second = pull_request(13, head={"ref": "other", "sha": HEAD, "repo": REPOSITORY})
    world.github["pulls"] = [second]
    world.run(
        "preview",
        "preview",
        "workflow_run",
        built(head_branch="other", head_repository={**REPOSITORY, "owner": {"login": "acme"}}),
    )
    assert {*world.published()} == {".nojekyll", "pr-12/index.html", "pr-13/index.html"}
    assert git(world.previews, "rev-list", "--count", "main") == "1"


def test_what_else_the_previews_repository_holds_is_left_alone(world: World) -> None:
    clone = world.folder / "clone"
    git(world.folder, "clone", "--quiet", str(world.previews), str(clone))
    (clone / "CNAME").write_text("previews.example", encoding="utf-8")
    git(clone, "add", "CNAME")
    git(clone, "commit", "--quiet", "--message=A domain")
    git(clone, "push", "--quiet", "origin", "HEAD:main")
    publish(world)
    assert world.published()["CNAME"] == "previews.example"


@pytest.mark.parametrize(
    "pull",
    [
        pull_request(head={"ref": "rename", "sha": "0" * 40, "repo": FORK}),
        pull_request(head={"ref": "rename", "sha": HEAD, "repo": {**FORK, "id": 3}}),
        pull_request(head={"ref": "rename", "sha": HEAD, "repo": None}),
        pull_request(base={"ref": "other", "repo": REPOSITORY}),
        pull_request(base={"ref": "main", "repo": FORK}),
    ],
    ids=["newer head", "other fork", "deleted fork", "other base", "other repository"],
)
def test_what_is_not_this_run_s_pull_request_gets_no_preview(world: World, pull: dict[str, Any]) -> None:
    world.github["pulls"] = [pull]
    publish(world)
    assert world.published() == {}
    assert world.comments() == []


def test_a_pull_request_that_was_closed_while_it_was_built_gets_no_preview(world: World) -> None:
    publish(world)
    world.github["pulls"] = [pull_request(state="closed")]
    publish(world)
    assert world.published() == {".nojekyll": ""}
    assert world.comments() == []


def test_of_one_branch_the_open_pull_request_counts(world: World) -> None:
    world.github["pulls"] = [pull_request(13, state="closed"), pull_request(), pull_request(11, state="closed")]
    publish(world)
    assert "pr-12/index.html" in world.published()


def test_a_pull_request_that_was_opened_again_keeps_its_preview(world: World) -> None:
    publish(world)
    world.run("preview", "preview", "pull_request_target", closed(pull_request()))
    assert "pr-12/index.html" in world.published()


@pytest.mark.parametrize("others", [{"conclusion": "failure"}, {"event": "push"}], ids=["failed", "of main"])
def test_no_other_run_of_docs_starts_it(world: World, others: dict[str, str]) -> None:
    assert publish(world)
    assert not publish(world, **others)


def test_without_a_place_for_previews_nothing_runs(world: World) -> None:
    assert not world.run("preview", "preview", "workflow_run", built(), settings={})


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (DOCS, "the host of the docs"),
        ("https://ACME.github.io/server-api-previews/", "the host of the docs"),
        ("http://acme-previews.github.io/", "must be an https:// address"),
        ("", "must be an https:// address"),
    ],
)
def test_the_origin_of_the_docs_is_refused(world: World, address: str, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        world.run("preview", "preview", "workflow_run", built(), settings={**SETTINGS, "PREVIEW_URL": address})
    assert world.published() == {}
    assert world.comments() == []


def test_a_hostile_artifact_is_refused_before_anything_is_published(world: World) -> None:
    world.offer({"site/index.html": "fine", "report.md": "fine", "site/../../evil": "not fine"}, run=78)
    with pytest.raises(AssertionError, match="the preview is refused"):
        publish(world, id=78)
    assert world.published() == {}
    assert world.comments() == []


def test_an_oversize_artifact_is_not_even_fetched(world: World) -> None:
    world.github["artifacts"][0] |= {"size_in_bytes": 10**9, "file": "/nowhere"}
    with pytest.raises(AssertionError, match="1,000,000,000 bytes"):
        publish(world)


def test_of_a_run_that_was_tried_again_the_last_try_counts(world: World) -> None:
    world.offer({"site/index.html": "the second try", "report.md": ""})
    publish(world)
    assert world.published()["pr-12/index.html"] == "the second try"


# Rules for workflows


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        *(("vendor.github-workflows", f".github/workflows/{name}.yml") for name in WORKFLOWS),
        *(("custom.github-workflows-require-timeout", f".github/workflows/{name}.yml") for name in WORKFLOWS),
        ("vendor.readthedocs", ".readthedocs.yaml"),
        ("vendor.dependabot", ".github/dependabot.yml"),
        ("vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        *(("vendor.github-issue-forms", f".github/ISSUE_TEMPLATE/{name}.yml") for name in ISSUE_FORMS),
    ],
)
def test_the_files_follow_their_schemas(schema: str, file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(ROOT / file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_actions_are_github_s_own_and_pinned_by_commit() -> None:
    for file in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if re.search(r"\buses:", line)]
        assert lines
        for line in lines:
            assert re.fullmatch(r"\s+(?:- )?uses: actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


def test_each_action_has_one_version() -> None:
    used = {step["uses"] for _, step in steps() if "uses" in step}
    assert len({name.partition("@")[0] for name in used}) == len(used)


def test_no_expression_is_pasted_into_a_script() -> None:
    assert [place for place, step in steps() if "${{" in step.get("run", "")] == []


def test_scripts_stop_at_the_first_fault() -> None:
    assert [content["defaults"] for content in WORKFLOWS.values()] == [{"run": {"shell": "bash"}}] * len(WORKFLOWS)


def test_no_job_has_a_permission_that_it_did_not_ask_for() -> None:
    assert [content["permissions"] for content in WORKFLOWS.values()] == [{}] * len(WORKFLOWS)


def test_the_code_of_a_pull_request_gets_no_secret_no_right_to_write_and_no_cache() -> None:
    text = (ROOT / ".github" / "workflows" / "docs.yml").read_text(encoding="utf-8")
    for word in ("secrets", "token }}", "actions/cache", "cache:", "pull_request_target"):
        assert word not in text
    runs = {
        name: job
        for name, job in WORKFLOWS["docs"]["jobs"].items()
        if evaluate(job.get("if", "'always'"), {"github": {"event_name": "pull_request"}})
    }
    assert {*runs} == {"lint", "check", "build", "tests", "lowest-versions", "package"}
    assert [job["permissions"] for job in runs.values()] == [{"contents": "read"}] * len(runs)


def test_main_s_scripts_are_all_that_preview_checks_out() -> None:
    [given] = [step["with"] for place, step in steps() if place.workflow == "preview" and "uses" in step]
    assert given["ref"].split(" #")[0] == "${{ github.event.repository.default_branch }}"
    assert given["sparse-checkout"] == ".github/scripts"


def test_a_secret_reaches_only_the_steps_that_push() -> None:
    told = {place.name for place, step in steps() if "secrets." in str(step)}
    assert told == {"Publish the preview", "Remove the preview"}


def test_runs_for_one_pull_request_wait_for_each_other() -> None:
    """However a run was started: a preview published after its removal would stay for ever."""
    concurrency = WORKFLOWS["preview"]["concurrency"]
    groups = {
        fill_in(concurrency["group"], {"github": {"event": event}}) for event in (built(), closed(pull_request()))
    }
    assert len(groups) == 1
    assert concurrency["cancel-in-progress"] is False


# Other hosts


def stubbed(folder: Path, *names: str) -> dict[str, str]:
    """An environment in which some commands note their arguments and whether a preview is built."""
    (folder / "bin").mkdir()
    for name in names:
        (folder / "bin" / name).write_text(
            f'#!/bin/sh\necho "{name} $* [${{API_UPGRADES_PREVIEW-none}}]" >> "$CALLED"\n', encoding="utf-8"
        )
        (folder / "bin" / name).chmod(0o755)
    path = os.pathsep.join([str(folder / "bin"), os.defpath])
    return {"PATH": path, "CALLED": str(folder / "called"), "HOME": str(folder)}


def called(folder: Path, command: list[str], environment: dict[str, str]) -> list[str]:
    subprocess.run(command, cwd=folder, env=environment, check=True)
    return (folder / "called").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("type", "name", "preview"), [("external", "12", "12"), ("branch", "latest", "none"), ("tag", "2.0", "none")]
)
def test_read_the_docs_builds_docs_and_previews(tmp_path: Path, type: str, name: str, preview: str) -> None:
    [command] = READ_THE_DOCS["build"]["jobs"]["build"]["html"]
    assert "'" not in command
    environment = stubbed(tmp_path, "mkdocs") | {
        "READTHEDOCS_VERSION_TYPE": type,
        "READTHEDOCS_VERSION_NAME": name,
        "READTHEDOCS_OUTPUT": "/the output",
    }
    assert called(tmp_path, ["/bin/sh", "-c", f"PATH=$PATH ; {command}"], environment) == [
        f"mkdocs build --strict --site-dir /the output/html [{preview}]"
    ]


NETLIFY = tomllib.loads(next(block.text for block in blocks(HOSTING) if block.title == "netlify.toml"))


@pytest.mark.parametrize(
    ("command", "preview"),
    [(NETLIFY["build"]["command"], "none"), (NETLIFY["context"]["deploy-preview"]["command"], "12")],
    ids=["docs", "preview"],
)
def test_netlify_builds_docs_and_previews(tmp_path: Path, command: str, preview: str) -> None:
    environment = stubbed(tmp_path, "pip", "mkdocs") | {"REVIEW_ID": "12"}
    *_, build = called(tmp_path, ["bash", "-c", command], environment)
    assert build == f"mkdocs build --strict [{preview}]"
    assert NETLIFY["build"]["publish"] == "site"


@pytest.mark.parametrize(
    ("branch", "commit", "preview"),
    [("main", "pulled", "none"), ("rename", "pulled", "12"), ("rename", "unknown", "none")],
    ids=["docs", "preview", "a branch without a pull request"],
)
def test_cloudflare_builds_docs_and_previews(tmp_path: Path, branch: str, commit: str, preview: str) -> None:
    origin = tmp_path / "origin"
    git(tmp_path, "init", "--quiet", str(origin))
    git(origin, "commit", "--quiet", "--allow-empty", "--message=x")
    pulled = git(origin, "rev-parse", "HEAD")
    git(origin, "update-ref", "refs/pull/12/head", pulled)
    [script] = [block.text for block in blocks(HOSTING) if block.title == "cloudflare.sh"]
    environment = stubbed(tmp_path, "pip", "mkdocs") | {
        "CF_PAGES_BRANCH": branch,
        "CF_PAGES_COMMIT_SHA": pulled if commit == "pulled" else "0" * 40,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{origin}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/acme/server-api",
    }
    *_, build = called(tmp_path, ["bash", "-euc", script], environment)
    assert build == f"mkdocs build --strict [{preview}]"


# pre-commit


def test_pre_commit_takes_our_hook() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    assert subprocess.run(command, check=False).returncode == 0


def test_the_hook_runs_the_check_where_the_registry_changed() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["id"] == "api-upgrades-check"
    assert hook["entry"] == "api-upgrades check"
    assert hook["pass_filenames"] is False
    assert re.search(hook["files"], "changes/2023-06-26/recording-expires-at.yaml")
    assert not re.search(hook["files"], "docs/changes/index.md")


def test_the_page_shows_the_hook_as_it_is() -> None:
    [shown] = [block.text for block in blocks(HOSTING) if block.title == ".pre-commit-config.yaml"]
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [one["id"] for one in yaml.safe_load(shown)["repos"][0]["hooks"]] == [hook["id"]]


def test_the_page_names_what_the_workflows_ask_for() -> None:
    text = (ROOT / ".github" / "workflows" / "preview.yml").read_text(encoding="utf-8")
    asked = {*re.findall(r"\b(?:vars|secrets)\.(\w+)", text), WORKFLOWS["preview"]["jobs"]["preview"]["environment"]}
    assert {name for name in asked if f"`{name}`" not in HOSTING} == set()
