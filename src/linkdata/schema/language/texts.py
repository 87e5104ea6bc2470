"""Texts of the specification language as plain data, and the places in them.

Takes: the text of a namespace or source file, YAML or JSON.
Gives: `plain`: dicts, lists and scalars; `place`: the span of a part of it, for a message;
`source_text`, the text of a source by its name.
Errors: `SchemaError` (`schema-invalid`) where the text is not YAML, with its place.
Source: HDMF specification language, section "Introduction" (YAML or JSON).

Scalars are those of YAML 1.2's core schema, as the language's own tools read them: `no` and
`2020-01-01` are strings. Of a namespace file every scalar but null is a string, so that version
`1.10` stays `1.10`.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from typing import Any

import yaml

from linkdata import spans
from linkdata.errors import SchemaError, error

SUFFIXES = (".yaml", ".yml", ".json")

# The largest file of the language that is known has some ten thousand values, ten deep.
LARGEST = 1_000_000
DEEPEST = 100

_CORE = (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
)


class _SpecLoader(yaml.CSafeLoader):
    """YAML 1.2's core schema."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (add_implicit_resolver fills it)


class _NamespaceLoader(yaml.CSafeLoader):
    """Strings and nulls."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (add_implicit_resolver fills it)


def stem(source: str) -> str:
    """The name of a source without its suffix."""
    for suffix in SUFFIXES:
        if source.endswith(suffix):
            return source[: -len(suffix)]
    return source


def source_text(load: Callable[[str], str], name: str) -> str | None:
    """The text of a source, with any suffix; None when it is not there."""
    plain = stem(name)
    for candidate in dict.fromkeys((name, plain, *(plain + suffix for suffix in SUFFIXES))):
        try:
            return load(candidate)
        except (LookupError, OSError):
            continue
    return None


def _decimal(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


for _name, _pattern, _first in _CORE:
    for _loader in (_SpecLoader, _NamespaceLoader)[: 2 if _name == "null" else 1]:
        _loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{_name}",
            re.compile(f"(?:{_pattern})\\Z"),
            ["" if first == "\0" else first for first in _first],
        )
_SpecLoader.add_constructor("tag:yaml.org,2002:int", _decimal)


def plain(name: str, text: str, *, strings: bool = False) -> Any:
    """The data of a text; with `strings`, numbers and booleans are kept as they are spelled."""
    try:
        return _measured(name, _loaded(text, strings=strings))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        span = spans.Source(name, text).span(mark.index) if mark else None
        message = f"not YAML: {problem.problem or problem.context}"
        raise SchemaError(error("schema-invalid", message, span)) from problem
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        message = f"not YAML: {problem}"
        raise SchemaError(error("schema-invalid", message, place=name)) from problem


def _loaded(text: str, *, strings: bool) -> Any:
    with contextlib.suppress(ValueError):
        return json.loads(text, **(_SPELLED if strings else {}))
    _check_depth(text)
    return yaml.load(text, _NamespaceLoader if strings else _SpecLoader)


def _check_depth(text: str) -> None:
    """Raises `RecursionError` for what is so deep that libyaml's own recursion would not end."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise RecursionError("nested too deeply")


def _measured(name: str, data: Any) -> Any:
    """The data, if it is of a size that a schema may have, each alias counted as what it names."""
    pending, count = [(data, 0)], 0
    while pending:
        value, depth = pending.pop()
        count += 1
        if depth > DEEPEST or count > LARGEST:
            message = "nested too deeply, or too large, or an alias inside its own anchor"
            raise SchemaError(error("schema-invalid", message, place=name))
        if isinstance(value, dict):
            pending += ((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            pending += ((item, depth + 1) for item in value)
    return data


_SPELLED: dict[str, Any] = {"parse_int": str, "parse_float": str, "parse_constant": str}


def place(name: str, text: str, path: tuple[str | int, ...]) -> spans.Span:
    """The span of the part at `path` (keys and positions), or of the nearest above it.

    The text is composed anew for it: only messages need places.
    """
    source = spans.Source(name, text)
    try:
        node = yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError:  # JSON is almost YAML
        node = None
    if node is None:
        return source.span(0)
    for step in path:
        found = _part(node, step)
        if found is None:
            break
        node = found
    start, end = node.start_mark.index, node.end_mark.index
    return source.span(start, max(end, start + 1))


def _part(node: yaml.Node, step: str | int) -> yaml.Node | None:
    found: list[yaml.Node] = []
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        found = node.value[step : step + 1]
    elif isinstance(node, yaml.MappingNode):
        found = [value for key, value in node.value if key.value == step]
    return found[0] if found else None
