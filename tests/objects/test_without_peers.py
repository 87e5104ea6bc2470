"""Objects need neither pynwb nor hdmf; reading a cell of a file needs few libraries at all."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pynwb import NWBHDF5IO, NWBFile
from pynwb.ecephys import ElectricalSeries

EXAMPLES = Path(__file__).parents[2] / "examples"

# What a process does in which importing pynwb or hdmf raises.
BLOCKED = """
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pynwb", "hdmf"):
            raise ImportError(f"{name} is not to be imported")

sys.meta_path.insert(0, Refusing())
import numpy as np, pandas as pd, linkdata
"""
ON_A_FILE = """
ds = linkdata.open(sys.argv[1])
nwb = ds.data
# tables, ragged columns, regions
assert len(nwb.units[:]) == 3 and nwb.units[[2, 0]].index.tolist() == [2, 0]
assert nwb.units.spike_times[2].tolist() == [0.0, 1.0]
assert nwb.electrodes["group"][1].device.name == "probe"
assert nwb.units.electrodes[0].location.tolist() == ["CA1"]
assert nwb.acquisition.ES.electrodes.to_dataframe().location.tolist() == ["CA1", "CA1"]
nwb.electrodes.bonus = linkdata.VectorData("bonus", "many", np.zeros((2, 10, 12)))
assert nwb.electrodes[0].bonus.iloc[0].shape == (10, 12)
# typed access and time series
es = ds.model(nwb.acquisition.ES)
assert es.data.value.shape == (4, 2) and es.starting_time.rate == 10.0
assert nwb.acquisition.ES.in_units().shape == (4, 2)
assert nwb.acquisition.ES.times().tolist() == [0.0, 0.1, 0.2, 0.3]
# seeing
assert "ES" in repr(nwb.acquisition) and nwb.units._repr_html_() and nwb._repr_html_()
linkdata.pprint(nwb, max_depth=2)
# checking, a document of it and back
assert [one for one in ds.check() if one.severity.value == "error"] == []
ds.save(sys.argv[2] + "/again.yaml")
again = linkdata.open(sys.argv[2] + "/again.yaml")
assert again.data.units.spike_times[2].tolist() == [0.0, 1.0]
again.save(sys.argv[2] + "/again.nwb")
"""
IN_MEMORY = """
table = linkdata.DynamicTable("t", "d")
table.add_column("tags", "d", index=True)
table.add_column("state", "d", enum=True)
table.add_row(tags=["a", "b"], state="run")
table.add_row(tags=[], state="rest")
assert table.to_dataframe().state.tolist() == ["run", "rest"]
both = linkdata.AlignedDynamicTable("s", "d", category_tables=[table])
assert both["t"]["tags"][0] == ["a", "b"] and both[:].columns.nlevels == 2
region = linkdata.DynamicTableRegion("r", [1], "d", table=table)
assert region[0:1].index.tolist() == [1]
matrix = linkdata.CSRMatrix(np.eye(3))
assert matrix.nnz == 3 and matrix.to_dense().shape == (3, 3)
box = linkdata.SimpleMultiContainer("box", [table])
assert [one.name for one in box] == ["t"]
herd = linkdata.HERD()
herd.add_ref(container=table, attribute="description", key="mouse",
             entity_id="NCBITaxon:10090", entity_uri="http://example.org/10090")
herd.to_zip(sys.argv[2] + "/herd.zip")
assert linkdata.HERD.from_zip(sys.argv[2] + "/herd.zip").get_key("mouse").key == "mouse"
assert linkdata.get_class("DynamicTable", "hdmf-common") is linkdata.DynamicTable
ds = linkdata.open(sys.argv[3])
assert ds.data.trials[:].stim_name.tolist() == ["vis1", "sound1", "vis2"]
ds.save(sys.argv[2] + "/npc.nwb")
assert linkdata.open(sys.argv[2] + "/npc.nwb").data.units.spike_times[2].tolist() == []
"""
CELL = """
import sys, linkdata
with linkdata.open(sys.argv[1]) as ds:
    assert ds.data.units.spike_times[2].tolist() == [0.0, 1.0]
heavy = ("pandas", "pydantic", "linkml_runtime", "numpydantic", "yaml", "rdflib", "tomllib",
         "hashlib", "linkdata.dataset.saving", "linkdata.objects.display",
         "linkdata.store.manifest", "linkdata.store.codecs")
assert [name for name in heavy if name in sys.modules] == []
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nwb = NWBFile("a session", "id", datetime(2024, 1, 1, tzinfo=UTC))
    group = nwb.create_electrode_group("shank", "d", "CA1", nwb.create_device("probe"))
    for _ in range(2):
        nwb.add_electrode(location="CA1", group=group)
    region = nwb.create_electrode_table_region([0, 1], "both")
    data = [[1.0, 2.0]] * 4
    nwb.add_acquisition(ElectricalSeries(name="ES", data=data, electrodes=region, rate=10.0))
    for unit in range(3):
        nwb.add_unit(spike_times=[float(one) for one in range(unit)], electrodes=[unit % 2])
    path = tmp_path_factory.mktemp("recording") / "recording.nwb"
    with NWBHDF5IO(path, "w") as io:
        io.write(nwb)
    return path


def run(code: str, *arguments: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_objects_of_a_file(recording: Path) -> None:
    run(BLOCKED + ON_A_FILE, recording, recording.parent)


def test_objects_in_memory_and_of_a_document(recording: Path, tmp_path: Path) -> None:
    run(BLOCKED + IN_MEMORY, recording, tmp_path, EXAMPLES / "npc_session.yaml")


def test_a_cell_needs_few_libraries(recording: Path) -> None:
    run(CELL, recording)
