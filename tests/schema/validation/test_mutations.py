"""Two valid documents, made wrong in some two hundred ways: each is found, where it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linkdata.errors import Severity

from .documents import LAB, SESSION, Mutation, assert_found, findings

WARNING = Severity.WARNING


def dropped() -> list[Mutation]:
    """Required fields taken away: the object that lacks them is named."""
    lines = {
        '  identifier: "session 1"\n': "\ndata:\n",
        "  session_description: a rat in a maze\n": "\ndata:\n",
        "  session_start_time: 2024-01-01T01:01:01-08:00\n": "\ndata:\n",
        "        value: [[1, 2], [3, 4], [5, 6]]\n        conversion: 1.0e-6\n      electrodes:": (
            "    lfp:\n"
        ),
        "        unit: m/s\n": "      data:\n        value: [1.5, 2.5]",
        "      description: where it was\n": "    behavior:\n",
        "        description: what it did\n": "      events:\n",
        "      description: runs through the maze\n": "    trials:\n",
        "      start_time: [0.25, 1.25]\n": "    trials:\n",
        "      stop_time: [0.75, 1.75]\n": "    trials:\n",
        "    description: sorted by hand\n": "  units:\n",
        "    description: the first shank\n": "  shank0:\n",
        "    location: CA1\n": "  shank0:\n",
        "    description: the second shank\n": "  shank1:\n",
        "    location: CA3\n": "  shank1:\n",
        "    location: [CA1, CA3]\n": "  electrodes:\n    description: all",
        '    group: ["@shank0", "@shank1"]\n': "  electrodes:\n    description: all",
        "    description: all channels\n": "  electrodes:\n    location",
        "        description: both channels\n": "      electrodes:\n        value: [0, 1]",
    }
    found = []
    for line, at in lines.items():
        new = "      electrodes:" if line.endswith("electrodes:") else ""
        if new:
            line = "      data:\n" + line
        found.append(Mutation(line, new, "field-required", at))
    found += [
        Mutation(", rate: 10.0}", "}", "field-required", "starting_time: {value: 0.5"),
        Mutation("starting_time: {value: 0.5, rate", "starting_time: {rate", "field-required"),
        Mutation(", unit: n.a.}", "}", "field-required", "data: {value: [[[1, 2]"),
        Mutation("{value: [true, false], description: whether it found the reward}",
                 "{value: [true, false]}", "field-required", "correct:"),
        Mutation(", description: nearest}", "}", "field-required", "electrodes: {value: [[0]"),
        Mutation("idx_start: 0, count: 1,", "idx_start: 0,", "field-required"),
        Mutation("height: {value: [4.0, 5.0], description: how high}",
                 "height: {is_a: DynamicTableRegion, value: [0, 1], description: which}",
                 "field-required", "height:"),
        Mutation('identifier: "session 1"', "identifier: null", "field-required", "\ndata:\n"),
    ]  # fmt: skip
    return found


def keys() -> list[Mutation]:
    """Keys misspelt, where a class has no other slot that would take them."""
    names = (
        *("session_description", "file_create_date", "comments", "conversion", "rate", "control"),
        *("format", "dimension", "reference_frame", "experimenter", "institution", "keywords"),
        *("subject_id", "species", "sex", "weight", "manufacturer", "idx_start"),
    )
    found = []
    for name in names:
        where = re.search(rf"(?<![\w-]){name}: ", SESSION)
        assert where is not None, name
        line = SESSION[SESSION.rfind("\n", 0, where.start()) + 1 : where.end() + 12]
        wrong = line.replace(f"{name}: ", f"{name}x: ")
        severity = Severity.ERROR if name == "idx_start" else WARNING
        found.append(Mutation(line, wrong, "slot-unknown", "", severity))
    found += [
        Mutation("  intervals:\n", "  interval:\n", "slot-unknown", "", WARNING),
        Mutation("  processing:\n", "  procesing:\n", "slot-unknown", "", WARNING),
        Mutation("  acquisition:\n", "  aquisition:\n", "slot-unknown", "", WARNING),
        Mutation("    extracellular_ephys: ", "    extracellular: ", "reference-ill-typed"),
        Mutation("timestamps: [7.0, 8.0]", "time_stamps: [7.0, 8.0]", "slot-unknown", "", WARNING),
        Mutation("unit: m/s", "units: m/s", "slot-unknown", "", WARNING),
        Mutation("table: \"#ephys.electrodes\"\n", "tabel: \"#ephys.electrodes\"\n", "slot-unknown",
                 "", WARNING),
        Mutation("date_of_birth: ", "dateofbirth: ", "slot-unknown", "", WARNING),
        Mutation("electrode_group: [\"", "electrodegroup: \"x\"\n    e: [\"", "slot-unknown",
                 "", WARNING),
    ]  # fmt: skip
    return found


def classes() -> list[Mutation]:
    """Names of classes that are none, are the wrong ones, or are missing."""
    misspelt = {
        "is_a: nwb:NWBFile": "is_a: nwb:NWBfile",
        "is_a: ElectricalSeries": "is_a: ElectricSeries",
        "is_a: nwb:TimeSeries": "is_a: nwb:Timeseries",
        "is_a: ImageSeries": "is_a: ImagesSeries",
        "is_a: Position": "is_a: Positions",
        "is_a: SpatialSeries": "is_a: SpacialSeries",
        "is_a: ProcessingModule": "is_a: Processing",
        "is_a: hdmf:DynamicTable": "is_a: hdmf:DynamicTables",
        "is_a: ElectrodeGroup\n    description: the first": (
            "is_a: ElectrodesGroup\n    description: the first"
        ),
        "is_a: ExtracellularEphys": "is_a: ExtracellularEphy",
    }
    found = [Mutation(old, new, "class-unknown") for old, new in misspelt.items()]
    found += [
        Mutation("is_a: nwb:TimeSeries", "is_a: nbw:TimeSeries", "prefix-unknown"),
        Mutation("is_a: nwb:TimeSeries", "is_a: hdmf:TimeSeries", "class-unknown"),
        Mutation("      is_a: Position\n", "", "class-missing", "    position:\n"),
        Mutation("      is_a: nwb:TimeSeries\n", "", "class-missing", "    speed:\n"),
        Mutation("      is_a: nwb:TimeSeries\n", "      is_a: Device\n", "class-wrong", "Device"),
        Mutation("      is_a: Position\n", "      is_a: Subject\n", "class-wrong", "Subject"),
        Mutation("is_a: SpatialSeries", "is_a: IndexSeries", "class-wrong"),
        Mutation("is_a: ProcessingModule", "is_a: IndexSeries", "class-wrong"),
        Mutation("is_a: hdmf:DynamicTable", "is_a: Device", "class-wrong"),
        Mutation("    subject:\n", "    subject:\n      is_a: Device\n", "class-wrong", "Device"),
        Mutation("- array: {description", "- array: {is_a: Subject, description", "class-wrong"),
    ]  # fmt: skip
    return found


def references() -> list[Mutation]:
    """References that lead nowhere, or to the wrong thing."""
    wrong = "reference-ill-typed"
    return [
        Mutation('group: ["@shank0", "@shank1"]', 'group: ["@shank0", "@shank9"]',
                 "reference-dangling"),
        Mutation('group: ["@shank0", "@shank1"]', 'group: ["@shank0", "@electrodes"]', wrong),
        Mutation('group: ["@shank0", "@shank1"]', 'group: ["@shank0", "#data"]', wrong),
        Mutation('["#ephys.shank0", "#ephys.shank1"]', '["#ephys.shank0", "#ephys.shank2"]',
                 "reference-dangling"),
        Mutation('["#ephys.shank0", "#ephys.shank1"]', '["#ephys.shank0", "#ephys.electrodes"]',
                 wrong),
        Mutation('        table: "#ephys.electrodes"', '        table: "#ephys.electrode"',
                 "reference-dangling"),
        Mutation('        table: "#ephys.electrodes"', '        table: "#ephys.shank0"', wrong),
        Mutation('[[0], [1]], table: "#ephys.electrodes"', '[[0], [1]], table: "#data"', wrong),
        Mutation('CA1\n    device: "#data.general.devices.array"',
                 'CA1\n    device: "#data.general.devices.aray"', "reference-dangling",
                 '"#data.general.devices.aray"'),
        Mutation('CA1\n    device: "#data.general.devices.array"',
                 'CA1\n    device: "#data.general.subject"', wrong, '"#data.general.subject"'),
        Mutation('CA3\n    device: "#data.general.devices.array"', 'CA3\n    device: "#ephys"',
                 wrong, 'device: "#ephys"'),
        Mutation('CA3\n    device: "#data.general.devices.array"', 'CA3\n    device: diy',
                 "value-type", "device: diy"),
        Mutation('timeseries: "#data.acquisition.speed"', 'timeseries: "#data.acquisition.sped"',
                 "reference-dangling"),
        Mutation("timeseries: \"#data.acquisition.speed\"", "timeseries: \"#ephys.shank0\"", wrong),
        Mutation('extracellular_ephys: "#ephys"', 'extracellular_ephys: "#ephy"',
                 "reference-dangling"),
        Mutation("  processing:\n", "    extra: \"#ephys.shank0\"\n  processing:\n", wrong,
                 "    extra:"),
    ]  # fmt: skip


def kinds() -> list[Mutation]:
    """Values of the wrong kind."""
    texts = {
        'identifier: "session 1"': "identifier: 12",
        "session_description: a rat in a maze": "session_description: true",
        "comments: channel 1 is noisy": "comments: [a, b]",
        "reference_frame: the corner": "reference_frame: 5",
        "description: where it was": "description: 1.5",
        "institution: a lab": "institution: {name: a lab}",
        "subject_id: rat 12": "subject_id: 12",
        "species: Rattus norvegicus": "species: [Rattus]",
        'weight: "0.3"': "weight: 0.3",
        "sex: F": "sex: false",
        "unit: m/s": "unit: 1",
        "description: the first shank": "description: {en: the first shank}",
        "location: CA3": "location: 3",
        "keywords: [maze, hippocampus]": "keywords: [maze, 7]",
        "experimenter: [Ada, Grace]": "experimenter: [Ada, {name: Grace}]",
        "group_name: [shank0, shank1]": "group_name: [shank0, 1]",
        "    location: [CA1, CA3]": "    location: [1, 3]",
        "tags: [[left, fast], []]": "tags: [[left, 5], []]",
        "colnames: [kind, height]": "colnames: [kind, 5]",
    }
    found = [
        Mutation(old, new, "value-shape" if new.endswith(("[a, b]", "[Rattus]")) else "value-type")
        for old, new in texts.items()
    ]
    numbers = {
        "conversion: 1.0e-6": "conversion: volts",
        "rate: 10.0": "rate: fast",
        "timestamps: [0.0, 0.1, 0.2]": "timestamps: [a, b, c]",
        "timestamps: [7.0, 8.0]": "timestamps: [7.0, later]",
        "dimension: [2, 2]": "dimension: [2, two]",
        "control: [0, 1]": "control: [low, high]",
        "value: [[1, 2], [3, 4], [5, 6]]": "value: [[a, b], [c, d], [e, f]]",
        "value: [[0.0, 1.0], [2.0, 3.0]]": "value: [[x, y], [x, y]]",
        "spike_times: [[0.01, 0.02], [0.03]]": "spike_times: [[0.01, soon], [0.03]]",
        "waveform_mean: [[1.0, 2.0, 1.0], [1.0, 3.0, 1.0]]": (
            "waveform_mean: [[x, y, z], [x, y, z]]"
        ),
        "start_time: [0.25, 1.25]": "start_time: [0.25, then]",
        "stop_time: [0.75, 1.75]": "stop_time: [true, false]",
        "imp: [1.0, 2.0]": "imp: [high, low]",
        "        value: [0, 1]": "        value: [first, second]",
        "id: [10, 11]": "id: [a, b]",
        "starting_time: {value: 0.5,": "starting_time: {value: noon,",
        "count: 1,": "count: one,",
    }
    found += [Mutation(old, new, "value-type") for old, new in numbers.items()]
    found += [
        Mutation(old, new, "value-dtype")
        for old, new in {
            "dimension: [2, 2]": "dimension: [2, 2.5]",
            "control: [0, 1]": "control: [0, 1.5]",
            "        value: [0, 1]": "        value: [0, 0.5]",
            "id: [10, 11]": "id: [10.5, 11]",
            "idx_start: 0,": "idx_start: 0.5,",
        }.items()
    ]
    objects = {
        "    subject:\n      subject_id: rat 12\n": "    subject: rat 12\n    more:\n",
        '    extracellular_ephys: "#ephys"': "    extracellular_ephys: tetrodes",
        "    lfp:\n      is_a: Elec": "    lfp: x\n    other:\n      is_a: Elec",
    }
    found += [Mutation(old, new, "value-type") for old, new in objects.items()]
    found.append(Mutation("control: [0, 1]", "control: [0, -1]", "value-range"))
    return found


def shapes() -> list[Mutation]:
    """Arrays of the wrong rank or length."""
    pairs = {
        "experimenter: [Ada, Grace]": "experimenter: Ada",
        "keywords: [maze, hippocampus]": "keywords: [[maze], [hippocampus]]",
        "file_create_date: [2024-01-02T01:01:01Z]": "file_create_date: 2024-01-02T01:01:01Z",
        'identifier: "session 1"': 'identifier: ["session 1"]',
        "institution: a lab": "institution: [a lab]",
        "unit: m/s": "unit: [m, s]",
        "rate: 10.0": "rate: [10.0]",
        "timestamps: [0.0, 0.1, 0.2]": "timestamps: [[0.0, 0.1], [0.2, 0.3]]",
        "timestamps: [7.0, 8.0]": "timestamps: 7.0",
        "value: [[1, 2], [3, 4], [5, 6]]": "value: [[[[1, 2]], [[3, 4]]]]",
        "value: [1.5, 2.5]": "value: [[[[[1.5, 2.5]]]]]",
        "value: [[0.0, 1.0], [2.0, 3.0]]": "value: [[0.0, 1.0, 2.0, 3.0], [2.0, 3.0, 4.0, 5.0]]",
        "{value: [[[1, 2], [3, 4]]], unit": "{value: [[1, 2], [3, 4]], unit",
        "dimension: [2, 2]": "dimension: 2",
        "control: [0, 1]": "control: [[0, 1]]",
        "        value: [0, 1]": "        value: [[[0, 1]]]",
        "    location: [CA1, CA3]": "    location: CA1",
        "imp: [1.0, 2.0]": "imp: 1.0",
        "waveform_mean: [[1.0, 2.0, 1.0], [1.0, 3.0, 1.0]]": "waveform_mean: [1.0, 2.0]",
        "colnames: [kind, height]": "colnames: kind",
        "start_time: [0.25, 1.25]": "start_time: 0.25",
    }
    return [Mutation(old, new, "value-shape") for old, new in pairs.items()]


def times() -> list[Mutation]:
    """Dates without an offset, and texts that are no dates."""
    naive, invalid = "datetime-naive", "datetime-invalid"
    return [
        Mutation("2024-01-01T01:01:01-08:00", "2024-01-01T01:01:01", naive),
        Mutation("2024-01-01T01:01:01-08:00", "2024-01-01", naive),
        Mutation("2024-01-01T01:01:01-08:00", "January 1st", invalid),
        Mutation("2024-01-01T01:01:01-08:00", "2024-02-30T01:01:01Z", invalid),
        Mutation("2024-01-01T01:01:01-08:00", "2024-01-01T25:01:01Z", invalid),
        Mutation("2024-01-01T01:01:01-08:00", "20240101", "value-type"),
        Mutation("[2024-01-02T01:01:01Z]", "[2024-01-02]", naive),
        Mutation("[2024-01-02T01:01:01Z]", "[yesterday]", invalid),
        Mutation("[2024-01-02T01:01:01Z]", "[2024-01-02T01:01:01]", naive),
        Mutation("2023-05-01T00:00:00Z", "2023-05-01T00:00:00", naive),
        Mutation("2023-05-01T00:00:00Z", "May", invalid),
    ]


def fixed() -> list[Mutation]:
    """Values where the schema allows only another."""
    return [
        Mutation("conversion: 1.0e-6", "unit: V", "value-fixed"),
        Mutation("{value: 0.5, rate: 10.0}", "{value: 0.5, rate: 10.0, unit: ms}", "value-fixed"),
        Mutation("timestamps: [7.0, 8.0]", "timestamps: {value: [7.0, 8.0], interval: 2}",
                 "value-fixed"),
        Mutation("timestamps: [7.0, 8.0]", "timestamps: {value: [7.0, 8.0], unit: minutes}",
                 "value-fixed"),
        Mutation("  is_a: nwb:NWBFile\n", "  is_a: nwb:NWBFile\n  nwb_version: 1.0.0\n",
                 "value-fixed", "nwb_version"),
    ]  # fmt: skip


def tables() -> list[Mutation]:
    """Columns that do not fit together."""
    lengths, names = "table-lengths", "table-colnames"
    return [
        Mutation("    location: [CA1, CA3]", "    location: [CA1, CA3, CA3]", lengths),
        Mutation("imp: [1.0, 2.0]", "imp: [1.0]", lengths),
        Mutation("group_name: [shank0, shank1]", "group_name: [shank0]", lengths),
        Mutation('group: ["@shank0", "@shank1"]', 'group: ["@shank0"]', lengths),
        Mutation("stop_time: [0.75, 1.75]", "stop_time: [0.75]", lengths),
        Mutation("tags: [[left, fast], []]", "tags: [[left, fast], [], []]", lengths),
        Mutation("value: [true, false]", "value: [true, false, true]", lengths),
        Mutation("spike_times: [[0.01, 0.02], [0.03]]", "spike_times: [[0.01, 0.02]]", lengths),
        Mutation("value: [good, bad]", "value: [good, bad, good]", lengths),
        Mutation("value: [rear, groom]", "value: [rear]", lengths),
        Mutation("value: [4.0, 5.0]", "value: [4.0, 5.0, 6.0]", lengths),
        Mutation("id: [10, 11]", "id: [10, 10]", "table-id-duplicate"),
        Mutation("id: [10, 11]", "id: [11, 10, 11]", "table-id-duplicate"),
        Mutation("colnames: [kind, height]", "colnames: [kind, height, weight]", names),
        Mutation("colnames: [kind, height]", "colnames: [kind, hight]", names),
        Mutation("colnames: [kind, height]", "colnames: [kind]", names,
                 "height: {value", WARNING),
        Mutation("        value: [0, 1]", "        value: [0, 2]", "table-region"),
        Mutation("        value: [0, 1]", "        value: [-1, 1]", "table-region"),
        Mutation("value: [[0], [1]]", "value: [[0], [1, 5]]", "table-region"),
        Mutation('["#ephys.shank0", "#ephys.shank1"]', '["#ephys.shank0", null]', "value-null"),
        Mutation("    location: [CA1, CA3]", "    location: [CA1, null]", "value-null"),
        Mutation('group: ["@shank0", "@shank1"]', 'group: ["@shank0", null]', "value-null"),
        Mutation("start_time: [0.25, 1.25]", "start_time: [0.25, null]", "value-null"),
        Mutation("spike_times: [[0.01, 0.02], [0.03]]",
                 "spike_times: [0.01, 0.02, 0.03]\n    spike_times_index: [3, 2]", "table-index",
                 "spike_times_index"),
        Mutation("spike_times: [[0.01, 0.02], [0.03]]",
                 "spike_times: [0.01, 0.02, 0.03]\n    spike_times_index: [2, 4]", "table-index",
                 "spike_times_index"),
        Mutation("spike_times: [[0.01, 0.02], [0.03]]",
                 "spike_times: [0.01, 0.02, 0.03]\n    spike_times_index: [1, 2]", "table-index",
                 "spike_times_index", WARNING),
    ]  # fmt: skip


def counts() -> list[Mutation]:
    """Too few or too many objects."""
    return [
        Mutation("    position:\n      is_a: Position\n",
                 "    position: {is_a: LFP}\n    more:\n      is_a: Position\n", "field-required",
                 "position: {is_a: LFP}"),
        Mutation("    video:\n      is_a: Image",
                 "    pictures: {is_a: Images, description: x}\n    video:\n      is_a: Image",
                 "field-required", "pictures:"),
        Mutation("    lfp:\n      is_a: Elec", "    none: null\n    lfp:\n      is_a: Elec",
                 "value-null", "none: null"),
    ]  # fmt: skip


def of_session() -> list[Mutation]:
    return [
        *dropped(), *keys(), *classes(), *references(), *kinds(), *shapes(), *times(), *fixed(),
        *tables(), *counts(),
    ]  # fmt: skip


def of_lab() -> list[Mutation]:
    """The same with a schema of LinkML."""
    return [
        Mutation("  code: S12\n", "", "field-required", "data:\n"),
        Mutation("    sex: female\n", "", "field-required", "  subject:\n"),
        Mutation("left: {channels: 32}", "left: {}", "field-required"),
        Mutation("- {text: calm}", "- {}", "field-required"),
        Mutation("is_a: lab:Session", "is_a: lab:Sesion", "class-unknown"),
        Mutation("is_a: lab:Session", "is_a: lab:Thing", "class-abstract"),
        Mutation("is_a: lab:Session", "is_a: Sesion", "class-unknown"),
        Mutation("label: first", "lable: first", "slot-unknown"),
        Mutation("age: 3", "ages: 3", "slot-unknown"),
        Mutation("left: {channels: 32}", "left: {chanels: 32, channels: 3}", "slot-unknown"),
        Mutation("- {text: calm}", "- {text: calm, more: x}", "slot-unknown"),
        Mutation("code: S12", "code: X12", "value-pattern"),
        Mutation("code: S12", "code: 12", "value-type"),
        Mutation("kind: recording", "kind: movie", "value-fixed"),
        Mutation("sex: female", "sex: femal", "value-enum"),
        Mutation("sex: female", "sex: 1", "value-type"),
        Mutation("age: 3", "age: -1", "value-range"),
        Mutation("age: 3", "age: 121", "value-range"),
        Mutation("age: 3", "age: old", "value-type"),
        Mutation("age: 3", "age: 3.5", "value-dtype"),
        Mutation("age: 3", "age: [3]", "value-shape"),
        Mutation("age: 3", "age: true", "value-type"),
        Mutation("weight: 4", "weight: heavy", "value-type"),
        Mutation("tame: true", "tame: yes", "value-type"),
        Mutation("home: https://example.org/cage/1", "home: 5", "value-type"),
        Mutation("rooms: [a, b]", "rooms: []", "cardinality"),
        Mutation("rooms: [a, b]", "rooms: [a, b, c, d]", "cardinality"),
        Mutation("rooms: [a, b]", "rooms: a", "value-shape"),
        Mutation("rooms: [a, b]", "rooms: [a, 5]", "value-type"),
        Mutation("    right: {channels: 64}\n",
                 "    right: {channels: 64}\n    third: {channels: 1}\n", "cardinality",
                 "left: {channels"),
        Mutation("probes:\n    left: {channels: 32}\n    right: {channels: 64}",
                 "probes: none\n  other:", "value-type"),
        Mutation('best: "#data.probes.left"', 'best: "#data.subject"', "reference-ill-typed"),
        Mutation('best: "#data.probes.left"', 'best: "#data.probes.letf"', "reference-dangling"),
        Mutation('best: "#data.probes.left"', "best: 5", "value-type"),
        Mutation("- {text: calm}", "- calm", "value-type"),
        Mutation("day: 2024-01-01", "day: 2024-13-01", "datetime-invalid"),
        Mutation("day: 2024-01-01", "day: today", "datetime-invalid"),
        Mutation("began: 2024-01-01T10:00:00Z", "began: 2024-01-01T10:00:00", "datetime-naive", "",
                 WARNING),
        Mutation("began: 2024-01-01T10:00:00Z", "began: 2024-01-01", "datetime-invalid"),
        Mutation("image: [[1.0, 2.0, 3.0], [4, 5, 6]]", "image: [1.0, 2.0]", "value-shape"),
        Mutation("image: [[1.0, 2.0, 3.0], [4, 5, 6]]", "image: [[1.0], [2.0], [3.0]]",
                 "value-shape"),
        Mutation("image: [[1.0, 2.0, 3.0], [4, 5, 6]]", "image: [[a], [b]]", "value-type"),
        Mutation("size: 12", "size: large", "value-enum"),
        Mutation("size: 12", "size: true", "value-type"),
        Mutation("size: 12", "size: 1.5", "value-dtype"),
        Mutation("  subject:\n    sex: female\n", "  subject: ada\n  nobody:\n", "value-type",
                 "subject: ada"),
        Mutation("path: lab.yaml", "path: lob.yaml", "resource-missing"),
    ]  # fmt: skip


def test_the_documents_are_valid(tmp_path: Path) -> None:
    assert findings(tmp_path, SESSION) == []
    assert findings(tmp_path, LAB) == []


def test_the_table_of_a_region_of_electrodes_follows(tmp_path: Path) -> None:
    line = '        table: "#ephys.electrodes"\n'
    assert line in SESSION
    assert findings(tmp_path, SESSION.replace(line, "")) == []


def test_there_are_two_hundred() -> None:
    every = [(one.old, one.new, one.code) for one in (*of_session(), *of_lab())]
    assert len(set(every)) == len(every) >= 200


@pytest.mark.parametrize("mutation", of_session(), ids=lambda one: one.id)
def test_session(tmp_path: Path, mutation: Mutation) -> None:
    assert_found(tmp_path, SESSION, mutation)


@pytest.mark.parametrize("mutation", of_lab(), ids=lambda one: one.id)
def test_lab(tmp_path: Path, mutation: Mutation) -> None:
    assert_found(tmp_path, LAB, mutation)
