"""What the tests of models share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy
import pytest
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.device import Device
from pynwb.ophys import ImageSegmentation, OpticalChannel

import linkdata
from linkdata.dataset.dataset import Dataset

LAB = """\
id: https://example.org/lab
name: lab
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/lab/}
default_prefix: ex
imports: [linkml:types]
enums:
  Sex: {permissible_values: {M: {}, F: {}}}
classes:
  Named: {abstract: true, attributes: {name: {identifier: true}}}
  Person:
    is_a: Named
    description: Somebody who works here.
    mixins: [Reachable]
    attributes:
      knows: {range: Person, multivalued: true}
      boss: {range: Person}
      sex: {range: Sex}
      code: {pattern: "^[A-Z]{2}$"}
      age: {range: integer, minimum_value: 0, maximum_value: 150}
      class: {range: string}
      copy: {range: boolean, ifabsent: "true"}
      kind: {equals_string: person}
      words: {multivalued: true, minimum_cardinality: 1, maximum_cardinality: 2}
      tools: {range: Tool, multivalued: true, inlined: true}
      notes: {range: Note, multivalued: true, inlined: true, inlined_as_list: true}
      either: {any_of: [{range: integer}, {range: Sex}]}
      trace: {range: float, array: {dimensions: [{alias: time}, {exact_cardinality: 2}]}}
  Reachable: {mixin: true, attributes: {mail: {required: true}}}
  Tool: {is_a: Named, attributes: {weight: {range: float}}}
  Drill: {is_a: Tool, attributes: {speed: {range: integer, required: true}}}
  Note: {attributes: {text: {required: true}, by: {}}}
"""

Opened = Callable[[str], Dataset]


@pytest.fixture
def lab(tmp_path: Path) -> Opened:
    """Opens a document that imports the schema `lab`."""
    (tmp_path / "lab.yaml").write_text(LAB)

    def opened(data: str = "data: {}\n") -> Dataset:
        path = tmp_path / "document.yaml"
        path.write_text(f"meta: {{imports: {{lab: {{from: [{{path: lab.yaml}}]}}}}}}\n{data}")
        return linkdata.open(path)

    return opened


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """An NWB file with imaging and a time series."""
    file = NWBFile("a session", "id", datetime(2024, 1, 1, tzinfo=UTC))
    device = file.add_device(Device(name="scope"))
    plane = file.create_imaging_plane(
        name="plane", device=device,
        optical_channel=OpticalChannel(name="red", description="c", emission_lambda=600.0),
        description="a plane", excitation_lambda=900.0, indicator="GCaMP",
        location="V1",
    )  # fmt: skip
    segmentation = ImageSegmentation()
    table = segmentation.create_plane_segmentation(
        name="masks", description="cells", imaging_plane=plane
    )
    table.add_roi(pixel_mask=[(1, 2, 0.5), (3, 4, 1.0)])
    table.add_roi(pixel_mask=[(5, 6, 0.25)])
    file.create_processing_module("ophys", "o").add(segmentation)
    data = numpy.arange(12.0).reshape(4, 3)
    trace = TimeSeries(name="trace", data=data, unit="V", rate=10.0, comments="loud")
    file.add_acquisition(trace)
    path = tmp_path / "recording.nwb"
    with NWBHDF5IO(path, "w") as io:
        io.write(file)
    return path
