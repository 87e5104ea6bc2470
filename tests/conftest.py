"""What all tests share.

Nothing that a test finds may depend on how busy a machine is, nor on chance: examples of properties
are the same each time and have no time limit. `--hypothesis-profile=explore` looks at others, with
`--hypothesis-seed` at the same others again.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable

import h5py
import pytest
from hypothesis import HealthCheck, settings

_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("explore", _UNTIMED)
settings.register_profile("same", _UNTIMED, derandomize=True)
settings.load_profile("same")

# Servers of tests are on this machine: a proxy does not reach them.
os.environ |= {"no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: whole sweeps, run with `-m slow`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("-m"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="a whole sweep, run with `-m slow`"))


@pytest.fixture(scope="session", autouse=True)
def nothing_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither the configuration nor, unless it is named, the cache of who runs the tests.

    All workers of a run have one cache: the schemas in it are made once.
    """
    for name in ("ROOTS", "AUTHORITIES", "NETWORK", "INDEX", "STORE"):
        os.environ.pop(f"LINKDATA_{name}", None)
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    os.environ["LINKDATA_CONFIG"] = str(folder / "no-such-file.toml")
    os.environ.setdefault("LINKDATA_CACHE", str(folder / "cache"))


@pytest.fixture
def descriptors() -> Callable[[], list[str]]:
    """Tells which files and folders this process has open.

    No sockets and pipes, which are those of others; and no garbage, which may go at any time.
    """
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not tell which files are open")

    def told() -> list[str]:
        gc.collect()
        found = []
        for name in os.listdir("/proc/self/fd"):
            with contextlib.suppress(FileNotFoundError):  # that of the listing itself
                found.append(os.readlink(f"/proc/self/fd/{name}"))
        return sorted(path for path in found if path.startswith("/"))

    return told


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Tells how often an HDF5 file was opened."""
    times = 0
    original = h5py.File.__init__

    def counted(self: h5py.File, *args: object, **given: object) -> None:
        nonlocal times
        times += 1
        original(self, *args, **given)

    monkeypatch.setattr(h5py.File, "__init__", counted)
    return lambda: times
