"""linkdata: scientific datasets as linked YAML documents.

    import linkdata

    ds = linkdata.open("session.yaml")
    ds.data.acquisition["cool_recording"][0:3, 0:3]

Takes: documents, and the HDF5 files that they bring in.
Gives: `open`, `loads`, `check`, and what they give and raise.
Implements: `specs/linkdata-1.0.md`. Everything is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from linkdata import collector

if TYPE_CHECKING:
    from linkdata.arrays.inline import InlineArray
    from linkdata.dataset.collection import Collection, open_many
    from linkdata.dataset.dataset import Dataset
    from linkdata.dataset.opening import check, loads, open
    from linkdata.dataset.with_pynwb import from_pynwb
    from linkdata.errors import (
        Diagnostic,
        DigestMismatchError,
        DocumentError,
        FieldError,
        LinkdataError,
        ModelError,
        NotYetError,
        OutputError,
        PositionError,
        ResolutionError,
        RetrievalError,
        SchemaError,
        Severity,
        SourceError,
        StoreCorruptError,
        StoreError,
        StoreMissingError,
        TextError,
        UsageError,
    )
    from linkdata.objects.access import Object
    from linkdata.objects.containers import SimpleMultiContainer
    from linkdata.objects.display import pprint
    from linkdata.objects.herd.herd import HERD
    from linkdata.objects.registry import get_class, register_class
    from linkdata.objects.series import TimeSeries
    from linkdata.objects.sparse import CSRMatrix
    from linkdata.objects.tables.aligned import AlignedDynamicTable
    from linkdata.objects.tables.columns import ElementIdentifiers, VectorData
    from linkdata.objects.tables.enums import EnumData
    from linkdata.objects.tables.meanings_table import MeaningsTable
    from linkdata.objects.tables.ragged import VectorIndex
    from linkdata.objects.tables.region import DynamicTableRegion
    from linkdata.objects.tables.series_references import (
        TimeSeriesReference,
        TimeSeriesReferenceVectorData,
    )
    from linkdata.objects.tables.table import DynamicTable
    from linkdata.objects.terms import TermSet, TermSetWrapper

__version__ = "0.1.0"

_HOMES = {
    "AlignedDynamicTable": "linkdata.objects.tables.aligned",
    "CSRMatrix": "linkdata.objects.sparse",
    "DynamicTable": "linkdata.objects.tables.table",
    "DynamicTableRegion": "linkdata.objects.tables.region",
    "ElementIdentifiers": "linkdata.objects.tables.columns",
    "EnumData": "linkdata.objects.tables.enums",
    "HERD": "linkdata.objects.herd.herd",
    "MeaningsTable": "linkdata.objects.tables.meanings_table",
    "TermSet": "linkdata.objects.terms",
    "TermSetWrapper": "linkdata.objects.terms",
    "SimpleMultiContainer": "linkdata.objects.containers",
    "TimeSeries": "linkdata.objects.series",
    "TimeSeriesReference": "linkdata.objects.tables.series_references",
    "TimeSeriesReferenceVectorData": "linkdata.objects.tables.series_references",
    "VectorData": "linkdata.objects.tables.columns",
    "VectorIndex": "linkdata.objects.tables.ragged",
    "from_pynwb": "linkdata.dataset.with_pynwb",
    "get_class": "linkdata.objects.registry",
    "pprint": "linkdata.objects.display",
    "register_class": "linkdata.objects.registry",
    "Dataset": "linkdata.dataset.dataset",
    "InlineArray": "linkdata.arrays.inline",
    "Object": "linkdata.objects.access",
    "check": "linkdata.dataset.opening",
    "loads": "linkdata.dataset.opening",
    "open": "linkdata.dataset.opening",
    "Collection": "linkdata.dataset.collection",
    "open_many": "linkdata.dataset.collection",
    **dict.fromkeys(
        (
            "Diagnostic",
            "DigestMismatchError",
            "DocumentError",
            "FieldError",
            "LinkdataError",
            "ModelError",
            "NotYetError",
            "OutputError",
            "PositionError",
            "ResolutionError",
            "RetrievalError",
            "SchemaError",
            "Severity",
            "SourceError",
            "StoreCorruptError",
            "StoreError",
            "StoreMissingError",
            "TextError",
            "UsageError",
        ),
        "linkdata.errors",
    ),
}

__all__ = [
    "HERD",
    "AlignedDynamicTable",
    "CSRMatrix",
    "Collection",
    "Dataset",
    "Diagnostic",
    "DigestMismatchError",
    "DocumentError",
    "DynamicTable",
    "DynamicTableRegion",
    "ElementIdentifiers",
    "EnumData",
    "FieldError",
    "InlineArray",
    "LinkdataError",
    "MeaningsTable",
    "ModelError",
    "NotYetError",
    "Object",
    "OutputError",
    "PositionError",
    "ResolutionError",
    "RetrievalError",
    "SchemaError",
    "Severity",
    "SimpleMultiContainer",
    "SourceError",
    "StoreCorruptError",
    "StoreError",
    "StoreMissingError",
    "TermSet",
    "TermSetWrapper",
    "TextError",
    "TimeSeries",
    "TimeSeriesReference",
    "TimeSeriesReferenceVectorData",
    "UsageError",
    "VectorData",
    "VectorIndex",
    "check",
    "from_pynwb",
    "get_class",
    "loads",
    "open",
    "open_many",
    "pprint",
    "register_class",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'linkdata' has no attribute {name!r}")
    with collector.paused():
        value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
