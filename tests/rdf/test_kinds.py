"""Documents with schemas, read as they are written: the same is said through entities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkdata
from linkdata.errors import LinkdataError
from linkdata.rdf import statements as under_test
from linkdata.rdf.canonical import canonical
from linkdata.rdf.lines import lines
from linkdata.rdf.statements import Options, statements
from linkdata.syntax.writer import document

SCHEMA = """\
id: https://example.org/lab
name: lab
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/, o: http://o/}
default_prefix: ex
imports: [linkml:types]
enums:
  Verdict: {permissible_values: {good: {meaning: o:Good}, bad: {}}}
classes:
  Any: {class_uri: linkml:Any}
  Thing: {attributes: {label: {range: string}, any: {range: Any}}}
  Box:
    attributes:
      parts: {range: Part, multivalued: true, inlined_as_list: true}
      named: {range: Part, multivalued: true, inlined: true}
      mention: {range: Part, multivalued: true}
      one: {range: Part, inlined: true}
      far: {range: Part}
      boxes: {range: Box, multivalued: true, inlined: true}
      either: {any_of: [{range: Part}, {range: Box}], inlined: true}
      x: {range: float}
      n: {range: integer}
      v: {range: Verdict}
      exact: {range: decimal}
      l: {range: float, multivalued: true}
  Part:
    is_a: Thing
    class_uri: o:Part
    attributes:
      w: {range: double}
      when: {range: date, multivalued: true}
      inner: {range: Part, inlined: true}
"""
META = {
    "id": "d", "base": "http://b/", "prefixes": {"o": "http://o/"},
    "imports": {"lab": {"from": [{"path": "lab.yaml"}]}},
}  # fmt: skip
FIELDS = ("parts", "named", "mention", "one", "far", "boxes", "either", "x", "n", "v", "exact", "l",
          "w", "when", "inner", "label", "any", "free")  # fmt: skip
NAMED = ("a", "b", "c")
CLASSES = st.sampled_from(("lab:Part", "lab:Box", "Box", "Part", "Thing", "o:Other", "#data"))
SCALARS = st.sampled_from((
    1, 2.5, -3, True, None, "text", "o:x", "2024-01-01", "good", "bad", "", "##x",
    10**21, "lab:Part",
))  # fmt: skip
REFERENCES = st.sampled_from((*(f"#{name}" for name in NAMED), "#data"))


def objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = st.dictionaries(st.sampled_from(FIELDS), values, max_size=5)
    typed = st.tuples(fields, CLASSES).map(lambda pair: {"is_a": pair[1], **pair[0]})
    named = st.dictionaries(st.sampled_from(("k1", "k2")), fields, max_size=2)
    return fields | typed | named


VALUES = st.recursive(
    SCALARS | REFERENCES, lambda inner: objects(inner) | st.lists(inner, max_size=3), max_leaves=15
)


def opened(folder: Path, content: Any) -> linkdata.Dataset:
    (folder / "lab.yaml").write_text(SCHEMA)
    (folder / "d.yaml").write_text(document({"meta": META, **content}))
    return linkdata.open(folder / "d.yaml")


def said(ds: linkdata.Dataset, options: Options) -> Any:
    try:
        return list(canonical("".join(lines(statements(ds.graph, options), {})).split("\n")))
    except LinkdataError as problem:
        return problem.diagnostic.code


@settings(max_examples=60, deadline=None)
@given(data=objects(VALUES), named=st.fixed_dictionaries(dict.fromkeys(NAMED, VALUES)))
def test_the_quick_way_says_the_same(
    data: Any, named: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("typed")
    content = {"data": {"is_a": "lab:Box", **data}, **named}
    for superclasses in (False, True):
        options = Options(superclasses=superclasses)
        quick = said(opened(folder, content), options)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(under_test, "is_plain", lambda rules, context: False)
            assert said(opened(folder, content), options) == quick


def test_classes_follow_from_slots(tmp_path: Path) -> None:
    content = {
        "data": {
            "is_a": "lab:Box", "parts": [{"w": 1, "x": 2}], "named": {"p": {"inner": {"w": 2}}},
            "one": "#a", "far": "#b",
        },
        "a": {"label": "placed"}, "b": {"label": "mentioned"},
    }  # fmt: skip
    ds = opened(tmp_path, content)
    found = "".join(lines(statements(ds.graph), {})).splitlines()
    parts = {line.split(" ")[0] for line in found if "#type> <http://o/Part>" in line}
    assert parts == {
        f"<http://b/d#{place}>"
        for place in ("data.parts%5B0%5D", "data.named.p", "data.named.p.inner", "a")
    }
    # Entities are made of what references place, of nothing else.
    assert {one.iri.partition("#")[2] for one in ds.graph.known()} <= {"", "data", "a", "b"}
