"""A document to RDF, beside rdflib, pyoxigraph, linkml-runtime and h5rdmtoolbox.

    python benchmarks/rdf.py [OBJECTS] [RUNS]

A document of OBJECTS objects (84,000, the default, make 1,000,000 triples) is made in a temporary
folder. Each figure is a process of its own. What rdflib and pyoxigraph write are the same triples,
given to them as Python strings in memory; linkdata begins with the opened document, once without a
schema and once with one that gives classes, predicates and datatypes. linkml-runtime and
h5rdmtoolbox are much slower: they get fewer of the same objects, and are counted per object; what
is not installed is left out. The memory is what Python allocates at most while N-Quads are written,
for an eighth of the objects and for all: of the document without a schema and with one, and of
others that are said object by object, which use NWB's schemas, extend a document (and lay something
over each of its objects), bring each object with `from`, or bring a file. That of the file has a
quarter of the objects; what was read of 4096 groups is kept anyway.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import Measured, run, side_by_side

ITEM = """\
  item{i}:
    is_a: o:Item
    name: thing number {i}
    count: {i}
    weight: {weight}
    flag: {flag}
    site: CA{site}
    next: "#items.item{following}"
    note: some words about {i}
    x: {x}
    y: {y}
"""
HEAD = """\
meta: {id: big, base: 'https://example.org/lab/'}
prefixes: {o: 'http://example.org/o/'}
data:
  items: '#items'
items:
"""
#: The same with its classes and datatypes from a schema.
TYPED_HEAD = HEAD.replace("prefixes: {o: 'http://example.org/o/'}",
                          "imports: {o: {from: [{path: o.yaml}]}}")  # fmt: skip
OPEN = "import linkdata, linkdata.rdf.formats\nds = linkdata.open({path!r})"
WRITE = """
with open({out!r}, 'w') as out:
    for part in linkdata.rdf.formats.written(ds.graph, {format!r}):
        out.write(part)
"""
TRIPLES = """
import re
lines = open({path!r}).read().splitlines()
triples = [line[:-2].split(' ', 2) for line in lines]
literal = re.compile(r'"(.*)"(?:\\^\\^<(.*)>)?$', re.DOTALL)
def taken(term):
    return (term[1:-1],) if term[0] == '<' else literal.match(term).groups()
triples = [(s[1:-1], p[1:-1], taken(o)) for s, p, o in triples]
del lines
"""
RDFLIB = """
import rdflib
graph = rdflib.Dataset().default_graph
for s, p, o in triples:
    if len(o) == 1:
        term = rdflib.URIRef(o[0])
    else:
        term = rdflib.Literal(o[0], datatype=o[1] and rdflib.URIRef(o[1]))
    graph.add((rdflib.URIRef(s), rdflib.URIRef(p), term))
open({out!r}, 'w').write(graph.serialize(format='nt'))
"""
OXIGRAPH = """
import pyoxigraph as ox
def quads():
    for s, p, o in triples:
        if len(o) == 1:
            term = ox.NamedNode(o[0])
        elif o[1]:
            term = ox.Literal(o[0], datatype=ox.NamedNode(o[1]))
        else:
            term = ox.Literal(o[0])
        yield ox.Quad(ox.NamedNode(s), ox.NamedNode(p), term)
ox.serialize(list(quads()), {out!r}, format=ox.RdfFormat.N_QUADS)
"""
#: Schemas are read before: they take the same for every document.
MEMORY = """
import gc, itertools, tracemalloc
with ds:
    for part in itertools.islice(linkdata.rdf.formats.written(ds.graph, 'nq'), 100):
        pass
    gc.collect()
    tracemalloc.start()
    for part in linkdata.rdf.formats.written(ds.graph, 'nq'):
        pass
print(tracemalloc.get_traced_memory()[1] / 2**20)
"""
LINES = """
with open({out!r}, 'w') as out:
    for s, p, o in triples:
        if len(o) == 1:
            out.write(f'<{{s}}> <{{p}}> <{{o[0]}}> .\\n')
        elif o[1]:
            out.write(f'<{{s}}> <{{p}}> "{{o[0]}}"^^<{{o[1]}}> .\\n')
        else:
            out.write(f'<{{s}}> <{{p}}> "{{o[0]}}" .\\n')
"""
SCHEMA = """
id: http://example.org/o
name: o
prefixes: {linkml: https://w3id.org/linkml/, o: http://example.org/o/}
default_prefix: o
default_range: string
imports: [linkml:types]
classes:
  Items:
    attributes: {items: {range: Item, multivalued: true, inlined_as_list: true}}
  Item:
    attributes:
      id: {identifier: true, range: uriorcurie}
      name: {}
      count: {range: integer}
      weight: {range: float}
      flag: {range: boolean}
      site: {}
      next: {range: uriorcurie}
      note: {}
      x: {range: integer}
      y: {range: integer}
"""
#: Documents that are said object by object: what stands before the objects, and each of these.
BY_OBJECT = {
    "by NWB's schemas": (
        """\
meta:
  id: many
  base: https://example.org/lab/
  imports:
    core: {as: nwb, from: [{pypi: {package: pynwb}}]}
    hdmf-common: {as: hdmf, from: [{pypi: {package: hdmf}}]}
data:
  is_a: NWBFile
  acquisition:
""",
        "    t{i}: {{is_a: TimeSeries, description: d{i}, data: [1.0, 2.0], unit: V, rate: 1.0}}\n",
    ),
    "extending a document": ("meta: {id: many, extends: ./big.yaml}\ndata: {own: 1}\n", ""),
    "laid over a document": (
        "meta: {id: many, extends: ./big.yaml}\nitems:\n", "  item{i}: {{checked: true}}\n"
    ),
    "each with a `from`": (
        "mould: {site: CA1, note: some words}\ndata:\n",
        "  item{i}: {{from: '#mould', count: {i}}}\n",
    ),
    "of a file": (
        "meta: {id: many, prefixes: {x: {path: many.h5}}}\n"
        "data: {from: {type: hdf5, source: 'x:/'}}\n", ""
    ),
}  # fmt: skip
H5_ITEMS = """
import h5py
with h5py.File({path!r}, 'w') as file:
    for i in range({count}):
        file.create_group(f'item{{i}}').attrs['count'] = i
"""
LINKML_SETUP = """
from linkml_runtime import SchemaView
from linkml_runtime.dumpers import RDFLibDumper
from linkml.generators.pythongen import PythonGenerator
schema = {schema!r}
module = PythonGenerator(schema).compile_module()
items = module.Items(items=[module.Item(
    id=f'o:item{{i}}', name=f'thing number {{i}}', count=i, weight=i * 0.25, flag=bool(i % 2),
    site=f'CA{{i % 4}}', next=f'o:item{{i * 7 % {count}}}', note=f'some words about {{i}}',
    x=i * 3, y=i * 5) for i in range({count})])
view = SchemaView(schema)
"""
LINKML = "open({out!r}, 'w').write(RDFLibDumper().dumps(items, schemaview=view))"
H5_SETUP = """
import h5py, h5rdmtoolbox
with h5py.File({path!r}, 'w') as file:
    for i in range({count}):
        group = file.create_group(f'items/item{{i}}')
        group.attrs.update(name=f'thing number {{i}}', count=i, weight=i * 0.25, flag=bool(i % 2),
                           site=f'CA{{i % 4}}', note=f'some words about {{i}}', x=i * 3, y=i * 5)
"""
H5 = "open({out!r}, 'w').write(h5rdmtoolbox.dump_jsonld({path!r}))"


def document(count: int) -> str:
    """The text of a document of `count` objects."""
    items = (
        ITEM.format(i=i, weight=i * 0.25, flag=str(bool(i % 2)).lower(), site=i % 4,
                    following=i * 7 % count, x=i * 3, y=i * 5)
        for i in range(count)
    )  # fmt: skip
    return HEAD + "".join(items)


def main(count: int, runs: int, folder: Path) -> None:
    path, lines, out = folder / "big.yaml", folder / "triples.nt", str(folder / "out")
    typed = folder / "typed.yaml"
    (folder / "o.yaml").write_text(SCHEMA)
    write(path, typed, count)
    run(f"import linkdata\nlinkdata.open({str(path)!r}).save({str(lines)!r})")
    number = sum(1 for _ in lines.open())
    print(f"{number} triples of {count} objects")
    opened, triples = OPEN.format(path=str(path)), TRIPLES.format(path=str(lines))
    by_schema = OPEN.format(path=str(typed))
    found = side_by_side(
        {
            "linkdata, N-Quads": (opened, WRITE.format(out=out, format="nq")),
            "linkdata, Turtle": (opened, WRITE.format(out=out, format="ttl")),
            "linkdata, N-Quads, by a schema": (by_schema, WRITE.format(out=out, format="nq")),
            "linkdata, Turtle, by a schema": (by_schema, WRITE.format(out=out, format="ttl")),
            "pyoxigraph, quads and N-Quads": (triples, OXIGRAPH.format(out=out)),
            "lines alone": (triples, LINES.format(out=out)),
        },
        runs=runs,
    )
    found["rdflib, graph and N-Triples"] = Measured(*run(RDFLIB.format(out=out), triples))
    ours = found["linkdata, N-Quads"].seconds
    for name, one in found.items():
        print(f"{name:32} {one.seconds:8.2f} s {one.seconds / ours:7.2f} x")
    by_object(folder, count)
    peers(folder, ours / count, found["linkdata, N-Quads, by a schema"].seconds / count, out)


def write(path: Path, typed: Path, count: int) -> None:
    """A document of `count` objects, and the same with a schema."""
    text = document(count)
    path.write_text(text)
    typed.write_text(text.replace(HEAD, TYPED_HEAD))


def by_object(folder: Path, count: int) -> None:
    """What memory is taken by the writing of documents, and how much more for each object."""
    path, typed, many = (folder / name for name in ("big.yaml", "typed.yaml", "many.yaml"))
    found: dict[str, list[float]] = {}
    for size in (count // 8, count):
        write(path, typed, size)
        found.setdefault("without a schema", []).append(memory(path))
        found.setdefault("by a schema", []).append(memory(typed))
        for name, (head, item) in BY_OBJECT.items():
            here = size // 4 if name == "of a file" else size
            many.write_text(head + "".join(item.format(i=i) for i in range(here)))
            if name == "of a file":
                run(H5_ITEMS.format(path=str(folder / "many.h5"), count=here))
            found.setdefault(name, []).append(memory(many))
    for name, (less, more) in found.items():
        here = count // 4 if name == "of a file" else count
        each = (more - less) * 2**20 / (here - here // 8)
        print(f"memory for N-Quads of {here // 8:6} objects, then {here:6}, {name:22}"
              f" {less:6.2f} MiB {more:6.2f} MiB {each:6.0f} bytes for each more")  # fmt: skip


def memory(path: Path) -> float:
    """The most MiB that writing N-Quads of a document allocates."""
    code = [sys.executable, "-c", OPEN.format(path=str(path)) + MEMORY]
    return float(subprocess.run(code, stdout=subprocess.PIPE, text=True, check=True).stdout)


def peers(folder: Path, ours: float, by_schema: float, out: str) -> None:
    """What is counted per object, and for that given fewer of them."""
    path = str(folder / "items.h5")
    for package, name, count, setup, code in (
        ("linkml", "linkml-runtime, RDFLibDumper", 2000, LINKML_SETUP, LINKML),
        ("h5rdmtoolbox", "h5rdmtoolbox, JSON-LD", 500, H5_SETUP, H5),
    ):
        if importlib.util.find_spec(package) is None:
            print(f"{name:32} not installed")
            continue
        seconds, _ = run(
            code.format(path=path, out=out), setup.format(path=path, count=count, schema=SCHEMA)
        )
        each = seconds / count
        print(f"{name:32} {each * 1e6:8.0f} us an object {each / ours:7.0f} x")
    for name, each in (("", ours), (", by a schema", by_schema)):
        print(
            f"{'linkdata, N-Quads' + name:32} {each * 1e6:8.0f} us an object {each / ours:7.1f} x"
        )


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as name:
        main(*{0: 84_000, 1: 1, **dict(enumerate(given))}.values(), Path(name))
