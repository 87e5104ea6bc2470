"""The root of an NWB file: what it has under the names that people use.

Takes: the entity of a root.
Gives: `NWBFile`: `trials`, `units`, `electrodes`, `devices` and the like, from their places.
Implements: `specs/linkdata-1.0.md`, section "Tables and typed objects".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from linkdata.errors import FieldError
from linkdata.graph.entity import Entity, Link
from linkdata.objects.access import Object, wrap
from linkdata.objects.known import CORE
from linkdata.objects.scratch import add_scratch, get_scratch

_GENERAL, _EPHYS, _ICEPHYS = "general", "extracellular_ephys", "intracellular_ephys"

#: Where in a file things are that go by a shorter name.
PLACES: Mapping[str, tuple[str, ...]] = {
    **{
        name: ("intervals", name) for name in ("trials", "epochs", "invalid_times")
    },
    **{
        name: (_GENERAL, name)
        for name in (
            "devices", "subject", "experimenter", "experiment_description", "institution",
            "keywords", "lab", "notes", "pharmacology", "protocol", "related_publications",
            "session_id", "slices", "source_script", "surgery", "virus", "data_collection",
            "optophysiology", "optogenetics", "extracellular_ephys", "intracellular_ephys",
        )
    },
    "stimulus_notes": (_GENERAL, "stimulus"),
    "stimulus_template": ("stimulus", "templates"),
    "stimulus_presentation": ("stimulus", "presentation"),
    "electrodes": (_GENERAL, _EPHYS, "electrodes"),
    **{
        name: (_GENERAL, _ICEPHYS, name)
        for name in (
            "intracellular_recordings", "simultaneous_recordings", "sequential_recordings",
            "repetitions", "experimental_conditions", "sweep_table",
        )
    },
    "modules": ("processing",),
    "scratch": ("scratch",),
}  # fmt: skip

#: Collections that stand beside other things: where, and of objects of which class.
GATHERED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "electrode_groups": ((_GENERAL, _EPHYS), "ElectrodeGroup"),
    "icephys_electrodes": ((_GENERAL, _ICEPHYS), "IntracellularElectrode"),
    "imaging_planes": ((_GENERAL, "optophysiology"), "ImagingPlane"),
    "ogen_sites": ((_GENERAL, "optogenetics"), "OptogeneticStimulusSite"),
}


class NWBFile(Object):
    """The root of an NWB file, or of a document that says it is one.

    Its fields are those of the file; beside them are things from further down under the names that
    pynwb has for them, None where the file has none: `trials` is `intervals.trials`.
    """

    _TYPE: ClassVar[tuple[str, str]] = (CORE, "NWBFile")

    def _beside(self, name: str) -> Any | None:
        found = super()._beside(name)
        if found is None and name in PLACES:
            found = self._at(PLACES[name])
        elif found is None and name in GATHERED:
            found = self._gathered(*GATHERED[name])
        return found

    # Scratch space

    def add_scratch(
        self, data: Any, name: str | None = None, description: str | None = None
    ) -> Object:
        """Put values or a table into scratch space, in memory; see `Dataset.add_scratch`."""
        return add_scratch(self.entity, data, name, description)

    def get_scratch(self, name: str, convert: bool = True) -> Any:
        """What is in scratch space under a name; see `Dataset.get_scratch`."""
        return get_scratch(self.entity, name, convert=convert)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except FieldError:
            if name in PLACES or name in GATHERED:
                return None
            raise

    def _at(self, path: tuple[str, ...]) -> Any | None:
        value: Any = Link(self.entity, owned=False)
        for step in path:
            if not isinstance(value, Link) or step not in value.target:
                return None
            value = value.target.link(step)
        return wrap(value)

    def _gathered(self, path: tuple[str, ...], kind: str) -> dict[str, Any] | None:
        group = self._at(path)
        if not isinstance(group, Object):
            return None
        found = {}
        for key in group.entity:
            value = group.entity.get(key)
            if isinstance(value, Entity) and (value.is_a or "").rpartition(":")[2] == kind:
                found[key] = wrap(value)
        return found
