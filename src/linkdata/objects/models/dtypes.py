"""Types of schemas, as Python's for single values and as numpy's for arrays.

Takes: the name of a type and the schema that has it.
Gives: `python_type`, `numpy_types`.
Implements: `specs/linkdata-1.0.md`, section "Models".
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from linkdata.schema.model import Schema, Type
from linkdata.schema.validation.dtypes import of_dtype

_NUMERIC = of_dtype("numeric")
_NUMBERS = frozenset() if _NUMERIC is None or _NUMERIC.stored is None else _NUMERIC.stored
_INTEGERS = frozenset(name for name in _NUMBERS if "int" in name)
_TEXT: tuple[Any, frozenset[str]] = (str, frozenset({"str_"}))
# By the Python type that LinkML gives a type: that of single values, and the dtypes of arrays.
_BASES: dict[str, tuple[Any, frozenset[str]]] = {
    "int": (int, _INTEGERS),
    "float": (float, _NUMBERS),
    "Decimal": (Decimal, _NUMBERS),
    "Bool": (bool, frozenset({"bool_"})),
    "bool": (bool, frozenset({"bool_"})),
    "XSDDateTime": (datetime, _TEXT[1]),
    "XSDDate": (date, _TEXT[1]),
    "XSDTime": (time, _TEXT[1]),
}
# The names of the specification language where numpy has others.
_NAMES = {"bool": "bool_", "ascii": "str_", "utf": "str_"}


def python_type(found: Type) -> Any:
    """The Python type of a single value."""
    return int | float if found.name == "numeric" else _BASES.get(found.base, _TEXT)[0]


def numpy_types(name: str, schema: Schema, *, translated: bool) -> tuple[type[Any], ...]:
    """The types of elements that are right for a type; an empty tuple if all are.

    `translated` tells that the schema is a translation of the NWB specification language, where
    a dtype says the least precision.
    """
    import numpy

    found = schema.types.get(name)
    if found is None:
        return ()
    dtype = of_dtype(name) if translated else None
    stored = _BASES.get(found.base, _TEXT)[1] if dtype is None else dtype.stored or ()
    names = sorted({_NAMES.get(one, one) for one in stored})
    # Not every machine has the widest floats.
    return tuple(getattr(numpy, one) for one in names if hasattr(numpy, one))
