from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from linkdata import plugins
from linkdata.errors import UsageError


def test_the_built_ins_are_registered() -> None:
    assert "hdf5" in plugins.names("linkdata.sources")
    assert {"blake3", "blake2b-512", "blake2b-256", "sha256"} <= set(
        plugins.names("linkdata.digests")
    )


def test_load_gives_the_object_behind_a_name() -> None:
    from linkdata.store.digests import SHA256

    assert plugins.load("linkdata.digests", "sha256") is SHA256


def test_an_unknown_name_is_a_usage_error_with_a_near_miss() -> None:
    with pytest.raises(UsageError) as caught:
        plugins.load("linkdata.sources", "hdf4")
    assert caught.value.code == "usage"
    assert caught.value.diagnostic.hint == "did you mean `hdf5`?"


def test_an_unknown_group_is_empty() -> None:
    assert plugins.names("linkdata.no-such-group") == []


@pytest.mark.parametrize("value", ["no_such_module_at_all:x", "os:no_such_attribute"])
def test_a_plug_in_that_fails_to_import_is_a_usage_error(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = EntryPoint("broken", value, "g")
    monkeypatch.setattr(plugins, "_table", lambda group: {"broken": broken})
    with pytest.raises(UsageError, match="cannot be loaded"):
        plugins.load("g-" + value, "broken")


def test_our_own_entry_point_wins_over_a_foreign_one(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("blake3", "aaa:X", "g"),
        EntryPoint("blake3", "linkdata.store.digests:BLAKE3", "g"),
        EntryPoint("other", "b:X", "g"),
        EntryPoint("other", "a:X", "g"),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    plugins._table.cache_clear()
    table = plugins._table("g")
    assert table["blake3"].value == "linkdata.store.digests:BLAKE3"
    assert table["other"].value == "a:X"
    plugins._table.cache_clear()


def test_importing_loads_nothing() -> None:
    script = (
        "import sys, linkdata.plugins, linkdata.store.digests\n"
        "import linkdata.arrays.protocols, linkdata.arrays.hdf5\n"
        "print([name for name in ('numpy', 'h5py', 'blake3') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_short_cuts_are_the_entry_points() -> None:
    for (group, name), value in plugins._SHORT_CUTS.items():
        assert plugins._table(group)[name].value == value
        assert plugins.load(group, name) is plugins._table(group)[name].load()
        assert plugins.is_registered(group, name)
    assert plugins.is_registered("linkdata.digests", "sha256")
    assert not plugins.is_registered("linkdata.sources", "nope")


def test_short_cuts_do_not_look_through_distributions() -> None:
    code = (
        "import sys, linkdata\n"
        "from linkdata import plugins\n"
        "plugins.load('linkdata.sources', 'hdf5')\n"
        "assert 'importlib.metadata' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
