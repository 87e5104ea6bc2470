from __future__ import annotations

from pathlib import Path

import pytest

import linkdata
from linkdata.graph.placement import Placements
from linkdata.resolve.loader import Loader
from linkdata.resolve.resolver import Resolver
from linkdata.resolve.retrievers import MapRetriever
from linkdata.syntax.nodes import path_of
from linkdata.syntax.references import format_path


def placed(text: str) -> list[str]:
    texts = {"http://x/a.yaml": text, "http://x/b.yaml": 'y: "./a.yaml#n"\nz: {}\n'}
    registry = Loader(MapRetriever(texts)).load("http://x/a.yaml")
    context = registry.root.contexts[0]
    found = Placements()
    found.fill(Resolver(registry), context, lambda holder, key, target: True)
    candidates = context.document.candidates
    return [format_path(path_of(c)) for c in candidates if id(c) in found.placing]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('n: {}\ndata: {a: "#n", b: "#n"}', ["data.a"]),
        ('data: {a: "#n", b: "#n"}\nn: {}', ["data.a"]),
        ('n: {}\ndata: {a: {b: ["#n"]}}', ["data.a.b[0]"]),
        ('n: {}\ndata: "#n"', ["data"]),
        ('n: {m: "#m"}\nm: {}\ndata: {a: "#n", b: "#m"}', ["n.m", "data.a"]),
        ('n: {m: "#m"}\nm: {n: "#n"}\ndata: {a: "#n"}', ["n.m", "data.a"]),
        ('n: {}\nm: "#n"\ndata: {a: "#m"}', ["data.a"]),  # the reference on the way places nothing
        ('n: {p: {}}\ndata: {a: "#n.p"}', []),
        ('n: {}\ndata: {from: "#n"}', []),
        ('n: {}\ndata: {a: {from: {type: linkdata, source: "#n"}}}', []),
        ('n: {x: "#n"}\ndata: {}', []),  # not reached
        ('data: {a: {}, b: "#data.a"}', []),
        ('n: 1\ndata: {a: "#n"}', []),
        ('n: [1, 2]\ndata: {a: "#n"}', ["data.a"]),
        ('data: {a: "./b.yaml#z"}', []),
        ('n: {}\ndata: {a: "./b.yaml#y"}', ["data.a"]),  # through another document and back
        ('n: {}\ndata: {a: "#nope", b: "#n"}', ["data.b"]),
        ('n: {}\nm: {x: "#n"}', []),
        ('n: {}\nmeta: {x: "#n"}\nstorage: {y: "#n"}\ndata: {z: "#n"}', ["data.z"]),
        ('n: [{p: "#m"}]\nm: {}\ndata: {a: "#n"}', ["n.p", "data.a"]),
        ('n: {}\ndata: {a: "@n"}', ["data.a"]),
    ],
)
def test_what_places(text: str, expected: list[str]) -> None:
    assert placed(text) == expected


def test_an_alias_places() -> None:
    import json

    found = json.loads(linkdata.loads("n: &n {x: 1}\ndata: {a: *n}\n").dumps("json"))
    assert found["data"]["a"] == {"@id": "urn:linkdata:document#n", "x": 1}


SCHEMA = """\
id: https://example.org/lab
name: lab
imports: [linkml:types]
prefixes: {lab: "https://example.org/lab/", linkml: "https://w3id.org/linkml/"}
default_prefix: lab
default_range: string
classes:
  Session:
    attributes:
      probe: {range: Probe}
      probes: {range: Probe, multivalued: true, inlined: true}
  Probe:
    attributes: {serial: {identifier: true}}
"""


def test_only_slots_that_contain_place(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(SCHEMA)
    path = tmp_path / "d.yaml"
    path.write_text(
        "meta: {imports: {lab: {from: [{path: lab.yaml}]}}}\n"
        "data:\n  is_a: Session\n  probe: '#a'\n  probes: {a: '#a'}\n  other: '#b'\n"
        "a: {}\nb: {}\nc: {is_a: Probe}\n"
    )
    with linkdata.open(path) as dataset:
        graph = dataset.graph
        places = [
            format_path(path_of(one))
            for one in graph.context.document.candidates
            if id(one) in graph.placed
        ]
        assert places == ["data.probes.a", "data.other"]
        a, c = (graph.look_up(text) for text in ("#a", "#c"))
        assert graph.owner(a)[1] == "a"
        assert graph.owner(c) is None
        assert a.class_iri == c.class_iri == "https://example.org/lab/Probe"
