"""The difference between two plans, and a plan with a difference made.

Takes: the plan of a file, and that of a document.
Gives: `difference`, plain data; `apply`, for which `apply(p, difference(e, p)) == e` for all plans.
Implements: `specs/linkdata-1.0.md`, section "The section `storage`".

    common:                # what most arrays, inline values, scalars, groups, or all have in common
      arrays: {layout: chunked, chunks: whole, filters: [gzip 4]}
    single: [{at: [/a, /b], chunks: [512]}]       # what single ones have, those alike together
    attributes: [{at: [/a], unit: {type: utf8, value: V, was: 5f3a01}}]
    values: {/a: {type: <f8, shape: [1], values: ..., was: 5f3a01}}
    added: {/a: {kind: soft, target: /b}}
    removed: {/a: 5f3a01}
    order: {/a: [x, y]}    # of members, where groups keep one
    userblock: ...

`was` tells what a thing was in the document: once it is edited, the difference no longer counts.
"""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from linkdata.nwb import facts as told
from linkdata.nwb import plan as plans
from linkdata.nwb.datatypes import integer
from linkdata.nwb.names import escaped, parent, parsed_place, place, unescaped
from linkdata.nwb.plan import Dataset, Entry, Group, Inline, Link, Plan, Stored
from linkdata.syntax.writer import Flow

_WAS, _AT, _KIND, _ALL = "was", "at", "kind", "all"


def difference(exact: Plan, predicted: Plan) -> dict[str, Any]:
    """What makes the second plan the first. Datasets whose values differ are read."""
    found: dict[str, Any] = {}
    removed = _removed(exact, predicted)
    if removed:
        found["removed"] = {
            place(path): told.check(_tree(predicted.entries, path)) for path in removed
        }
    added = {
        path: entry
        for path, entry in exact.entries.items()
        if not told.same_kind(entry, predicted.entries.get(path))
    }
    if added:
        found["added"] = {place(path): _in_full(entry) for path, entry in added.items()}
    pairs = [(path, entry, predicted.entries[path]) for path, entry in exact.entries.items()
             if path not in added]  # fmt: skip
    values = {place(path): Flow(_values(entry, known)) for path, entry, known in pairs
              if isinstance(entry, Dataset) and isinstance(known, Dataset)
              and not _same_values(entry, known)}  # fmt: skip
    if values:
        found["values"] = values
    common, single = _facts(pairs)
    if common:
        found["common"] = Flow(common)
    if single:
        found["single"] = [Flow(facts) for facts in single]
    attributes = _attributes(pairs)
    if attributes:
        found["attributes"] = [Flow(facts) for facts in attributes]
    order = _order(exact, apply(predicted, found))
    if order:
        found["order"] = order
    if exact.userblock != predicted.userblock:
        found["userblock"] = base64.b64encode(exact.userblock).decode()
    return found


def apply(predicted: Plan, section: Mapping[str, Any]) -> Plan:
    """A plan with a difference made; what does not fit the plan has no effect."""
    entries = dict(predicted.entries)
    for path, was in _places(section, "removed"):
        if path in entries and told.check(_tree(entries, path)) == was:
            for inner in _tree(entries, path):
                del entries[inner]
    before = set(entries)
    for path, entry in _places(section, "added"):
        if path == "/" or isinstance(entries.get(parent(path)), Group):
            entries.setdefault(path, _made(entry))
    for path, values in _places(section, "values"):
        known = entries.get(path)
        if path in before and isinstance(known, Dataset) and told.check(known) == values[_WAS]:
            entries[path] = told.changed(known, values)
    common = section.get("common", {})
    single = {
        parsed_place(at)[0]: facts for facts in section.get("single", ()) for at in facts[_AT]
    }
    for path in entries:
        if path in before and not (isinstance(entries[path], Link) and path not in single):
            facts = common.get(_ALL, {}) | common.get(_sort(entries[path]), {})
            facts = facts | single.get(path, {})
            facts.pop(_AT, None)
            entries[path] = told.changed(entries[path], facts) if facts else entries[path]
    for facts in section.get("attributes", ()):
        for at in facts[_AT]:
            path = parsed_place(at)[0]
            if path in before and path in entries:
                entries[path] = _with_attributes(entries[path], facts)
    # Orders of attributes are facts that only count when all attributes are there.
    for path, facts in single.items():
        if "order" in facts and path in before and path in entries:
            entries[path] = told.changed(entries[path], {"order": facts["order"]})
    ordered = _ordered(entries, dict(_places(section, "order")))
    block = section.get("userblock")
    return Plan(ordered, predicted.userblock if block is None else base64.b64decode(block))


def _places(section: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    found = section.get(key) or {}
    return ((parsed_place(at)[0], value) for at, value in found.items())


# Entries


def _removed(exact: Plan, predicted: Plan) -> list[str]:
    """What the file does not have, or has as something else; not what stands in such groups."""
    found: list[str] = []
    gone: set[str] = set()
    for path, entry in predicted.entries.items():
        if not told.same_kind(entry, exact.entries.get(path)) and parent(path) not in gone:
            found.append(path)
            gone.update(_tree(predicted.entries, path))
    return found


def _tree(entries: Mapping[str, Entry], path: str) -> dict[str, Entry]:
    """An entry with all that stands in it."""
    inner = path.rstrip("/") + "/"
    return {name: entry for name, entry in entries.items()
            if name == path or name.startswith(inner)}  # fmt: skip


def _in_full(entry: Entry) -> Flow:
    found = {_KIND: told.kind_of(entry)} | told.facts(entry)
    if isinstance(entry, Link):
        return Flow(found)
    if isinstance(entry, Dataset):
        found |= told.values_of(entry)
    if entry.attributes:
        found["attributes"] = {
            escaped(name): told.attribute_facts(one) for name, one in entry.attributes.items()
        }
    return Flow(found)


def _made(found: Mapping[str, Any]) -> Entry:
    kind = found[_KIND]
    if kind in ("hard", "soft"):
        return told.KINDS[kind](unescaped(found["target"]))  # type: ignore[call-arg, arg-type]
    if kind == "external":
        return plans.ExternalLink(unescaped(found["file"]), unescaped(found["target"]))
    attributes = {
        unescaped(name): told.attribute(one) for name, one in found.get("attributes", {}).items()
    }
    if kind == "group":
        return told.changed(Group(attributes), found)
    if kind == "type":
        return told.changed(plans.NamedType(integer(1), attributes), found)
    return told.changed(Dataset(integer(1), plans.SCALAR, attributes=attributes), found)


# Values


def _same_values(entry: Dataset, known: Dataset) -> bool:
    if (entry.type, entry.space.shape) != (known.type, known.space.shape):
        return False
    if entry.data == known.data:
        return True
    if entry.data is None or known.data is None or Stored in (type(entry.data), type(known.data)):
        return False
    return told.packed_of(entry) == told.packed_of(known)


def _values(entry: Dataset, known: Dataset) -> dict[str, Any]:
    return told.values_of(entry) | {_WAS: told.check(known)}


# Facts


def _sort(entry: Entry) -> str:
    """Which common facts an entry has."""
    if isinstance(entry, Dataset):
        if not entry.space.shape:
            return "scalars"
        return "inline" if isinstance(entry.data, Inline) or entry.data is None else "arrays"
    return "groups" if isinstance(entry, Group) else "others"


def _facts(
    pairs: list[tuple[str, Entry, Entry]],
) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """What most entries of a sort have in common, and what single ones have."""
    differing: dict[str, dict[str, Any]] = {}
    counted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    known_facts: dict[str, dict[str, Any]] = {}
    sorts: dict[str, str] = {}
    for path, entry, known in pairs:
        now, then = told.facts(entry), told.facts(_reshaped(known, entry))
        sorts[path] = _sort(_reshaped(known, entry))
        known_facts[path] = then
        differing[path] = now
        for name, value in now.items():
            counted[sorts[path], name][json.dumps([value, then.get(name) == value])] += 1
    common: dict[str, dict[str, Any]] = {}
    for (sort, name), counts in counted.items():
        text, number = counts.most_common(1)[0]
        value, same = json.loads(text)
        if not same and number > 1 and name not in ("order", "target", "file", "named"):
            common.setdefault(sort, {})[name] = value
    _put_together(common, set(sorts.values()) - {"others"})
    alike: dict[str, list[str]] = defaultdict(list)
    for path, now in differing.items():
        expected = known_facts[path] | common.get(_ALL, {}) | common.get(sorts[path], {})
        rest = {name: value for name, value in now.items() if expected.get(name) != value
                or (name not in expected)}  # fmt: skip
        if rest:
            alike[json.dumps(rest)].append(place(path))
    return common, [{_AT: paths, **json.loads(text)} for text, paths in alike.items()]


def _put_together(common: dict[str, dict[str, Any]], sorts: set[str]) -> None:
    """Say only once what all sorts have in common."""
    groups = [common.get(sort, {}) for sort in sorts]
    for name, value in list(groups[0].items()) if groups else ():
        if all(facts.get(name) == value for facts in groups):
            common.setdefault(_ALL, {})[name] = value
            for facts in groups:
                del facts[name]
    for sort in [sort for sort, facts in common.items() if not facts]:
        del common[sort]


def _reshaped(known: Entry, entry: Entry) -> Entry:
    """The entry of a document after its values were changed."""
    if isinstance(known, Dataset) and isinstance(entry, Dataset) and not _same_values(entry, known):
        return told.changed(known, told.values_of(entry))
    return known


# Attributes


def _attributes(pairs: list[tuple[str, Entry, Entry]]) -> list[dict[str, Any]]:
    alike: dict[str, list[str]] = defaultdict(list)
    for path, entry, known in pairs:
        if isinstance(entry, Link) or isinstance(known, Link):
            continue
        rest: dict[str, Any] = {}
        for name in {**known.attributes, **entry.attributes}:
            now, then = entry.attributes.get(name), known.attributes.get(name)
            if now == then:
                continue
            was = {} if then is None else {_WAS: told.check(then)}
            rest[escaped(name)] = was if now is None else told.attribute_facts(now) | was
        if rest:
            alike[json.dumps(rest)].append(place(path))
    return [{_AT: paths, **_named(json.loads(text))} for text, paths in alike.items()]


def _named(attributes: dict[str, Any]) -> dict[str, Any]:
    return {f"@{name}": value for name, value in attributes.items()}


def _with_attributes(entry: Entry, facts: Mapping[str, Any]) -> Entry:
    if isinstance(entry, Link):
        return entry
    attributes = dict(entry.attributes)
    for key, value in facts.items():
        if key == _AT:
            continue
        name = unescaped(key.removeprefix("@"))
        known = attributes.get(name)
        if (None if known is None else told.check(known)) != value.get(_WAS):
            continue  # it was edited
        if "type" in value:
            attributes[name] = told.attribute(value)
        else:
            attributes.pop(name, None)
    return replace(entry, attributes=attributes)


# Order


def _order(exact: Plan, restored: Plan) -> dict[str, list[str]]:
    now, then = exact.members(), restored.members()
    return {
        place(path): [escaped(one.rpartition("/")[2]) for one in members]
        for path, members in now.items()
        if then.get(path) != members
    }


def _ordered(entries: dict[str, Entry], orders: dict[str, list[str]]) -> dict[str, Entry]:
    """Entries with the members of groups in the orders that are known, parents before children."""
    inner: dict[str, list[str]] = defaultdict(list)
    for path in entries:
        if path != "/":
            inner[parent(path)].append(path)
    for path, names in orders.items():
        rank = {unescaped(name): number for number, name in enumerate(names)}
        inner[path].sort(key=lambda one: rank.get(one.rpartition("/")[2], len(rank)))
    found: dict[str, Entry] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in entries:
            found[path] = entries[path]
            waiting += reversed(inner[path])
    return found
