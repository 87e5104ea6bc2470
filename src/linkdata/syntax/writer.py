"""The writer: plain data as a YAML text.

Takes: dictionaries, lists and scalars.
Gives: YAML 1.2 that reads back as the same data.
Implements: `specs/linkdata-1.0.md`, sections "Text" and "Expanded form".
"""

from __future__ import annotations

from typing import Any

import yaml

from linkdata.syntax.scalars import is_plain_safe


class _Dumper(yaml.CSafeDumper):
    """PyYAML's, which knows YAML 1.1, made to quote what YAML 1.2 would take for a number too."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = None if is_plain_safe(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


class Tagged(str):
    """A text with the tag `!!str`, which no document takes for a reference."""

    __slots__ = ()


class Flow(dict[str, Any]):
    """A mapping on one line."""


class _DocumentDumper(_Dumper):
    """Lists of scalars, and lists of such lists, on one line."""


def _tagged(dumper: yaml.CSafeDumper, text: Tagged) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


def _list(dumper: yaml.CSafeDumper, items: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=_is_flat(items))


def _flow(dumper: yaml.CSafeDumper, data: Flow) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


def _is_flat(items: list[Any]) -> bool:
    return all(
        not isinstance(item, dict) and (not isinstance(item, list) or _is_flat(item))
        for item in items
    )


_DocumentDumper.add_representer(Tagged, _tagged)
_DocumentDumper.add_representer(list, _list)
_DocumentDumper.add_representer(Flow, _flow)


def written(data: Any) -> str:
    """The text of plain data, in the order of its keys, repeated parts written out."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def document(data: dict[str, Any]) -> str:
    """The text of plain data as a document for people to read. See `Tagged` and `Flow`."""
    return yaml.dump(
        data, Dumper=_DocumentDumper, sort_keys=False, allow_unicode=True, width=100, indent=2
    )
