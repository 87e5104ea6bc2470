from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from linkdata.errors import LinkdataError, ResolutionError
from linkdata.resolve.checks import document_findings
from linkdata.resolve.loader import Loader
from linkdata.resolve.resolver import Resolver, Target
from linkdata.resolve.retrievers import MapRetriever
from linkdata.syntax.nodes import Mapping, Scalar, path_of
from linkdata.syntax.references import format_path, parse_path
from linkdata.testing.bounds import deadline


class World:
    def __init__(self, text: str, **others: str) -> None:
        texts = {f"http://x/{name}.yaml": other for name, other in others.items()}
        self.registry = Loader(MapRetriever(texts | {"http://x/a.yaml": text})).load(
            "http://x/a.yaml", "a.yaml"
        )
        assert self.registry.root.diagnostics == ()
        self.context = self.registry.root.contexts[0]
        self.resolver = Resolver(self.registry)

    def target(self, reference: str, at: str = "") -> Target:
        return self.resolver.resolve_text(self.context, reference, parse_path(at) or ())

    def get(self, reference: str, at: str = "") -> Any:
        """A scalar's value, or the place of anything else."""
        target = self.target(reference, at)
        node = target.node
        if isinstance(node, Scalar):
            return node.value
        assert isinstance(node, Mapping)
        return f"{target.context.iri.rpartition(':')[2]}#{format_path(path_of(node))}"

    def names(self, reference: str) -> list[str]:
        return self.resolver.names(self.target(reference))

    def findings(self) -> list[str]:
        found = document_findings(self.resolver, self.context, own=False)
        return sorted({f"{one.code} {one.span.position if one.span else ''}" for one in found})


def chain(length: int, target: str = "{x: 1}") -> str:
    return "".join(f'a{n}: "#a{n + 1}"\n' for n in range(length)) + f"a{length}: {target}\n"


# Chains


def test_ten_thousand_references_in_a_row_do_not_recurse() -> None:
    assert World(chain(10_000)).get("#a0.x") == 1


def test_a_chain_across_documents() -> None:
    others = {f"b{n}": f'x: "./b{n + 1}.yaml#x"\n' for n in range(300)}
    assert World('x: "./b0.yaml#x"\n', **others, b300="x: 1\n").get("#x") == 1


def test_checking_a_chain_takes_linear_work(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(chain(500))
    steps = 0
    original = Resolver.begin

    def counted(*args: Any, **given: Any) -> Any:
        nonlocal steps
        steps += 1
        return original(*args, **given)

    monkeypatch.setattr(Resolver, "begin", counted)
    assert world.findings() == []
    assert steps < 500 * 5


def test_the_findings_about_a_circle_are_not_as_large_as_its_square() -> None:
    size = 300
    world = World("".join(f'a{n}: "#a{(n + 1) % size}"\n' for n in range(size)))
    found = list(document_findings(world.resolver, world.context, own=False))
    assert len(found) == size
    assert sum(len(one.related) + len(one.message) for one in found) < size * 2_000


@pytest.mark.parametrize("length", [101, 2_000])
def test_a_long_chain_of_from_arrives(length: int) -> None:
    text = "".join(f'a{n}: {{from: "#a{n + 1}"}}\n' for n in range(length))
    assert World(f"{text}a{length}: {{x: 1}}\n").names("#a0") == ["x"]


def test_a_chain_of_from_arrives() -> None:
    text = "".join(f'a{n}: {{from: "#a{n + 1}", k{n}: 1}}\n' for n in range(90))
    assert len(World(f"{text}a90: {{x: 1}}\n").names("#a0")) == 91


def test_references_that_need_each_other_on_the_way() -> None:
    length = 150
    text = "".join(f'a{n}: "#a{n + 1}.x"\n' for n in range(length))
    named = "".join(f"d{n}: {{x: '#d{n + 1}'}}\n" for n in range(length + 1))
    world = World(f'{text}a{length}: "#d0"\n{named}d{length + 1}: {{}}\n')
    assert world.get("#a0") == f"a#d{length}"


# Circles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a: "#a"', ["reference-cycle 1:4"]),
        ('a: "#a.x"', ["reference-cycle 1:4"]),
        ('a: "@a"\n', ["reference-dangling 1:4"]),
        ('a: "#b"\nb: "#a"', ["reference-cycle 1:4", "reference-cycle 2:4"]),
        ('a: "#b"\nb: "#b"', ["reference-cycle 2:4"]),
        ('a: {from: "#a"}', ["from-cycle 1:11"]),
        ('a: {from: "#b"}\nb: {from: "#a"}', ["from-cycle 1:11", "from-cycle 2:11"]),
        ('a: {x: "#b"}\nb: {x: "#a"}', []),
        ('a: ["#a"]', []),
        ('a: {x: {from: "#a"}}', []),
    ],
)
def test_circles(text: str, expected: list[str]) -> None:
    assert World(text).findings() == expected


def test_a_circle_of_documents() -> None:
    with pytest.raises(ResolutionError) as caught:
        World('x: "./b.yaml#x"\n', b='x: "./a.yaml#x"\n').get("#x")
    assert caught.value.code == "reference-cycle"
    assert [str(one.span) for one in caught.value.diagnostic.related] == ["b.yaml:1:4"]


# Lexical scopes


SCOPES = """\
camera: {model: outer}
data:
  camera: "@camera"
  rig:
    camera: "@camera"
    lens: "@camera"
    list: ["@camera", {lens: "@lens"}]
    named: [{one: "@two"}, {two: {model: named}}]
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("#data.camera", "a#camera"),  # not itself: the slot that is being filled
        ("#data.rig.camera", "a#camera"),
        ("#data.rig.lens", "a#camera"),
        ("#data.rig.list[0]", "a#camera"),
        ("#data.rig.list[1].lens", "a#camera"),
        ("#data.rig.named.one", "a#data.rig.named.two"),
        ("#data.rig.named[0]", "a#data.rig.named.two"),
    ],
)
def test_scopes(path: str, expected: str) -> None:
    assert World(SCOPES).get(path) == expected


@pytest.mark.parametrize("name", ["meta", "storage", "prefixes", "imports"])
def test_reserved_names_are_no_candidates(name: str) -> None:
    with pytest.raises(ResolutionError):
        World(f'{name}: {{}}\ndata: {{x: "@{name}"}}\n').get("#data.x")


def test_a_reserved_name_further_in_is_a_candidate() -> None:
    assert World('data: {meta: {y: 1}, x: "@meta.y"}\n').get("#data.x") == 1


def test_the_first_scope_decides_even_if_the_rest_is_not_there() -> None:
    with pytest.raises(ResolutionError) as caught:
        World('a: {y: 1}\ndata: {a: {}, x: "@a.y"}\n').get("#data.x")
    assert caught.value.diagnostic.message == "there is no `y` in `@a`"


def test_fields_that_a_scope_has_through_from_count() -> None:
    world = World('base: {lens: 50}\nrig: {from: "#base", x: "@lens"}\n')
    assert world.get("#rig.x") == 50


def test_fields_that_another_from_brings_count_for_a_from() -> None:
    world = World('b: {c: {near: 1}}\nc: {far: 1}\ndata: {from: "@b", x: {from: "@c"}}\n')
    assert [name for name in world.names("#data.x") if name != "from"] == ["near"]


def test_what_a_from_brings_does_not_count_for_itself() -> None:
    world = World('c: {c: {inner: 1}, far: 1}\ndata: {from: "@c"}\n')
    assert [name for name in world.names("#data") if name != "from"] == ["c", "far"]


def test_scopes_from_outside() -> None:
    world = World("data: {rig: {lens: 50}}\nlens: 35\n")
    assert world.get("@lens", "data.rig.x") == 50
    assert world.get("@lens", "data.rig.lens") == 35
    assert world.get("@lens") == 35


# Overlays


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("{}", {"a": 1, "m": "a#base.m", "n": None}),
        ("{a: 2}", {"a": 2}),
        ("{a: {b: 1}}", {"a": "a#over.a"}),
        ("{m: 5}", {"m": 5}),
        ("{m: {y: 2}}", {"m": "a#over.m", "m.x": 1, "m.y": 2}),
        ("{m: {x: 7}}", {"m.x": 7}),
        ('{m: {from: "#other", y: 1}}', {"m": "a#over.m", "m.z": 3, "m.y": 1}),
        ('{m: "#other"}', {"m": "a#other", "m.z": 3}),
        ("{b: 1}", {"a": 1, "b": 1}),
        ("{n: {q: 1}}", {"n.q": 1}),
    ],
)
def test_what_lies_above(over: str, expected: dict[str, object]) -> None:
    text = f"base: {{a: 1, m: {{x: 1}}, n: }}\nother: {{z: 3}}\nover: {over}\n"
    world = World(text.replace("over: {", 'over: {from: "#base", ').replace(", }", "}"))
    assert {key: world.get(f"#over.{key}") for key in expected} == expected


@pytest.mark.parametrize("gone", ["#over.m", "#over.m.x"])
def test_null_takes_away(gone: str) -> None:
    world = World('base: {m: {x: 1}, k: 2}\nover: {from: "#base", m: ~}\n')
    with pytest.raises(ResolutionError):
        world.get(gone)
    assert "m" not in world.names("#over")
    assert world.get("#base.m.x") == 1


def test_null_over_nothing_stays() -> None:
    world = World('base: {}\nover: {from: "#base", m: ~}\n')
    assert world.get("#over.m") is None
    assert "m" in world.names("#over")


def test_what_was_taken_away_may_come_back() -> None:
    world = World('a: {x: 1}\nb: {from: "#a", x: }\nc: {from: "#b"}\nd: {from: "#b", x: 2}\n')
    assert [name for name in "abcd" if "x" in world.names(f"#{name}")] == ["a", "d"]
    assert world.get("#d.x") == 2


def test_overlays_do_not_follow_references() -> None:
    world = World('base: {m: "#real"}\nreal: {x: 1}\nover: {from: "#base", m: {y: 2}}\n')
    assert world.names("#over.m") == ["y"]


@pytest.mark.parametrize("reference", ["#c.m", "#d.m", "#over.m"])
def test_a_touched_part_is_one_object_on_all_ways(reference: str) -> None:
    world = World(
        'base: {m: {x: {z: 1}, w: {}}}\nover: &o {from: "#base", m: {y: 2}}\nc: "#over"\nd: *o\n'
    )
    assert world.get(reference) == "a#over.m"
    assert world.get(f"{reference}.x") == "a#base.m.x"


def test_lists_are_replaced_and_named_lists_merged() -> None:
    world = World(
        "base: {l: [1, 2], n: [{u: {v: 1}}, {t: 3}]}\n"
        'over: {from: "#base", l: [5], n: [{u: {k: 2}}, {w: 4}]}\n'
    )
    assert world.get("#over.l[0]") == 5
    with pytest.raises(ResolutionError):
        world.get("#over.l[1]")
    assert world.names("#over.n") == ["u", "t", "w"]
    assert world.names("#over.n.u") == ["v", "k"]
    assert [world.get(f"#over.n.{path}") for path in ("u.v", "u.k", "t", "w")] == [1, 2, 3, 4]


def test_fields_of_the_lower_come_first() -> None:
    world = World('base: {a: 1, b: 2}\nover: {from: "#base", c: 3, b: 4}\n')
    assert [name for name in world.names("#over") if name != "from"] == ["a", "b", "c"]


def test_a_named_list_with_a_from() -> None:
    world = World('base: {x: 1}\nover: [{from: "#base"}, {y: 2}]\n')
    assert [world.resolver.field(world.target("#over"), name) is not None for name in "xy"] == [
        True, True,
    ]  # fmt: skip


def test_positions_in_a_named_list() -> None:
    world = World("data: [{b: {v: 1}}, {a: {v: 2}}]\n")
    assert [world.get(f"#data{at}.v") for at in ("[0]", "[1]", ".a", ".b")] == [1, 2, 2, 1]
    with pytest.raises(ResolutionError):
        world.get("#data[2]")


# Extending


def test_a_document_that_extends_two() -> None:
    world = World(
        "meta: {extends: [b.yaml, c.yaml]}\ndata: {z: 1}\n",
        b="data: {x: b, y: b}\nn: {q: 1}\n",
        c="data: {x: c}\nstorage: {s: 1}\n",
    )
    assert [world.get(f"#data.{key}") for key in "xyz"] == ["c", "b", 1]
    assert (world.get("#data"), world.get("#n")) == ("a#data", "b#n")
    with pytest.raises(ResolutionError):
        world.get("#storage")


def test_inherited_references_are_those_of_their_document() -> None:
    world = World(
        "meta: {extends: b.yaml}\nlens: {f: 35}\ndata: {other: 1}\n",
        b='data: {x: "#lens", y: "@lens"}\nlens: {f: 50, g: 1}\n',
    )
    assert [world.get(f"#data.{path}") for path in ("x.f", "y.f", "x")] == [50, 50, "b#lens"]


def test_documents_that_are_extended_on_many_ways() -> None:
    others = {f"b{n}": f"meta: {{extends: [b{n + 1}.yaml, b{n + 1}.yaml]}}\n" for n in range(40)}
    world = World("meta: {extends: b0.yaml}\n", **others, b40="data: {x: 1}\n")
    with deadline():
        assert world.get("#data.x") == 1


# Misses


@pytest.mark.parametrize(
    ("reference", "message", "hint"),
    [
        ("#data.shank1", "there is no `shank1` in `#data`", "did you mean `shank0`?"),
        ("#dta", "there is no `dta` in `#`", "did you mean `data`?"),
        ("#data.shank0.x", "there is no `x` in `#data.shank0`: it is a single value", None),
        ("#data.nothing.x", "there is no `x` in `#data.nothing`: it is a null", None),
        ("#data[0]", "there is no [0] in `#data`: it is not a list", None),
        (
            "#data.list[2]",
            "there is no [2] in `#data.list`: it has 2 items, counted from [0]",
            None,
        ),
        (
            "#data.list.x",
            "there is no `x` in `#data.list`: it is a list; positions are in brackets",
            None,
        ),
        ("@nope", "no object around this place has a field `nope`", None),
        (
            "@p",
            "no object around this place has a field `p`",
            "`p` stands at `#n.p`",
        ),
        ("#data.link.q", "there is no `q` in `#data.link`", None),
    ],
)
def test_messages(reference: str, message: str, hint: str | None) -> None:
    world = World('data: {shank0: 1, nothing: , list: [1, 2], link: "#n"}\nn: {p: 1}\n')
    with pytest.raises(ResolutionError) as caught:
        world.get(reference)
    assert caught.value.code == "reference-dangling"
    assert (caught.value.diagnostic.message, caught.value.diagnostic.hint) == (message, hint)


@pytest.mark.parametrize("text", ["", "data", "#[0]", "#a..b", "./x"])
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(ResolutionError) as caught:
        World("data: 1\n").get(text)
    assert caught.value.code == "reference-malformed"


def test_an_ambiguous_reference_names_its_places() -> None:
    world = World(
        'x: "./b.yaml#k.v"\ny: "./b.yaml#only"\n', b="k: {v: 1}\n---\nk: {v: 2}\nonly: 3\n"
    )
    assert world.get("#y") == 3
    with pytest.raises(ResolutionError) as caught:
        world.get("#x")
    assert caught.value.code == "reference-ambiguous"
    assert [str(one.span) for one in caught.value.diagnostic.related] == [
        "b.yaml:1:8",
        "b.yaml:3:8",
    ]


def test_a_document_whose_text_is_refused_gives_no_values() -> None:
    world = World('x: "./b.yaml#k"\n', b="k: 1\nk: 2\n")
    with pytest.raises(LinkdataError):
        world.get("#x")


# Odd names


@pytest.mark.parametrize(
    "key", ["", ".", "a.b", '"', "\\", "[0]", "\0", "\n", "😀", "e\u0301", "@", "#", " ", "0"]
)
def test_odd_keys(key: str) -> None:
    import json

    world = World(f"data: {{{json.dumps(key, ensure_ascii=False)}: {{x: 1}}}}\n")
    assert world.get(f"#{format_path(('data', key, 'x'))}") == 1


def test_keys_are_not_normalized() -> None:
    world = World('data: {"é": 1, "e\u0301": 2, "É": 3}\n')
    assert [world.get(f'#data."{key}"') for key in ("é", "e\u0301", "É")] == [1, 2, 3]


def test_one_dataset_in_several_threads() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    problems: list[BaseException] = []

    def follow(world: World) -> None:
        try:
            world.get("#x.x")
        except LinkdataError as problem:
            problems.append(problem)

    try:
        for _ in range(100):
            world = World('x: "#a0"\n' + chain(300))
            threads = [threading.Thread(target=follow, args=(world,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if problems:
                break
    finally:
        sys.setswitchinterval(before)
    assert problems == []
