"""The writer: plain data as a YAML text.

Takes: dictionaries, lists and scalars.
Gives: YAML 1.2 that reads back as the same data.
Implements: `specs/linkdata-1.0.md`, sections "Text" and "Expanded form".
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import yaml

from linkdata.syntax.scalars import is_plain_safe

#: What must not stand unescaped in a text; line feeds may, in quotes.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


class _Dumper(yaml.CSafeDumper):
    """PyYAML's, which knows YAML 1.1, made to quote what YAML 1.2 would take for a number too."""

    def ignore_aliases(self, data: object) -> bool:
        return True


#: What a text may be to a reader of YAML 1.1 without being quoted: a date is read as one there,
#: but nothing of it is lost.
_PLAIN = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp")
_OLD = yaml.resolver.Resolver()


def _resolved(text: str) -> str:
    """What a reader of YAML 1.1 takes a plain scalar for."""
    return str(_OLD.resolve(yaml.ScalarNode, text, (True, False)))  # type: ignore[no-untyped-call]


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = None if is_plain_safe(text) and _resolved(text) in _PLAIN else "'"
    if _CONTROLS.search(text):
        style = '"'  # where they are escaped
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


class _QuotingDumper(_Dumper):
    """Dates in quotes too, for readers that would make something else of them."""


def _quoted(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    node = _text(dumper, text)
    if node.style is None and _resolved(text) != _PLAIN[0]:
        node.style = "'"
    return node


_QuotingDumper.add_representer(str, _quoted)


class Tagged(str):
    """A text with the tag `!!str`, which no document takes for a reference."""

    __slots__ = ()


#: What a tagged text has for a tag until its event is made; the serializer would leave out the
#: tag that every quoted text has anyhow.
_TAGGED = "tag:linkdata:tagged"


class Flow(dict[str, Any]):
    """A mapping on one line."""


class _DocumentDumper(_Dumper):
    """Lists of scalars, and lists of such lists, on one line."""


def _tagged(dumper: yaml.CSafeDumper, text: Tagged) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TAGGED, str(text), style='"')


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


def written(data: Any, *, dates: bool = True) -> str:
    """The text of plain data, in the order of its keys, repeated parts written out.

    Without `dates` texts of the form of dates are quoted.
    """
    dumper = _Dumper if dates else _QuotingDumper
    return _emitted(dumper(io.StringIO(), sort_keys=False).represent_data(data), width=100)


def document(data: dict[str, Any]) -> str:
    """The text of plain data as a document for people to read. See `Tagged` and `Flow`."""
    return _emitted(_DocumentDumper(io.StringIO(), sort_keys=False).represent_data(data), width=116)


def _emitted(node: yaml.Node, width: int) -> str:
    events = [*_OPENING, *_events(node), *_CLOSING]
    text: str = yaml.emit(events, Dumper=yaml.CSafeDumper, allow_unicode=True, width=width)
    return text


_OPENING = (yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False))
_CLOSING = (yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent())


def _events(node: yaml.Node) -> Iterator[yaml.Event]:
    """What makes the text of a node: its collections opened and closed, its scalars."""
    if isinstance(node, yaml.ScalarNode):
        tagged = node.tag == _TAGGED
        tag = "tag:yaml.org,2002:str" if tagged else node.tag
        yield yaml.ScalarEvent(None, tag, (not tagged, not tagged), node.value, style=node.style)
    elif isinstance(node, yaml.SequenceNode):
        yield yaml.SequenceStartEvent(None, None, True, flow_style=node.flow_style)
        for item in node.value:
            yield from _events(item)
        yield yaml.SequenceEndEvent()
    elif isinstance(node, yaml.MappingNode):
        yield yaml.MappingStartEvent(None, None, True, flow_style=node.flow_style)
        for key, value in node.value:
            if "\n" in key.value:
                key.style = '"'  # a key stands on one line
            yield from _events(key)
            yield from _events(value)
        yield yaml.MappingEndEvent()
