"""Every real file: its plan, a file made of the plan, and the plan of that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import h5py
import pytest

from linkdata.arrays.hdf5 import HDF5File
from linkdata.errors import LinkdataError
from linkdata.nwb.plan import Dataset, Plan
from linkdata.nwb.reading import read_plan
from linkdata.nwb.writing import write_plan
from linkdata.roots import Roots

CORPUS = os.environ.get("LINKDATA_CORPUS")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="LINKDATA_CORPUS names no folder")

INLINE = 1 << 22

#: What h5py cannot read or write, by file: a word of what is said.
REFUSED = {
    "err_attr_dspace.h5": "bad version number",
    "h5diff_types.h5": "user's own kind",
    "h5ex_d_sofloat.h5": "parameters itself",
    "h5ex_d_soint.h5": "parameters itself",
    "h5repack_attr_refs.h5": "variable length",
    "tall.h5": "user's own kind",
    "tall_with_udlink.h5": "user's own kind",
    "tarray7.h5": "variable length of arrays",
    "tfcontents1.h5": "user's own kind",
    "tfilters.h5": "unused bits",
    "tudlink.h5": "user's own kind",
    "vlen_seq_fillvalue.h5": "fill value",
}


def files() -> list[Path]:
    found = []
    for folder in ("nwb", "hdf5"):
        paths = sorted(Path(CORPUS or "/nowhere", folder).rglob("*"))
        found += [path for path in paths if path.is_file() and opens(path)]
    return found


def opens(path: Path) -> bool:
    try:
        h5py.File(path, "r").close()
    except OSError:
        return False
    return True


def is_refused(path: Path) -> bool:
    # Of `tall.h5` there are two; only that of the HDF Group has a link of a user's own kind.
    return path.name in REFUSED and (path.name != "tall.h5" or "tools" in path.parent.name)


def plan_of(path: Path) -> Plan:
    return read_plan(HDF5File(lambda: path, path.name, Roots([path.parent])), inline=INLINE)


def comparable(plan: Plan) -> Iterator[tuple[str, object]]:
    """Entries without what tells which file they are from, and what h5py cannot set."""
    for path, entry in plan.entries.items():
        if isinstance(entry, Dataset):
            kind = type(entry.data)
            yield path, (entry.data if "InFile" not in kind.__name__ else kind)
            yield path, (entry.type, entry.space, entry.storage, entry.attributes, entry.comment)
        else:
            yield path, entry


@pytest.mark.parametrize("path", files() if CORPUS else [], ids=lambda path: path.name)
def test_file_of_a_plan_has_the_same_plan(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.h5"
    if is_refused(path):
        with pytest.raises(LinkdataError, match=REFUSED[path.name]) as caught:
            write_plan(plan_of(path), target)
        assert ":/" in (caught.value.diagnostic.place or "")
        return
    plan = plan_of(path)
    if write_plan(plan, target):
        assert path.name == "torderattr.h5"
        return
    again = plan_of(target)
    assert dict(comparable(again)) == dict(comparable(plan))
    assert again.members() == plan.members()
    assert (again.userblock, again.version) == (plan.userblock, plan.version)


def test_few_files_are_refused() -> None:
    names = [path.name for path in files()]
    assert len(names) > 300
    assert set(names) > set(REFUSED)
