from __future__ import annotations

import copy
import inspect
import pickle
import re
from collections.abc import Iterator

import pytest

from linkdata import errors
from linkdata.errors import (
    CODES,
    Diagnostic,
    FieldError,
    LinkdataError,
    Related,
    Severity,
    did_you_mean,
    error,
    note,
    warning,
)
from linkdata.spans import Source

SPAN = Source("doc.yaml", "a: 1\nb: 2\n").span(5, 6)
FULL = error(
    "yaml-duplicate-key", "twice", SPAN, hint="rename one", related=[Related("here", SPAN)],
    place="x:/y",
)  # fmt: skip


def family(root: type[LinkdataError]) -> Iterator[type[LinkdataError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == "linkdata.errors":
            yield from family(child)


def drawn() -> dict[str, str]:
    """The tree in the docstring: each name with its parent's."""
    found: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│├└─ ]*)(\w+Error)  ", line)
        if match:
            depth = len(match[1]) // 4
            above[depth:] = [match[2]]
            found[match[2]] = above[depth - 1] if depth else "Exception"
    return found


def test_the_tree_drawn_in_the_docstring_is_the_tree() -> None:
    assert drawn() == {kind.__name__: kind.__bases__[0].__name__ for kind in family(LinkdataError)}


@pytest.mark.parametrize("kind", list(family(LinkdataError)))
def test_every_exception_survives_pickling_and_copying(kind: type[LinkdataError]) -> None:
    made = kind([FULL, note("meta-id-missing", "none", SPAN)])
    for again in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert type(again) is kind
        assert str(again) == str(made)
        assert [str(d.span) for d in again.diagnostics] == ["doc.yaml:2:1", "doc.yaml:2:1"]
        assert again.diagnostic.related[0].message == "here"


def test_one_diagnostic_or_several() -> None:
    assert LinkdataError(FULL).diagnostics == (FULL,)
    assert LinkdataError([FULL, FULL]).code == "yaml-duplicate-key"
    assert str(LinkdataError([FULL, FULL])).count("\n") == 1


def test_a_missing_field_is_what_python_expects_of_items_and_attributes() -> None:
    made = FieldError(error("field-missing", "no `x`"))
    assert isinstance(made, KeyError)
    assert isinstance(made, AttributeError)
    assert str(made) == "error[field-missing]: no `x`"  # not the repr, as a bare KeyError shows


def test_a_diagnostic_in_one_line() -> None:
    assert str(FULL) == "doc.yaml:2:1: error[yaml-duplicate-key]: twice (rename one)"
    assert str(warning("prefix-unknown", "m", place="f.nwb:/a")) == (
        "f.nwb:/a: warning[prefix-unknown]: m"
    )
    assert str(note("meta-id-missing", "m")) == "note[meta-id-missing]: m"


def test_the_span_counts_more_than_the_place() -> None:
    assert FULL.where == "doc.yaml:2:1"
    assert error("usage", "m").where == ""


def test_related_places() -> None:
    assert str(Related("here", SPAN)) == "doc.yaml:2:1: here"
    assert str(Related("elsewhere")) == "elsewhere"


@pytest.mark.parametrize(
    ("make", "severity"), [(error, "error"), (warning, "warning"), (note, "note")]
)
def test_severities(make: object, severity: str) -> None:
    made = make("usage", "m")  # type: ignore[operator]
    assert isinstance(made, Diagnostic)
    assert made.severity is Severity(severity)


def test_diagnostics_are_values() -> None:
    again = pickle.loads(pickle.dumps(error("usage", "m", place="x")))
    assert again == error("usage", "m", place="x")
    assert len({again, error("usage", "m", place="x")}) == 1


@pytest.mark.parametrize(
    ("name", "candidates", "hint"),
    [
        ("shank1", ["shank0", "probe"], "did you mean `shank0`?"),
        ("x", ["shank0"], None),
        ("x", [], None),
        ("ab", ["ab1", "ab2"], "did you mean `ab2` or `ab1`?"),
    ],
)
def test_near_misses(name: str, candidates: list[str], hint: str | None) -> None:
    assert did_you_mean(name, candidates) == hint


def test_codes_are_lower_case_words() -> None:
    assert [code for code in CODES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)] == []


def test_every_exception_says_what_it_is() -> None:
    assert [kind for kind in family(LinkdataError) if not inspect.getdoc(kind)] == []
