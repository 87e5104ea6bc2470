"""References in a document that is being made, as short as they can be.

Takes: the data of a document, in which `Mention`s stand for references.
Gives: `shortened`: the same with `@name` where that means the object, else `#data.a.b`.
Implements: `specs/linkdata-1.0.md`, sections "References" and "Lexical scopes".
"""

from __future__ import annotations

from typing import Any

from linkdata.graph.entity import VALUE
from linkdata.syntax.document import DATA
from linkdata.syntax.references import Form, Reference

_Scopes = list[tuple[dict[str, Any], tuple[str, ...]]]


class Mention(str):
    """A reference to the object at `steps` below `data`."""

    __slots__ = ("steps",)
    steps: tuple[str, ...]

    def __new__(cls, steps: list[str]) -> Mention:
        """The reference from the root of the document."""
        made = super().__new__(cls, str(Reference(Form.LOCAL, (DATA, *steps))))
        made.steps = tuple(steps)
        return made


def shortened(data: dict[str, Any]) -> None:
    """Put plain texts for all mentions in the data of a document.

    What mentions an object that the document does not have is left out.
    """
    while _drop_dangling(data, data):
        pass
    _shorten(data, [(data, ())])


def _drop_dangling(holder: dict[str, Any], data: dict[str, Any]) -> bool:
    """Take away fields with mentions that lead nowhere; whether there were any."""
    found = False
    for key, value in list(holder.items()):
        if isinstance(value, dict):
            found |= _drop_dangling(value, data)
            dangling = VALUE in value and _is_dangling(value[VALUE], data)
        else:
            dangling = _is_dangling(value, data)
        if dangling:
            del holder[key]
            found = True
    return found


def _is_dangling(value: Any, data: dict[str, Any]) -> bool:
    if isinstance(value, list):
        return any(_is_dangling(item, data) for item in value if isinstance(item, list | Mention))
    if not isinstance(value, Mention):
        return False
    there: Any = data
    for step in value.steps:
        if not isinstance(there, dict) or step not in there:
            return True
        there = there[step]
    return False


def _shorten(holder: dict[str, Any], scopes: _Scopes) -> None:
    for key, value in holder.items():
        if isinstance(value, dict):
            _shorten(value, [*scopes, (value, (*scopes[-1][1], key))])
        else:
            holder[key] = _text(value, key, scopes)


def _text(value: Any, slot: str, scopes: _Scopes) -> Any:
    if isinstance(value, Mention):
        return _shortest(value, slot, scopes)
    if isinstance(value, list) and any(isinstance(item, str | list) for item in value):
        return [_text(item, slot, scopes) for item in value]
    return value


def _shortest(mention: Mention, slot: str, scopes: _Scopes) -> str:
    """`@name`, if the innermost object around that has the name means the one that is meant."""
    if not mention.steps:
        return str(mention)
    *folder, name = mention.steps
    for position, (scope, path) in enumerate(reversed(scopes)):
        if name in scope and not (position == 0 and name == slot):
            if path == tuple(folder):
                return str(Reference(Form.LEXICAL, (name,)))
            break
    return str(mention)
