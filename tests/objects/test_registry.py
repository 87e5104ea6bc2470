from __future__ import annotations

from pathlib import Path

import h5py
import pytest

import linkdata
from linkdata import DynamicTable, TimeSeries, get_class, register_class
from linkdata.errors import UsageError
from linkdata.objects import registry
from linkdata.objects.known import BUILT_IN, PARENTS
from linkdata.objects.nwbfile import NWBFile


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", {})


def test_all_built_in_classes_are_there() -> None:
    for name in BUILT_IN:
        found = get_class(name)
        assert found.__name__ == name
        assert found._TYPE[1] == name


def test_parents_lead_to_a_class_or_an_abstract_type() -> None:
    for name in PARENTS:
        assert list(registry._ancestors(name))[-1] in {*BUILT_IN, "Container"}


def test_types_that_descend_from_others() -> None:
    assert get_class("Units", "core") is DynamicTable
    assert get_class("SpikeEventSeries", "core") is TimeSeries
    with pytest.raises(UsageError) as caught:
        get_class("DynamicTabel")
    assert "DynamicTable" in (caught.value.diagnostic.hint or "")


def test_a_class_of_ones_own() -> None:
    @register_class("Licks", "ndx-lab")
    class Licks(TimeSeries):
        @property
        def count_of_licks(self) -> int:
            return self.num_samples

    found = linkdata.loads("data: {is_a: 'ndx-lab:Licks', timestamps: [1, 2, 3]}\n").data
    assert isinstance(found, Licks)
    assert found.count_of_licks == 3
    assert get_class("Licks", "ndx-lab") is Licks


def test_a_class_instead_of_a_built_in_one() -> None:
    class Trials(DynamicTable):
        pass

    register_class("TimeIntervals", "core", Trials)
    assert isinstance(linkdata.loads("data: {is_a: TimeIntervals}\n").data, Trials)
    assert type(linkdata.loads("data: {is_a: Units}\n").data) is DynamicTable


def test_made_objects_stay_of_their_class() -> None:
    class Mine(DynamicTable):
        pass

    outer = linkdata.loads("data: {}\n").data
    outer.table = Mine("table", "d")
    assert type(outer.table) is Mine


def test_the_root_of_a_file(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.nwb", "w") as file:
        file.attrs["neurodata_type"], file.attrs["namespace"] = "NWBFile", "core"
        file.create_group("intervals/trials").attrs["neurodata_type"] = "TimeIntervals"
        file.create_group("general/devices/probe").attrs["neurodata_type"] = "Device"
        group = file.create_group("general/extracellular_ephys/shank0")
        group.attrs["neurodata_type"] = "ElectrodeGroup"
        file.create_group("general/extracellular_ephys/electrodes").attrs["neurodata_type"] = (
            "DynamicTable"
        )
    found = linkdata.open(tmp_path / "x.nwb").data
    assert isinstance(found, NWBFile)
    assert isinstance(found.trials, DynamicTable)
    assert found.trials == found.intervals.trials
    assert list(found.devices.keys()) == ["probe"]
    assert list(found.electrode_groups) == ["shank0"]
    assert found.epochs is None
    assert found.imaging_planes is None
    with pytest.raises(AttributeError):
        _ = found.nope


def test_a_field_counts_before_a_place() -> None:
    found = linkdata.loads("data: {is_a: NWBFile, trials: 5, general: {lab: x}}\n").data
    assert (found.trials, found.lab) == (5, "x")


def test_the_schema_says_what_extensions_are(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "id: https://example.org/s\nname: s\n"
        "prefixes: {linkml: 'https://w3id.org/linkml/'}\nimports: ['linkml:types']\n"
        "classes:\n  DynamicTable: {}\n  LabTable: {is_a: DynamicTable}\n"
    )
    (tmp_path / "d.yaml").write_text(
        "meta: {imports: {s: {from: [{path: s.yaml}]}}}\ndata: {is_a: 's:LabTable', a: [1, 2]}\n"
    )
    found = linkdata.open(tmp_path / "d.yaml").data
    assert isinstance(found, DynamicTable)
    assert found.a[1] == 2
