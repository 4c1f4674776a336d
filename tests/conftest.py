"""What all tests share: the built site, and a browser where there is one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import settings

from api_upgrades.history.history import History
from api_upgrades.project import Project
from tests.browser import browser, open_page, page, serve, site_url

__all__ = ["browser", "open_page", "page", "serve", "site", "site_url"]

ROOT = Path(__file__).parent.parent

# A slow machine is not a fault of the code under test, and what a run says shall follow from the code alone: laws draw
# the same examples every time, and others each time with `--hypothesis-profile=anew`.
settings.register_profile("project", deadline=None, derandomize=True)
settings.register_profile("anew", deadline=None)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("forks") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("forks") and threading.active_count() > 1:
        pytest.fail(f"a process with threads does not fork: {threading.enumerate()}", pytrace=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project's own site, built once for all tests as `mkdocs build --strict` builds it."""
    folder = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        pytest.fail(f"the site does not build:\n{run.stdout}{run.stderr}", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def server_api() -> History:
    """This project's own example, read and derived once for all tests."""
    return Project(ROOT).load()
