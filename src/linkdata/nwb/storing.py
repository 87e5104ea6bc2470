"""The section `storage`: what a document does not say of the file that it came from.

Takes: the plan of a file, and what gives the plan of the document.
Gives: `section_of`, plain data; `hints_of` and `restored`, its reverse.
Implements: `specs/linkdata-1.0.md`, section "The section `storage`".

    storage:
      types: {utf8: ascii, "@utf8": "ascii[fit]"}   # how all values of a datatype were stored
      typed: {<f4: [/acquisition/x/data]}           # and single ones
      attributes: {/acquisition/x: [filters]}       # fields that are attributes of a group
      identifiers: {/acquisition: {x: Zm9v...}}     # object_id, by group; base64 of the UUID
      differences: ...                              # all else, see `linkdata.nwb.difference`

Nothing in it is needed: without it a writer's defaults count. What does not fit an edited document
has no effect.
"""

from __future__ import annotations

import base64
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from linkdata.graph.identifiers import IDENTIFIERS, object_ids
from linkdata.nwb import plan as plans
from linkdata.nwb.datatypes import Compound, Sequence
from linkdata.nwb.difference import apply, difference
from linkdata.nwb.filling import OBJECT_ID
from linkdata.nwb.fitting import Kind, fitted, kind_text, parsed_kind
from linkdata.nwb.names import join, parent, parsed_place, place
from linkdata.nwb.plan import Attribute, Dataset, Plan
from linkdata.nwb.valuing import Hints
from linkdata.syntax.writer import Flow

Predict: TypeAlias = Callable[[Hints], Plan]

_NESTED = (Compound, Sequence)  # whose values are lists themselves


def section_of(exact: Plan, predict: Predict) -> dict[str, Any]:
    """What has to be said beside the document, so that `restored` gives the exact plan."""
    first = predict(Hints(optional=_EVERYWHERE))
    hints = _hints(exact, first)
    found: dict[str, Any] = {}
    if hints.defaults:
        found["types"] = Flow({key: kind_text(kind) for key, kind in hints.defaults.items()})
    if hints.types:
        found["typed"] = Flow(_typed(hints.types))
    if hints.attributes:
        found["attributes"] = Flow(
            {place(path): sorted(names) for path, names in hints.attributes.items()}
        )
    if hints.object_ids:
        found[IDENTIFIERS] = _identifiers(hints.object_ids)
    second = first
    if found:
        known = hints_of(found)
        known.optional = _EVERYWHERE
        second = predict(known)
    rest = difference(exact, second)
    if rest:
        found["differences"] = Flow(rest) if len(rest) == 1 else rest
    return found


def restored(predict: Predict, section: Mapping[str, Any]) -> Plan:
    """The plan of a document with a section `storage`.

    Raises `OutputError` (`storage-invalid`) for a section that is not well-formed.
    """
    found = predict(hints_of(section))
    rest = section.get("differences")
    return apply(found, rest) if rest else found


def hints_of(section: Mapping[str, Any]) -> Hints:
    """What a section says of datatypes and identities. Raises `OutputError`."""
    hints = Hints()
    hints.defaults = {key: parsed_kind(text) for key, text in _mapping(section, "types")}
    for text, places in _mapping(section, "typed"):
        for one in places:
            hints.types[one] = parsed_kind(text)
    for path, names in _mapping(section, "attributes"):
        hints.attributes[parsed_place(path)[0]] = frozenset(names)
    rest = section.get("differences") or {}
    added = [at for key in ("added", "attributes") for at in _added(rest.get(key))]
    hints.optional = frozenset(added)
    hints.links = frozenset(_linked(rest.get("single")))
    hints.object_ids = object_ids(section)
    return hints


def _mapping(section: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    found = section.get(key)
    return iter(found.items() if isinstance(found, Mapping) else ())


def _added(rest: Any) -> Iterator[str]:
    """The places that differences give a value, and for which the document needs none."""
    if isinstance(rest, Mapping):
        yield from rest
    for facts in rest if isinstance(rest, list) else ():
        for at in facts.get("at", ()):
            yield from (f"{at}{name}" for name in facts if name.startswith("@"))


def _linked(single: Any) -> Iterator[str]:
    """The places of links to other files, among what is told of single entries."""
    for facts in single if isinstance(single, list) else ():
        if "file" in facts:
            yield from (parsed_place(at)[0] for at in facts.get("at", ()))


class _Everywhere(frozenset[str]):
    """Every place."""

    def __contains__(self, place: object) -> bool:
        return True


_EVERYWHERE = _Everywhere()


# Datatypes


def _hints(exact: Plan, first: Plan) -> Hints:
    hints = Hints()
    seen: list[tuple[str, str, Kind]] = []
    for path, entry in exact.entries.items():
        known = first.entries.get(path)
        if known is None and isinstance(entry, Dataset) and isinstance(entry.type, _NESTED):
            hints.types[place(path)] = entry.type  # their lists can only be packed when it is known
        if isinstance(entry, plans.Link) or known is None or type(known) is not type(entry):
            continue
        assert not isinstance(known, plans.Link)
        for name, value in entry.attributes.items():
            there = known.attributes.get(name)
            at = place(path, name)
            if there is None:
                nested = isinstance(value.type, _NESTED)
                if nested or _is_mistaken(exact, first, path, name):
                    hints.attributes[path] = hints.attributes.get(path, frozenset()) | {name}
                if nested:
                    hints.types[at] = value.type
                continue
            if name == OBJECT_ID and there.values != value.values:
                found = _object_id(value)
                if found is not None:
                    hints.object_ids[path] = found
            seen.append((at, f"@{there.type}", fitted(value.type, value.values)))
        if isinstance(entry, Dataset) and isinstance(known, Dataset):
            inline = entry.data.values if isinstance(entry.data, plans.Inline) else ()
            seen.append((place(path), str(known.type), fitted(entry.type, inline)))
    _gather(seen, hints)
    return hints


def _is_mistaken(exact: Plan, first: Plan, path: str, name: str) -> bool:
    """Whether an attribute was taken for a dataset."""
    member = join(path, name)
    return member in first.entries and member not in exact.entries


def _gather(seen: list[tuple[str, str, Kind]], hints: Hints) -> None:
    """Say what most values of a datatype have in common, and the exceptions one by one."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Kind] = {}
    for _, natural, kind in seen:
        text = kind_text(kind)
        kinds[text] = kind
        counted[natural][text] += 1
    for natural, counts in counted.items():
        common = counts.most_common(1)[0][0]
        if common != natural.removeprefix("@"):
            hints.defaults[natural] = kinds[common]
    for at, natural, kind in seen:
        default = hints.defaults.get(natural)
        expected = natural.removeprefix("@") if default is None else kind_text(default)
        if kind_text(kind) != expected:
            hints.types[at] = kind


def _typed(types: Mapping[str, Kind]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for at, kind in types.items():
        found[kind_text(kind)].append(at)
    return dict(found)


# Identities


def _object_id(value: Attribute) -> str | None:
    """The `object_id` of an attribute, if it is a UUID as everybody writes it."""
    if not isinstance(value.values, tuple) or len(value.values) != 1:
        return None
    text = value.values[0].decode("ascii", "replace")
    try:
        return text if str(uuid.UUID(text)) == text else None
    except ValueError:
        return None


def _identifiers(ids: Mapping[str, str]) -> Flow:
    found = Flow()
    for path, text in ids.items():
        group, name = (parent(path), path.rpartition("/")[2]) if path != "/" else ("/", "/")
        short = base64.urlsafe_b64encode(uuid.UUID(text).bytes).decode().rstrip("=")
        found.setdefault(group, Flow())[name] = short
    return found
