"""Scratch space: values of any kind that a user keeps with a session, with a word about each.

Takes: the root object of a document or an NWB file; values in memory.
Gives: `ScratchData`; `scratch_of`, `add_scratch`, `get_scratch`, as pynwb's NWBFile has them.
Implements: `specs/linkdata-1.0.md`, section "Scratch space".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkdata.errors import FieldError, UsageError, did_you_mean, error
from linkdata.graph.changes import Made, assign
from linkdata.graph.entity import VALUE, Entity, Link
from linkdata.objects.access import Object, wrap
from linkdata.objects.known import CORE
from linkdata.objects.putting import unwrapped
from linkdata.objects.tables.columns import Data

if TYPE_CHECKING:
    from linkdata.objects.tables.table import DynamicTable

SCRATCH, NOTES = "scratch", "notes"
_SINGLE = (bool, int, float, complex, str)


class ScratchData(Data):
    """Values in scratch space: an array, a number or a text, and notes about it."""

    _TYPE = (CORE, "ScratchData")

    def __init__(
        self, name: str, data: Any, notes: str | None = None, description: str | None = None
    ) -> None:
        """Make it in memory. `description` is another name for `notes`, as in pynwb."""
        super().__init__(name, data, notes=notes if description is None else description)
        assert isinstance(self.entity, Made)
        self.entity.exact = True

    def _taken(self, data: Any) -> Any:
        if isinstance(data, _SINGLE):
            return data
        return super()._taken(data) if hasattr(data, "__iter__") else unwrapped(data)

    @property
    def description(self) -> Any:
        """The notes."""
        return self.entity.get(NOTES) if NOTES in self.entity else None

    def read(self) -> Any:
        """All values: a numpy array, or what alone is there."""
        import numpy

        value = self.entity.link(VALUE) if VALUE in self.entity else self._kept
        if isinstance(value, list):
            return wrap(value)
        return numpy.asarray(value) if getattr(value, "shape", ()) else value


def scratch_of(root: Entity) -> Object | None:
    """What the scratch space of a session holds, by name; None where there is none."""
    value = root.link(SCRATCH) if SCRATCH in root else None
    return wrap(value) if isinstance(value, Link) else None


def add_scratch(
    root: Entity, data: Any, name: str | None = None, description: str | None = None
) -> Object:
    """Put something into the scratch space, in memory; gives what was put there.

    Raises `UsageError` where values have no name or description, for a name that is there already,
    and for what no field can hold.
    """
    made = _made(data, name, description)
    key = name or getattr(made, "name", "")
    if not key:
        raise UsageError(error("usage", "what goes into scratch space has a name"))
    if SCRATCH not in root:
        assign(root, SCRATCH, Link(Made(SCRATCH), owned=False))
    place = root.link(SCRATCH)
    if not isinstance(place, Link):
        raise UsageError(error("usage", f"`{SCRATCH}` is no group of objects", root.span))
    if key in place.target:
        raise UsageError(
            error("usage", f"there is a `{key}` in scratch space already", place.target.span,
                  hint="take it away before, with `del ds.scratch[name]`")
        )  # fmt: skip
    assign(place.target, key, unwrapped(made))
    found = wrap(place.target.link(key))
    assert isinstance(found, Object)
    return found


def get_scratch(root: Entity, name: str, *, convert: bool = True) -> Any:
    """What is in scratch space under a name; with `convert` as numpy or pandas have it.

    Raises `FieldError` where there is no such thing.
    """
    held = scratch_of(root)
    if held is None or name not in held:
        hint = did_you_mean(name, held.keys()) if held is not None else None
        raise FieldError(error("field-missing", f"there is no `{name}` in scratch space",
                               root.span, hint=hint))  # fmt: skip
    found = held[name]
    if not convert:
        return found
    if isinstance(found, ScratchData):
        return found.read()
    return found.to_dataframe() if isinstance(found, _table()) else found


def _made(data: Any, name: str | None, description: str | None) -> Object:
    """A value as an object: itself, a table of a data frame, else `ScratchData`."""
    if isinstance(data, Object):
        return data
    if name is None or description is None:
        lacks = "name" if name is None else "description"
        raise UsageError(error("usage", f"values that go into scratch space have a {lacks}"))
    if hasattr(data, "to_numpy") and hasattr(data, "columns"):
        return _table().from_dataframe(data, name, table_description=description)
    return ScratchData(name, data, notes=description)


def _table() -> type[DynamicTable]:
    from linkdata.objects.tables.table import DynamicTable

    return DynamicTable
