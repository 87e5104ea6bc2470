"""The types of HDMF and NWB that objects are known by, and what each is.

Takes: nothing.
Gives: `BUILT_IN`, where the Python class of a type is; `PARENTS`, what a type descends from;
`RAGGED`, columns whose rows differ in length; `REGIONS`, columns that are rows of other tables.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".

`PARENTS`, `RAGGED` and `REGIONS` count where no schema is known: for files without specifications,
and for documents without imports. They hold for all released versions of the two schemas.
"""

from __future__ import annotations

from collections.abc import Mapping

COMMON = "hdmf-common"
EXPERIMENTAL = "hdmf-experimental"
CORE = "core"

_TABLES = "linkdata.objects.tables."

#: The module of the Python class of a type.
BUILT_IN: Mapping[str, str] = {
    "Data": _TABLES + "columns",
    "VectorData": _TABLES + "columns",
    "ElementIdentifiers": _TABLES + "columns",
    "VectorIndex": _TABLES + "ragged",
    "EnumData": _TABLES + "enums",
    "DynamicTable": _TABLES + "table",
    "DynamicTableRegion": _TABLES + "region",
    "AlignedDynamicTable": _TABLES + "aligned",
    "MeaningsTable": _TABLES + "meanings_table",
    "TimeSeriesReferenceVectorData": _TABLES + "series_references",
    "CSRMatrix": "linkdata.objects.sparse",
    "SimpleMultiContainer": "linkdata.objects.containers",
    "HERD": "linkdata.objects.herd.herd",
    "TimeSeries": "linkdata.objects.series",
    "Image": "linkdata.objects.images",
    "ScratchData": "linkdata.objects.scratch",
    "NWBFile": "linkdata.objects.nwbfile",
}


def _children(parents: Mapping[str, str]) -> dict[str, str]:
    return {child: parent for parent, names in parents.items() for child in names.split()}


#: What a type descends from.
PARENTS: Mapping[str, str] = _children(
    {
        "Container": "CSRMatrix DynamicTable SimpleMultiContainer",
        "DynamicTable": (
            "AlignedDynamicTable MeaningsTable TimeIntervals Units PlaneSegmentation"
            " ElectrodesTable FrequencyBandsTable IntracellularElectrodesTable"
            " IntracellularStimuliTable IntracellularResponsesTable SimultaneousRecordingsTable"
            " SequentialRecordingsTable RepetitionsTable ExperimentalConditionsTable SweepTable"
        ),
        "AlignedDynamicTable": "IntracellularRecordingsTable",
        "VectorData": (
            "VectorIndex DynamicTableRegion EnumData TimeSeriesReferenceVectorData VocabData"
        ),
        "TimeSeries": (
            "AbstractFeatureSeries AnnotationSeries IntervalSeries ElectricalSeries SpatialSeries"
            " ImageSeries PatchClampSeries OptogeneticSeries RoiResponseSeries DecompositionSeries"
            " IndexSeries FiberPhotometryResponseSeries"
        ),
        "ElectricalSeries": "SpikeEventSeries",
        "ImageSeries": "ImageMaskSeries OpticalSeries OnePhotonSeries TwoPhotonSeries",
        "PatchClampSeries": (
            "CurrentClampSeries CurrentClampStimulusSeries VoltageClampSeries"
            " VoltageClampStimulusSeries"
        ),
        "CurrentClampSeries": "IZeroClampSeries",
        "Image": "GrayscaleImage RGBImage RGBAImage",
    }
)

#: Columns of a type that are rows of other tables.
REGIONS: Mapping[str, tuple[str, ...]] = {"Units": ("electrodes",)}

#: How many indexes the columns of a type have, where they have any.
RAGGED: Mapping[str, Mapping[str, int]] = {
    "Units": {"spike_times": 1, "obs_intervals": 1, "electrodes": 1, "waveforms": 2},
    "TimeIntervals": {"tags": 1, "timeseries": 1},
    "PlaneSegmentation": {"pixel_mask": 1, "voxel_mask": 1},
    "SimultaneousRecordingsTable": {"recordings": 1},
    "SequentialRecordingsTable": {"simultaneous_recordings": 1},
    "RepetitionsTable": {"sequential_recordings": 1},
    "ExperimentalConditionsTable": {"repetitions": 1},
    "FrequencyBandsTable": {},
}
