"""Fixed and default values in LinkML's words.

Takes: a value and the dtype that it has. Gives: `fixed`, `default`: parts of a slot.
Errors: none. What LinkML has no words for (fixed arrays) stays in the annotations alone.
Source: HDMF specification language, sections "value" and "default_value".
"""

from __future__ import annotations

import math
from typing import Any

from linkdata.schema.language.dtypes import is_float, is_text
from linkdata.schema.language.specs import DtypeSpec


def fixed(value: Any, dtype: DtypeSpec | None) -> dict[str, Any]:
    """The only value that a slot may have, which also stands for an absent one."""
    value = _cast(value, dtype)
    if value is None or isinstance(value, tuple | dict):
        return {}
    found = default(value, dtype)
    if isinstance(value, bool):
        return found
    if isinstance(value, str):
        # LinkML's generators take `equals_string` with no other range, be it a kind of string.
        return {**found, "range": "string", "equals_string": value}
    if isinstance(value, float) and not (math.isfinite(value) and value.is_integer()):
        return {**found, "minimum_value": value, "maximum_value": value}
    # LinkML's `equals_number` holds an integer, also where the slot's values are floats.
    return {**found, "equals_number": int(value)}


def default(value: Any, dtype: DtypeSpec | None) -> dict[str, Any]:
    """The value that stands for an absent one."""
    value = _cast(value, dtype)
    if value is None or isinstance(value, tuple | dict):
        return {}
    if isinstance(value, bool):
        return {"ifabsent": str(value).lower()}
    kind = {str: "string", int: "int", float: "float"}[type(value)]
    return {"ifabsent": f"{kind}({value})"}


def _cast(value: Any, dtype: DtypeSpec | None) -> Any:
    if isinstance(value, bool):
        return value
    if is_text(dtype) and isinstance(value, int | float):
        return str(value)
    if is_float(dtype) and isinstance(value, int):
        return float(value)
    return value
