"""What the root of an NWB file has beside its fields: times, and the specifications it carries.

Takes: a planner, and the root object.
Gives: `root_entries`.
Implements: `specs/linkdata-1.0.md`, section "NWB and HDF5 files".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from linkdata import iri
from linkdata.graph.entity import Entity
from linkdata.nwb import plan as plans
from linkdata.nwb.names import join
from linkdata.nwb.packing import storage_for
from linkdata.nwb.specifications import LOCATION, ROOT, texts

if TYPE_CHECKING:
    from linkdata.nwb.planning import Planner

NWB_FILE = f"{iri.SCHEMAS}core:NWBFile"
_START, _REFERENCE, _CREATED = (
    "session_start_time", "timestamps_reference_time", "file_create_date"
)  # fmt: skip


def root_entries(planner: Planner, root: Entity) -> None:
    """Put what an NWB file has at its root, where the document does not say it."""
    typed = planner.types.of(root)
    if typed is None or not typed.is_a(NWB_FILE) or root.item is not None:
        return
    start = planner.entries.get(f"/{_START}")
    if start is not None:
        planner.entries.setdefault(f"/{_REFERENCE}", start)
    if f"/{_CREATED}" not in planner.entries:
        now = [datetime.now(UTC).isoformat()]
        planner.put(f"/{_CREATED}", planner.values.dataset(now, f"/{_CREATED}", "isodatetime"))
    if f"/{ROOT}" not in planner.entries:
        _specifications(planner, root)


def _specifications(planner: Planner, root: Entity) -> None:
    imports = planner.types.imports(root.context)
    group = plans.Group()
    found: dict[str, plans.Entry] = {f"/{ROOT}": group}
    for item in root.context.imports.values():
        for name, text in imports.namespaces(item).items():
            for version, source, content in texts(name, text):
                for path in (f"/{ROOT}/{name}", f"/{ROOT}/{name}/{version}"):
                    found.setdefault(path, group)
                packing = planner.values.packed(
                    content, f"/{ROOT}/{name}/{version}/{source}", "text"
                )
                found.setdefault(
                    join(f"/{ROOT}/{name}/{version}", source),
                    plans.Dataset(
                        packing.type,
                        packing.space,
                        plans.Inline(packing.values),
                        storage_for(packing.type),
                    ),
                )
    if len(found) == 1:
        return
    for path, entry in found.items():
        planner.entries.setdefault(path, entry)
    old = planner.entries["/"]
    assert isinstance(old, plans.Group)
    location = planner.values.attribute(plans.Reference(f"/{ROOT}"), f"/@{LOCATION}")
    planner.put("/", replace(old, attributes=dict(old.attributes) | {LOCATION: location}))
