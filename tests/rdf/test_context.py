from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings

import linkdata
from linkdata.cli.main import cli
from linkdata.errors import OutputError
from linkdata.rdf.context import context
from linkdata.testing.strategies import Sample, documents

SCHEMA = """\
id: https://example.org/lab
name: lab
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/}
default_prefix: ex
imports: [linkml:types]
classes:
  Probe:
    attributes:
      name: {slot_uri: ex:probeName}
      made: {range: datetime}
      depth: {range: float}
      parts: {range: Part, multivalued: true, inlined_as_list: true}
      term: {range: uriorcurie}
  Part: {attributes: {name: {slot_uri: ex:partName}, marks: {range: date, multivalued: true}}}
"""


def check(ds: linkdata.Dataset, readers: Any) -> set[str]:
    """The expanded JSON with the context says all that linkdata says, to PyLD and to rdflib."""
    document = {**context(ds.graph), **json.loads(ds.dumps("json"))}
    ours = readers.rounded(readers.canonical(ds))
    assert readers.rounded(readers.by_pyld(document)) == ours
    assert readers.rounded(readers.lines_by_rdflib(json.dumps(document), "jsonld")) == ours
    return ours


def test_an_untyped_document(readers: Any) -> None:
    check(linkdata.loads("""\
meta: {id: d, base: http://b/}
prefixes: {o: http://o/, xsd: "http://www.w3.org/2001/XMLSchema#"}
data:
  is_a: o:Thing
  text: words
  "odd key": 1
  "a: b": [1, 2]
  "a/b c": true
  "@id": at
  real: 1.0
  flags: [true, false]
  no_number: .nan
  bounds: [-.inf, .inf, 2.5]
  lists: [[1, 2], [3]]
  about: o:x
  named: {"@value": Maus, "@language": de}
  weighed: {"@value": "1.50", "@type": xsd:decimal}
  n: "#n"
n: {x: 1, text: [a, b], back: "#data"}
"""), readers)  # fmt: skip


def test_classes_have_names_of_their_own(tmp_path: Path, readers: Any) -> None:
    (tmp_path / "lab.yaml").write_text(SCHEMA)
    (tmp_path / "d.yaml").write_text("""\
meta: {id: d, base: http://b/, prefixes: {o: http://o/}, imports: {lab: {from: [{path: lab.yaml}]}}}
data:
  is_a: lab:Probe
  name: p
  made: 2024-01-01T00:00:00Z
  depth: 2.5
  term: o:x
  parts: [{name: q, marks: [2024-01-01]}, {name: r}]
""")  # fmt: skip
    lines = check(linkdata.open(tmp_path / "d.yaml"), readers)
    assert '<http://b/d#data> <https://example.org/probeName> "p" .\n' in lines


def test_prefixes_of_any_form(readers: Any) -> None:
    """`ncbi` ends in no delimiter; `mailto` is a scheme too."""
    ds = linkdata.loads("""\
meta: {id: d, base: http://b/}
prefixes: {ncbi: "http://o/NCBITaxon_", mailto: "http://o/mail/", o: "mailto:x@"}
data: {species: ncbi:10090, lists: [ncbi:1, ncbi:2], address: o:y.org}
""")
    assert any(" <http://o/NCBITaxon_10090> " in line for line in check(ds, readers))


def test_a_file_has_the_context_of_its_document(nwb: Path, tmp_path: Path, readers: Any) -> None:
    (tmp_path / "x.nwb").write_bytes(nwb.read_bytes())
    runner = CliRunner()
    found = []
    assert not runner.invoke(
        cli, ["convert", str(tmp_path / "x.nwb"), str(tmp_path / "x.yaml")]
    ).exit_code
    for name in ("x.nwb", "x.yaml"):
        done = runner.invoke(cli, ["context", str(tmp_path / name)])
        with linkdata.open(tmp_path / name) as ds:
            found.append((json.loads(done.stdout), json.loads(ds.dumps("json"))))
    assert found[0] == found[1]
    with linkdata.open(tmp_path / "x.yaml") as ds:
        check(ds, readers)


def test_arrays_have_identities(tmp_path: Path, readers: Any) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a"] = numpy.arange(6).reshape(2, 3)
        file["s"] = numpy.arange(3)
        file["s"].attrs["unit"] = "V"
    (tmp_path / "d.yaml").write_text(
        "meta: {id: d, base: http://b/}\nprefixes: {x: {path: x.h5}}\n"
        "data: {a: 'x:/a', s: {from: {type: hdf5, source: 'x:/s'}}}\n"
    )
    check(linkdata.open(tmp_path / "d.yaml"), readers)


def test_a_name_with_values_of_several_kinds(tmp_path: Path, readers: Any) -> None:
    """What no definition says for all, the values say by themselves."""
    ds = linkdata.loads("""\
meta: {id: d, base: http://b/, note: {x: [1, {y: 2}]}}
prefixes: {o: http://o/, urn: http://u/, "long.name": http://l/}
data:
  x: 1
  one: {x: [1, 2.0, null, text, "o:it", [o:a, [], "@deep"], {z: 1}], n: "#data"}
  two: {x: "urn:a", n: [1, "#data"]}
  three: {x: long.name:b, n: {"@value": Maus, "@language": de}}
  four: {x: .nan, n: 123456789012345678901234567890}
  five: {x: true, n: !!str o:it, "o:it": 3}
  six: {is_a: o:Thing, x: {"@value": "1.50", "@type": o:type}, n: "2024-01-01"}
  deep: {"@id": 7, "": 8, "a/b c": [9], "o:it": [3]}
""")
    check(ds, readers)
    plain = json.loads(ds.dumps("json"))["data"]
    assert plain["two"]["n"] == {"@list": [1, {"@id": "http://b/d#data"}]}
    assert plain["one"]["x"]["@list"][0] == 1


def test_texts_that_stand_for_something_else(tmp_path: Path, readers: Any) -> None:
    (tmp_path / "lab.yaml").write_text("""\
id: https://example.org/lab
name: lab
prefixes: {linkml: https://w3id.org/linkml/, ex: https://example.org/}
default_prefix: ex
imports: [linkml:types]
enums: {Verdict: {permissible_values: {good: {meaning: ex:Good}, bad: {}}}}
classes:
  Probe:
    attributes: {verdict: {range: Verdict}, exact: {range: decimal}, single: {range: float}}
""")
    (tmp_path / "d.yaml").write_text("""\
meta: {id: d, base: http://b/, imports: {lab: {from: [{path: lab.yaml}]}}}
data: {is_a: lab:Probe, verdict: good, exact: 1.5, single: 2}
other: {is_a: lab:Probe, verdict: bad, exact: 2, single: 0.1}
""")
    lines = check(linkdata.open(tmp_path / "d.yaml"), readers)
    assert any("example.org/Good>" in line for line in lines)


@settings(max_examples=20, deadline=None)
@given(sample=documents())
def test_every_document_is_json_ld(sample: Sample, readers: Any) -> None:
    # PyLD drops IRIs with spaces of other scripts, which IRIs may have.
    assume(not re.search(r"[^\S\x00-\x7f]", json.dumps(sample.content, ensure_ascii=False)))
    check(linkdata.loads(sample.text), readers)


def test_the_rich_document_is_json_ld(readers: Any) -> None:
    check(linkdata.loads(readers.rich), readers)


def test_what_rdf_refuses_plain_data_still_says(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(SCHEMA)
    (tmp_path / "d.yaml").write_text(
        "meta: {id: d, imports: {lab: {from: [{path: lab.yaml}]}}}\n"
        "data: {is_a: lab:Probe, term: words}\n"
    )
    ds = linkdata.open(tmp_path / "d.yaml")
    with pytest.raises(OutputError, match="iri-invalid"):
        ds.dumps("nt")
    found = json.loads(ds.dumps("json"))
    assert found["data"]["term"] == "words"
    assert "@included" not in found
