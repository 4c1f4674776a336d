"""What all tests share: the built site, a browser where there is one, and how tests are run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api_upgrades.history.history import History
from api_upgrades.project import Project
from tests.browser import browser, open_page, page, serve, site_url
from tests.forks import is_fork, run_in_fork
from tests.profiles import load_profiles
from tests.sharing import make_once
from tests.warm import warm_launcher

__all__ = ["browser", "open_page", "page", "serve", "site", "site_url"]

ROOT = Path(__file__).parent.parent

load_profiles()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        used = getattr(item, "fixturenames", ())
        if "browser" in used:
            item.add_marker(pytest.mark.browser)
        if "browser" in used or "site" in used:
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if pyfuncitem.get_closest_marker("forks") is None or is_fork():
        return None
    run_in_fork(pyfuncitem)
    return True


@pytest.fixture(scope="session", autouse=True)
def read_models_in_forks() -> Iterator[None]:
    """Models are read by forks of a process that has imported what takes longest, which nobody can tell apart."""
    with warm_launcher():
        yield


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project's own site, built once for all tests as `mkdocs build --strict` builds it."""
    return make_once(tmp_path_factory, "site", build_site)


def build_site(folder: Path) -> None:
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


@pytest.fixture(scope="session")
def server_api() -> History:
    """This project's own example, read and derived once for all tests."""
    return Project(ROOT).load()
