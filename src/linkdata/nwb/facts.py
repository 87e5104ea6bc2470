"""What there is to say of one entry of a plan, as facts that are equal for entries that are alike.

Takes: entries of plans.
Gives: `facts`, by name; `changed`, an entry with other facts; `check`, a short digest of an entry.
Implements: `specs/linkdata-1.0.md`, section "The section `storage`".

A fact is plain data. An attribute is the fact `@name`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from linkdata.nwb import plan as plans
from linkdata.nwb.names import escaped, unescaped
from linkdata.nwb.packing import NotPackedError
from linkdata.nwb.plan import Attribute, Dataset, Entry, Group, Inline, Space, Stored
from linkdata.nwb.typetext import described, parsed
from linkdata.nwb.wording import (
    meant,
    meant_maxshape,
    meant_storage,
    said,
    said_bytes,
    said_maxshape,
    said_storage,
)

KINDS: dict[str, type[Entry]] = {
    "group": plans.Group,
    "dataset": plans.Dataset,
    "type": plans.NamedType,
    "hard": plans.HardLink,
    "soft": plans.SoftLink,
    "external": plans.ExternalLink,
}
_COMMON = ("tracking", "times", "comment")
VALUES = "values"
#: Facts that go together: a dataset has all of them or none from a section.
_OF_VALUES = ("type", "shape", VALUES)


def kind_of(entry: Entry) -> str:
    """What an entry is, in a word."""
    return next(name for name, cls in KINDS.items() if type(entry) is cls)


def same_kind(entry: Entry, other: Entry | None) -> bool:
    """Whether facts make one entry of the other; never of a link to a file of another name."""
    if isinstance(entry, plans.ExternalLink) and isinstance(other, plans.ExternalLink):
        return PurePath(entry.file).name == PurePath(other.file).name
    return type(entry) is type(other)


def facts(entry: Entry) -> dict[str, Any]:
    """All facts of an entry, but for the values of a dataset."""
    if isinstance(entry, plans.HardLink | plans.SoftLink):
        return {"target": escaped(entry.target)}
    if isinstance(entry, plans.ExternalLink):
        return {"file": escaped(entry.file), "target": escaped(entry.target)}
    found: dict[str, Any] = {key: getattr(entry, key) for key in _COMMON if hasattr(entry, key)}
    found["comment"] = escaped(entry.comment)
    if isinstance(entry, Group):
        found["members"] = entry.members
    if isinstance(entry, Dataset):
        found |= {"named": entry.named and escaped(entry.named)}
        found["maxshape"] = said_maxshape(entry.space)
        found |= said_storage(entry.storage, entry.space, entry.type)
    if isinstance(entry, plans.NamedType):
        found["type"] = described(entry.type)
    if entry.tracking != "no":
        found["order"] = [escaped(name) for name in entry.attributes]
    return found


def values_of(entry: Dataset) -> dict[str, Any]:
    """The values of a dataset with their datatype, as facts."""
    shape = entry.space.shape
    found: dict[str, Any] = {"type": described(entry.type)}
    found["shape"] = None if shape is None else list(shape)
    data = entry.data
    if isinstance(data, Stored):
        found["stored"] = [
            [list(one.offset), one.skipped, said_bytes(bytes(one.data))] for one in data.chunks
        ]
    elif data is not None:
        found[VALUES] = said(packed_of(entry), entry.type, shape)
    return found


def packed_of(entry: Dataset) -> plans.Packed:
    """All values of a dataset, read if need be."""
    if isinstance(entry.data, Inline):
        return entry.data.values
    shape = entry.space.shape or ()
    assert entry.data is not None
    assert not isinstance(entry.data, Stored)
    found = entry.data.read((0,) * len(shape), shape)
    return found if isinstance(found, tuple) else bytes(found)


def attribute_facts(found: Attribute) -> dict[str, Any]:
    """An attribute, as plain data."""
    shape = found.space.shape
    told: dict[str, Any] = {"type": described(found.type)}
    if shape != ():
        told["shape"] = None if shape is None else list(shape)
    if found.space.maxshape != shape:
        told["maxshape"] = said_maxshape(found.space)
    if shape is not None:
        told["value"] = said(found.values, found.type, shape)
    if found.named is not None:
        told["named"] = escaped(found.named)
    return told


def attribute(told: Mapping[str, Any]) -> Attribute:
    """The attribute that plain data says."""
    kind = parsed(told["type"])
    listed = told.get("shape", [])
    shape = None if listed is None else tuple(listed)
    space = Space(shape, meant_maxshape(told.get("maxshape", "no"), shape))
    empty: plans.Packed = () if kind.points else b""
    values = meant(told["value"], kind, shape) if shape is not None else empty
    named = told.get("named")
    return Attribute(kind, space, values, None if named is None else unescaped(named))


def changed(entry: Entry, told: Mapping[str, Any]) -> Entry:
    """An entry with other facts; those that do not fit it have no effect."""
    if isinstance(entry, plans.HardLink | plans.SoftLink):
        return replace(entry, target=unescaped(told["target"])) if "target" in told else entry
    if isinstance(entry, plans.ExternalLink):
        made = told.get("file", escaped(entry.file))
        if not same_kind(entry, plans.ExternalLink(unescaped(made), entry.target)):
            return entry  # it leads to another file now
        known = {"file": entry.file, "target": entry.target}
        return plans.ExternalLink(
            **known | {key: unescaped(told[key]) for key in known if key in told}
        )
    fitting = {key: told[key] for key in _COMMON if key in told and hasattr(entry, key)}
    found: Any = replace(entry, **fitting)
    if "comment" in told:
        found = replace(found, comment=unescaped(told["comment"]))
    if isinstance(found, Group) and "members" in told:
        found = replace(found, members=told["members"])
    if isinstance(found, plans.NamedType) and "type" in told:
        found = replace(found, type=parsed(told["type"]))
    if isinstance(found, Dataset):
        found = _dataset(found, told)
    if "order" in told:
        wanted = [unescaped(name) for name in told["order"]]
        names = [name for name in wanted if name in found.attributes]
        names += [name for name in found.attributes if name not in names]
        found = replace(found, attributes={name: found.attributes[name] for name in names})
    return found  # type: ignore[no-any-return]


def _dataset(entry: Dataset, told: Mapping[str, Any]) -> Dataset:
    found = entry
    if "type" in told:
        kind = parsed(told["type"])
        shape = None if told["shape"] is None else tuple(told["shape"])
        data: plans.Data | None = None
        if "stored" in told:
            data = Stored(
                tuple(
                    plans.Chunk(tuple(offset), skipped, meant(one, kind, None))  # type: ignore[arg-type]
                    for offset, skipped, one in told["stored"]
                )
            )
        elif VALUES in told:
            data = Inline(meant(told[VALUES], kind, shape))
        found = replace(found, type=kind, space=Space(shape), data=data)
    if "named" in told:
        named = told["named"]
        found = replace(found, named=None if named is None else unescaped(named))
    limits = said_maxshape(entry.space) if "maxshape" not in told else told["maxshape"]
    shape = found.space.shape
    found = replace(found, space=Space(shape, meant_maxshape(limits, shape)))
    now = said_storage(entry.storage, entry.space, entry.type)
    try:
        storage = meant_storage(
            now | {k: told[k] for k in told if k in now}, found.space, found.type
        )
    except NotPackedError:
        storage = None
    return found if storage is None else replace(found, storage=storage)


def check(found: object) -> str:
    """A few digits that tell whether an entry or attribute is still what it was."""
    text = repr(_plain(found)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=3).hexdigest()


def _plain(found: Any) -> Any:
    if isinstance(found, dict):
        return [(path, _plain(entry)) for path, entry in found.items()]
    if isinstance(found, Dataset):
        data = found.data.values if isinstance(found.data, Inline) else None
        return (found.type, found.space.shape, data)
    if isinstance(found, Group):
        return "group"
    if isinstance(found, Attribute):
        return (found.type, found.space.shape, found.values)
    return found
