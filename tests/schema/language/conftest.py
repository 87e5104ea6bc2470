"""What the tests of the specification language share."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, indent
from typing import Any

import pytest

from linkdata.errors import Diagnostic
from linkdata.schema.language.reading import read_namespaces
from linkdata.schema.language.specs import Namespace
from linkdata.schema.language.translate import translate


@pytest.fixture
def read() -> Callable[..., Namespace]:
    """Reads a namespace `toy` with one source of the given text."""

    def reads(source: str, *, findings: list[Diagnostic] | None = None) -> Namespace:
        text = "namespaces: [{name: toy, version: 0.1.0, schema: [{source: toy.yaml}]}]"
        files = {"toy.yaml": dedent(source)}
        [found] = read_namespaces(files.__getitem__, text, findings=findings)
        return found

    return reads


@pytest.fixture
def classes(read: Callable[..., Namespace]) -> Callable[..., dict[str, Any]]:
    """The classes of the translation of a source."""

    def translates(source: str) -> dict[str, Any]:
        found: dict[str, Any] = translate(read(source), {})["toy.toy"]["classes"]
        return found

    return translates


@pytest.fixture
def parts(classes: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The classes of a group type `Thing` with the given parts, beside a few types to use."""

    def translates(source: str) -> dict[str, Any]:
        head = dedent("""\
            datasets:
            - {data_type_def: Data, doc: any values}
            - data_type_def: VectorData
              data_type_inc: Data
              doc: a column
              shape: [[null], [null, null]]
              attributes: [{name: description, dtype: text, doc: what}]
            - data_type_def: Region
              data_type_inc: VectorData
              dtype: int
              doc: rows
              attributes: [{name: table, dtype: {target_type: Thing, reftype: object}, doc: of}]
            groups:
            - {data_type_def: Other, doc: another}
            - data_type_def: Thing
              doc: a thing
            """)
        return classes(head + indent(dedent(source), "  "))

    return translates
