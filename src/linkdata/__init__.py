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

if TYPE_CHECKING:
    from linkdata.arrays.inline import InlineArray
    from linkdata.dataset.dataset import Dataset
    from linkdata.dataset.opening import check, loads, open
    from linkdata.errors import (
        Diagnostic,
        DigestMismatchError,
        DocumentError,
        FieldError,
        LinkdataError,
        NotYetError,
        OutputError,
        PositionError,
        ResolutionError,
        RetrievalError,
        SchemaError,
        Severity,
        SourceError,
        TextError,
        UsageError,
    )
    from linkdata.objects.access import Object

__version__ = "0.1.0"

_HOMES = {
    "Dataset": "linkdata.dataset.dataset",
    "InlineArray": "linkdata.arrays.inline",
    "Object": "linkdata.objects.access",
    "check": "linkdata.dataset.opening",
    "loads": "linkdata.dataset.opening",
    "open": "linkdata.dataset.opening",
    **dict.fromkeys(
        (
            "Diagnostic",
            "DigestMismatchError",
            "DocumentError",
            "FieldError",
            "LinkdataError",
            "NotYetError",
            "OutputError",
            "PositionError",
            "ResolutionError",
            "RetrievalError",
            "SchemaError",
            "Severity",
            "SourceError",
            "TextError",
            "UsageError",
        ),
        "linkdata.errors",
    ),
}

__all__ = [
    "Dataset",
    "Diagnostic",
    "DigestMismatchError",
    "DocumentError",
    "FieldError",
    "InlineArray",
    "LinkdataError",
    "NotYetError",
    "Object",
    "OutputError",
    "PositionError",
    "ResolutionError",
    "RetrievalError",
    "SchemaError",
    "Severity",
    "SourceError",
    "TextError",
    "UsageError",
    "check",
    "loads",
    "open",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'linkdata' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
