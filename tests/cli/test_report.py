from __future__ import annotations

import json

import pytest

from linkdata.cli import report
from linkdata.errors import CODES, Diagnostic, Related, error, note, warning
from linkdata.spans import Source

SOURCE = Source("a/b c.yaml", 'data:\n  x: "#shank"\n  y: 1\n')
FINDING = error(
    "reference-dangling",
    "there is no `shank`, 100%",
    SOURCE.span(11, 19),
    hint="did you mean `shank0`?",
    related=[Related("it was read here", SOURCE.span(22)), Related("no place")],
)
FILE = error("resource-missing", "there is no file", place="x.nwb")
NOTE = note("meta-base-missing", "no base", SOURCE.span(0, 4))
WARNING = warning("reference-malformed", "odd", SOURCE.span(11, 26))


def test_text() -> None:
    assert report.text(FINDING) == (
        "a/b c.yaml:2:6: error[reference-dangling]: there is no `shank`, 100%\n"
        '  2 |   x: "#shank"\n'
        "    |      ^^^^^^^^\n"
        "  a/b c.yaml:3:3: it was read here\n"
        "    3 |   y: 1\n"
        "      |   ^\n"
        "  no place\n"
        "  = hint: did you mean `shank0`?"
    )


def test_text_of_what_has_no_text() -> None:
    assert report.text(FILE) == "x.nwb: error[resource-missing]: there is no file"


def test_colours_are_only_written_when_asked_for() -> None:
    assert "\x1b" not in report.text(FINDING)
    coloured = report.text(FINDING, colour=True)
    assert "\x1b[31m" in coloured


def test_a_terminal_is_not_given_commands() -> None:
    evil = Source("a.yaml", "a: \x1b[2J\u202e\n")
    found = error("text-control-character", "the character \x1b[2J", evil.span(3))
    told = report.text(found)
    assert "\x1b" not in told
    assert "\u202e" not in told


@pytest.mark.parametrize(
    ("terminal", "variable", "expected"),
    [(True, "", True), (True, "1", False), (False, "", False)],
)
def test_when_colours_are_wanted(
    terminal: bool, variable: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setenv("NO_COLOR", variable)
    assert report.wants_colour(Stream()) is expected


@pytest.mark.parametrize(
    ("findings", "documents", "expected"),
    [
        ([], 1, "1 document, nothing wrong"),
        ([], 3, "3 documents, nothing wrong"),
        ([FINDING, FILE, WARNING], 3, "2 errors, 1 warning in 3 documents"),
        ([NOTE], 1, "1 note in 1 document"),
    ],
)
def test_summary(findings: list[Diagnostic], documents: int, expected: str) -> None:
    assert report.summary(findings, documents) == expected


def test_json() -> None:
    first, second = json.loads(report.as_json([FINDING, FILE]))
    assert first == {
        "severity": "error",
        "code": "reference-dangling",
        "message": "there is no `shank`, 100%",
        "file": "a/b c.yaml",
        "line": 2,
        "column": 6,
        "end_line": 2,
        "end_column": 14,
        "place": None,
        "hint": "did you mean `shank0`?",
        "related": [
            {
                "message": "it was read here",
                "file": "a/b c.yaml",
                "line": 3,
                "column": 3,
                "end_line": 3,
                "end_column": 4,
            },
            {
                "message": "no place",
                "file": None,
                "line": None,
                "column": None,
                "end_line": None,
                "end_column": None,
            },
        ],
    }
    assert second["place"] == "x.nwb"
    assert second["file"] is None
    assert report.as_json([]) == "[]"


def test_github() -> None:
    assert report.as_github([FINDING, NOTE, WARNING, FILE]).split("\n") == [
        "::error file=a/b c.yaml,line=2,col=6,endColumn=14,title=reference-dangling"
        "::there is no `shank`, 100%25%0Adid you mean `shank0`?",
        "::notice file=a/b c.yaml,line=1,col=1,endColumn=5,title=meta-base-missing::no base",
        "::warning file=a/b c.yaml,line=2,col=6,title=reference-malformed::odd",
        "::error title=resource-missing::x.nwb: there is no file",
    ]


def test_github_escapes_what_ends_a_property() -> None:
    source = Source("a,b:c%\r\n.yaml", "x")
    told = report.as_github([error("yaml-syntax", "m", source.span(0))])
    assert told.startswith("::error file=a%2Cb%3Ac%25%0D%0A.yaml,line=1")


def test_sarif_has_the_form_of_sarif() -> None:
    log = json.loads(report.as_sarif([FINDING, FILE, NOTE]))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    first, second, third = run["results"]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "reference-dangling"
    assert [result["level"] for result in run["results"]] == ["error", "error", "note"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a/b%20c.yaml"
    assert place["region"] == {"startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 14}
    related = first["relatedLocations"]
    assert [other["id"] for other in related] == [0, 1]
    assert related[0]["physicalLocation"]["region"]["startLine"] == 3
    assert "physicalLocation" not in related[1]
    assert second["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "x.nwb"}]}]
    assert "relatedLocations" not in third
