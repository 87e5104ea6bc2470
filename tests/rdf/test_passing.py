"""What is said is forgotten: the same triples, in memory that does not grow with the objects."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest
from hypothesis import given, settings

import linkdata
from linkdata.arrays.hdf5 import session
from linkdata.dataset.spoken import spoken
from linkdata.graph import passing
from linkdata.rdf import statements as under_test
from linkdata.rdf.canonical import canonical
from linkdata.rdf.lines import lines
from linkdata.rdf.statements import Options, statements
from linkdata.testing.strategies import Sample, documents

OPTIONS = [Options(), Options(rows=True, superclasses=True), Options(fields=False)]
OVERLAID = """\
meta: {id: d, base: http://b/}
mould: {unit: V, parts: {a: {x: 1}, b: {y: "#n"}}, list: [{z: 1}, ["#n"]]}
data: {p: {from: "#mould", parts: {a: {w: 2}}}, q: {from: "#mould"}, r: {from: "#data.p", unit: A}}
n: {again: "#data.q", self: "#n"}
"""
HEAD = "meta: {id: d, base: 'http://b/', %s}\ndata:\n"
NWB = """imports: {
  core: {as: nwb, from: [{pypi: {package: pynwb}}]},
  hdmf-common: {as: hdmf, from: [{pypi: {package: hdmf}}]}}"""


def said(ds: linkdata.Dataset, options: Options) -> list[str]:
    with spoken(ds.graph) as graph:
        text = "".join(lines(statements(graph, options), {}))
    return list(canonical(text.split("\n")))


def agree(ds: linkdata.Dataset, options: Options) -> None:
    """Whether the same is said by a graph that keeps all and by one that forgets at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(under_test, "is_plain", lambda rules, context: False)
        patch.setattr(under_test, "passing", lambda graph: graph)
        expected = said(ds, options)
    for block in (1, 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(under_test, "is_plain", lambda rules, context: False)
            patch.setattr(under_test, "_BLOCK", block)
            patch.setattr(under_test, "KEPT", block)
            patch.setattr(passing, "KEPT", block)
            assert said(ds, options) == expected


@settings(max_examples=20, deadline=None)
@given(sample=documents())
def test_every_document_says_the_same(sample: Sample) -> None:
    agree(linkdata.loads(sample.text), Options())


def test_a_file_says_the_same(nwb: Path) -> None:
    agree(linkdata.open(nwb), Options(rows=True, superclasses=True))


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", ["rich", "overlaid", "extends"])
def test_the_same_is_said(kind: str, options: Options, tmp_path: Path, readers: Any) -> None:
    if kind == "extends":
        (tmp_path / "base.yaml").write_text(OVERLAID.replace("id: d", "id: b"))
        text = HEAD % "extends: ./base.yaml" + "  q: {parts: {b: {v: 1}}}\n  s: {from: '#mould'}\n"
        agree(linkdata.loads(text, base=tmp_path / "d.yaml"), options)
    else:
        agree(linkdata.loads(readers.rich if kind == "rich" else OVERLAID), options)


def by_schemas(folder: Path, count: int) -> linkdata.Dataset:
    text = "".join(f"    t{i}: {{is_a: TimeSeries, unit: V, rate: 1.0}}\n" for i in range(count))
    head = HEAD % NWB + "  is_a: NWBFile\n  acquisition:\n"
    return linkdata.loads(head + text, base=folder / "d.yaml")


def extending(folder: Path, count: int) -> linkdata.Dataset:
    text = "".join(f"  t{i}: {{x: {i}, inner: {{y: {i}}}}}\n" for i in range(count))
    (folder / "base.yaml").write_text("data:\n" + text)
    return linkdata.loads(HEAD % "extends: ./base.yaml" + "  own: 1\n", base=folder / "d.yaml")


def laid_over(folder: Path, count: int) -> linkdata.Dataset:
    extending(folder, count)
    text = "".join(f"  t{i}: {{note: {i}}}\n" for i in range(count))
    return linkdata.loads(HEAD % "extends: ./base.yaml" + text, base=folder / "d.yaml")


def brought(folder: Path, count: int) -> linkdata.Dataset:
    text = "".join(f"  t{i}: {{from: '#mould', x: {i}}}\n" for i in range(count))
    return linkdata.loads("mould: {unit: V, inner: {y: 1}}\ndata:\n" + text)


def of_a_file(folder: Path, count: int) -> linkdata.Dataset:
    with h5py.File(folder / "x.h5", "w") as file:
        for i in range(count):
            file.create_group(f"t{i}").attrs["x"] = i
    text = HEAD % "prefixes: {x: {path: x.h5}}" + "  from: {type: hdf5, source: 'x:/'}\n"
    return linkdata.loads(text, base=folder / "d.yaml")


def peak(ds: linkdata.Dataset) -> int:
    """The most bytes that saying a document takes beyond the document and its schemas."""
    with ds:
        list(statements(ds.graph))  # reads the schemas
        gc.collect()
        tracemalloc.start()
        try:
            for _ in statements(ds.graph):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("make", [by_schemas, extending, laid_over, brought, of_a_file])
def test_memory_does_not_grow_with_the_objects(
    make: Callable[[Path, int], linkdata.Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is kept at most is soon reached.
    monkeypatch.setattr(under_test, "_BLOCK", 32)
    monkeypatch.setattr(under_test, "KEPT", 32)
    monkeypatch.setattr(session, "_MAX_SAID", 32)
    monkeypatch.setattr(session, "_MAX_GROUPS", 32)
    few, many = 64, 448
    growth = peak(make(tmp_path, many)) - peak(make(tmp_path, few))
    assert growth < 500 * (many - few)  # keeping objects takes some thousand for each
