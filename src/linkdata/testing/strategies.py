"""Hypothesis strategies: texts, keys, paths, references and whole documents.

Takes: nothing; needs `hypothesis`, which only this module imports.
Gives: strategies for the tests of linkdata, of plug-ins and of other implementations.
Implements: `specs/linkdata-1.0.md`, sections "Text", "References" and "Identity", as generators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from linkdata.syntax.references import Form, Reference, Step, format_path

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\"\\]")
_RESERVED = frozenset(("meta", "data", "storage", "prefixes", "imports"))

#: Keys that once broke something, or that methods and the format itself use.
ODD_KEYS = (
    *("", " ", ".", "..", "a.b", "a b", '"', "\\", '\\"', "[0]", "#", "@", "##", "0", "007", "-"),
    *("null", "true", "~", "<<", "*a", "&a", "!a", "%a", "?", ":", "a: b", "- a", "{}", "/", "a/b"),
    *("keys", "items", "values", "get", "value", "is_a", "entity", "open", "close", "__class__"),
    *("\0", "\n", "\r\n", "\t", "\u0085", "\u2028", "\ufeff", "é", "e\u0301", "😀", "ß", "٣"),
    *("50%", "%41", "<b>", "&amp;", "{}{}"),
)


def texts(max_size: int = 200) -> SearchStrategy[str]:
    """Texts that have much of YAML and of references in them, well-formed or not."""
    pieces = st.sampled_from(
        [
            *("a", "b: ", "- ", "? ", ": ", "[", "]", "{", "}", ", ", "#", " #", "@", "&x ", "*x"),
            *("!!str ", "!!int ", "! ", "!x ", "|\n", ">-\n", '"', "'", "\\", "\n", "\r\n", "\r"),
            *("\n  ", "\n    ", "\t", "---\n", "...\n", "%YAML 1.2\n", "%TAG ! x\n", "<<: ", "~"),
            *("#data.x", "@x", "./f#a", "p:/x", "p:#a", "001", "1e999", "0x1F", ".nan", "meta:\n"),
            *("from: ", "\ufeff", "\u2028", "\x00", "\x85", "é", "😀"),
        ]
    )
    return st.lists(st.one_of(pieces, st.text(max_size=5)), max_size=max_size // 4).map("".join)


def keys() -> SearchStrategy[str]:
    """Keys of mappings, odd ones too. Never `from`, which means something else."""
    usual = st.text("abcxyz_-019", min_size=1, max_size=6)
    odd = st.sampled_from(ODD_KEYS)
    any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    return st.one_of(usual, odd, any_text).filter(lambda key: key != "from")


def paths(min_size: int = 0) -> SearchStrategy[tuple[Step, ...]]:
    """Paths as steps; the first is a name, others may be positions."""
    steps = st.one_of(keys(), st.integers(0, 10**6))
    longer = st.builds(lambda first, rest: (first, *rest), keys(), st.lists(steps, max_size=5))
    return longer if min_size else st.one_of(st.just(()), longer)


def references() -> SearchStrategy[Reference]:
    """References of all forms."""
    name = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
    in_file = st.characters(exclude_characters="#/", exclude_categories=["Cs", "Cc"])
    file = st.lists(st.text(in_file, min_size=1, max_size=6), min_size=1, max_size=3).map("/".join)
    start = st.sampled_from(["./", "../", "../../"])
    some_path, named_path = paths(), paths(min_size=1)
    return st.one_of(
        some_path.map(lambda path: Reference(Form.LOCAL, path)),
        named_path.map(lambda path: Reference(Form.LEXICAL, path)),
        st.tuples(some_path, start, file).map(
            lambda drawn: Reference(Form.FILE, drawn[0], target=drawn[1] + drawn[2])
        ),
        st.tuples(some_path, name, file).map(lambda drawn: Reference(Form.AUTHORITY, *drawn)),
        st.tuples(some_path, name).map(lambda drawn: Reference(Form.DOCUMENT, *drawn)),
        st.tuples(name, st.one_of(st.just(""), file)).map(
            lambda drawn: Reference(Form.SOURCE, name=drawn[0], target=f"/{drawn[1]}")
        ),
    )


def plain_scalars() -> SearchStrategy[str]:
    """Texts of plain scalars that are numbers, or almost."""
    number = st.from_regex(
        r"[-+]?(0[xob]?)?[0-9_a-fA-F]{0,6}(\.[0-9]{0,4})?([eE][-+]?[0-9]{1,4})?", fullmatch=True
    )
    words = st.sampled_from(
        [
            *("null", "Null", "NULL", "nULL", "~", "true", "True", "TRUE", "tRUE", "false"),
            *(
                "False",
                "FALSE",
                "yes",
                "no",
                "on",
                "off",
                ".inf",
                "-.inf",
                "+.INF",
                ".Inf",
                ".nan",
                ".NaN",
            ),
            *("+.nan", "inf", "nan", "-0", "+0", "0", "00", "-0.0", "0o17", "0o8", "0x1F", "0xg"),
            *("1.", ".5", ".", "+.5", "1e3", "1e999", "1:30", "1_000", "2024-01-01", "+", "e5"),
        ]
    )
    return st.one_of(words, number, number)


@dataclass(frozen=True)
class Sample:
    """A document and what it must mean.

    `objects` are the canonical paths of all its objects; `references` gives for the path of each
    slot that holds a reference the path of the object that it leads to.
    """

    content: dict[str, Any]
    objects: tuple[tuple[Step, ...], ...]
    references: dict[tuple[Step, ...], tuple[Step, ...]]

    @property
    def text(self) -> str:
        """The document as YAML."""
        return written(self.content)

    def reordered(self) -> str:
        """The same with the keys of every mapping in the opposite order."""
        return written(_reversed(self.content))


@st.composite
def documents(draw: st.DrawFn) -> Sample:
    """Documents of nested mappings and lists, with references to objects among them."""
    hole = object()
    leaves = st.one_of(
        st.just(hole), st.none(), st.booleans(), st.integers(), st.sampled_from(["text", "1", "é"])
    )
    values = st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(keys(), inner, max_size=4)
        ),
        max_leaves=12,
    )
    fields = st.dictionaries(keys(), values, max_size=5)
    named = st.dictionaries(keys().filter(lambda k: k not in _RESERVED), fields, max_size=3)
    content = {"data": draw(fields), **draw(named)}
    objects: list[tuple[Step, ...]] = []
    slots: list[tuple[tuple[Step, ...], Any, Any]] = []
    for path, value, holder, slot in _walk(content, ()):
        if value is hole:
            slots.append((path, holder, slot))
        elif isinstance(value, dict) or is_named(value):
            objects.append(path)
    found: dict[tuple[Step, ...], tuple[Step, ...]] = {}
    for path, holder, slot in slots:
        target = draw(st.sampled_from(objects))
        holder[slot] = f"#{format_path(target)}"
        found[path] = target
    return Sample(content, tuple(objects), found)


def is_named(value: Any) -> bool:
    """Whether plain data is a named list (specs, "Named lists")."""
    if not isinstance(value, list) or not value:
        return False
    if not all(isinstance(item, dict) and len(item) == 1 for item in value):
        return False
    return len({key for item in value for key in item}) == len(value)


def written(value: Any) -> str:
    """Plain data as YAML in flow style, all strings quoted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(str(k))}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        return '"' + _FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", value) + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else repr(value)


def _walk(value: Any, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Any, Any, Any]]:
    """All that stands in a value: its canonical path, itself, what holds it and where."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), item, value, key
            yield from _walk(item, (*path, key))
    elif is_named(value):
        for wrapper in value:
            yield from _walk(wrapper, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index), item, value, index
            yield from _walk(item, (*path, index))


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(item) for key, item in reversed(value.items())}
    if isinstance(value, list):
        return [_reversed(item) for item in value]
    return value
