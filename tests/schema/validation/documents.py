"""A document that is right by NWB's schema, one by a LinkML schema, and ways to make them wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import linkdata
from linkdata.errors import Diagnostic, Severity

IMPORTS = """\
meta:
  id: valid
  base: https://example.org/
  imports:
    core: {as: nwb, from: [{pypi: {package: pynwb}}]}
    hdmf-common: {as: hdmf, from: [{pypi: {package: hdmf}}]}
"""

#: A session with a table, units and series. No key stands in it twice with the same value.
SESSION = (
    IMPORTS
    + """\
data:
  is_a: nwb:NWBFile
  identifier: "session 1"
  session_description: a rat in a maze
  session_start_time: 2024-01-01T01:01:01-08:00
  file_create_date: [2024-01-02T01:01:01Z]
  acquisition:
    lfp:
      is_a: ElectricalSeries
      comments: channel 1 is noisy
      data:
        value: [[1, 2], [3, 4], [5, 6]]
        conversion: 1.0e-6
      electrodes:
        value: [0, 1]
        table: "#ephys.electrodes"
        description: both channels
      timestamps: [0.0, 0.1, 0.2]
    speed:
      is_a: nwb:TimeSeries
      data:
        value: [1.5, 2.5]
        unit: m/s
      starting_time: {value: 0.5, rate: 10.0}
      control: [0, 1]
    video:
      is_a: ImageSeries
      data: {value: [[[1, 2], [3, 4]]], unit: n.a.}
      format: external
      starting_time: {value: 1.5, rate: 30.0}
      dimension: [2, 2]
    position:
      is_a: Position
      track:
        is_a: SpatialSeries
        reference_frame: the corner
        data: {value: [[0.0, 1.0], [2.0, 3.0]], unit: cm}
        timestamps: [7.0, 8.0]
  processing:
    behavior:
      is_a: ProcessingModule
      description: where it was
      events:
        is_a: hdmf:DynamicTable
        description: what it did
        colnames: [kind, height]
        id: [10, 11]
        kind: {value: [rear, groom], description: what}
        height: {value: [4.0, 5.0], description: how high}
  general:
    experimenter: [Ada, Grace]
    institution: a lab
    keywords: [maze, hippocampus]
    devices:
      - array: {description: four wires, manufacturer: diy}
    extracellular_ephys: "#ephys"
    subject:
      subject_id: rat 12
      species: Rattus norvegicus
      sex: F
      date_of_birth: 2023-05-01T00:00:00Z
      weight: "0.3"
  intervals:
    trials:
      description: runs through the maze
      start_time: [0.25, 1.25]
      stop_time: [0.75, 1.75]
      tags: [[left, fast], []]
      correct: {value: [true, false], description: whether it found the reward}
      timeseries:
        - [{idx_start: 0, count: 1, timeseries: "#data.acquisition.speed"}]
        - []
  units:
    description: sorted by hand
    spike_times: [[0.01, 0.02], [0.03]]
    electrodes: {value: [[0], [1]], table: "#ephys.electrodes", description: nearest}
    electrode_group: ["#ephys.shank0", "#ephys.shank1"]
    waveform_mean: [[1.0, 2.0, 1.0], [1.0, 3.0, 1.0]]
    quality: {value: [good, bad], description: by eye}
ephys:
  is_a: ExtracellularEphys
  shank0:
    is_a: ElectrodeGroup
    description: the first shank
    location: CA1
    device: "#data.general.devices.array"
  shank1:
    is_a: ElectrodeGroup
    description: the second shank
    location: CA3
    device: "#data.general.devices.array"
  electrodes:
    description: all channels
    location: [CA1, CA3]
    group: ["@shank0", "@shank1"]
    group_name: [shank0, shank1]
    imp: [1.0, 2.0]
"""
)

SCHEMA = """\
id: https://example.org/lab
name: lab
prefixes: {lab: "https://example.org/lab/", linkml: "https://w3id.org/linkml/"}
default_prefix: lab
default_range: string
imports: [linkml:types]
enums:
  Sex: {permissible_values: {female: {}, male: {}}}
classes:
  Thing: {abstract: true, attributes: {label: {}}}
  Session:
    is_a: Thing
    attributes:
      code: {required: true, pattern: "^S[0-9]+$"}
      day: {range: date}
      began: {range: datetime}
      kind: {equals_string: recording}
      rooms: {multivalued: true, minimum_cardinality: 1, maximum_cardinality: 3}
      subject: {range: Subject, required: true, inlined: true}
      probes: {range: Probe, multivalued: true, inlined: true, maximum_cardinality: 2}
      best: {range: Probe}
      notes: {range: Note, multivalued: true, inlined_as_list: true}
      image: {range: float, array: {dimensions: [{exact_cardinality: 2}, {alias: x}]}}
      size: {any_of: [{range: integer}, {range: Sex}]}
  Subject:
    attributes:
      sex: {range: Sex, required: true}
      age: {range: integer, minimum_value: 0, maximum_value: 120}
      weight: {range: float}
      tame: {range: boolean}
      home: {range: uri}
  Probe:
    attributes:
      serial: {identifier: true}
      channels: {range: integer, required: true}
  Note:
    attributes:
      text: {required: true}
"""

LAB = """\
meta: {id: lab, base: "https://example.org/", imports: {lab: {from: [{path: lab.yaml}]}}}
data:
  is_a: lab:Session
  label: first
  code: S12
  day: 2024-01-01
  began: 2024-01-01T10:00:00Z
  kind: recording
  rooms: [a, b]
  subject:
    sex: female
    age: 3
    weight: 4
    tame: true
    home: https://example.org/cage/1
  probes:
    left: {channels: 32}
    right: {channels: 64}
  best: "#data.probes.left"
  notes:
    - {text: calm}
    - {text: asleep}
  image: [[1.0, 2.0, 3.0], [4, 5, 6]]
  size: 12
"""


@dataclass(frozen=True)
class Mutation:
    """A change of a text that makes it wrong: the finding that it has to give, and where.

    `at` is what stands on the line of the finding; without it, the line that was changed.
    """

    old: str
    new: str
    code: str
    at: str = ""
    severity: Severity = Severity.ERROR

    @property
    def id(self) -> str:
        return f"{self.code}: {self.old.strip()[:30]} -> {self.new.strip()[:30]}"

    def apply(self, text: str) -> tuple[str, int]:
        """The wrong text, and the line on which the finding should be, from 1."""
        assert text.count(self.old) == 1, f"{text.count(self.old)} times: {self.old!r}"
        assert self.old != self.new
        wrong = text.replace(self.old, self.new)
        if self.at:
            assert wrong.count(self.at) == 1, f"{wrong.count(self.at)} times: {self.at!r}"
            return wrong, _line(wrong, self.at)
        return wrong, _line(text, self.old)


def _line(text: str, part: str) -> int:
    """The line on which a part of a text begins, line breaks before it not counted."""
    begin = text.index(part) + len(part) - len(part.lstrip("\n"))
    return text[:begin].count("\n") + 1


def findings(folder: Path, text: str, name: str = "document.yaml") -> list[Diagnostic]:
    """What checking a text finds, notes left out."""
    path = folder / name
    path.write_text(text)
    (folder / "lab.yaml").write_text(SCHEMA)
    return [one for one in linkdata.check(path) if one.severity is not Severity.NOTE]


def assert_found(folder: Path, text: str, mutation: Mutation) -> None:
    """Assert that a mutation gives its finding on its line, and say what was found if not."""
    wrong, line = mutation.apply(text)
    found = findings(folder, wrong)
    told = [
        (str(one.severity), one.code, one.span.position.line if one.span else None) for one in found
    ]
    expected = (str(mutation.severity), mutation.code, line)
    assert expected in told, "\n".join([str(expected), *map(str, found)])
