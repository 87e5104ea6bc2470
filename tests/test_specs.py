"""The specification and the conformance corpus hold together.

Whether linkdata passes the corpus is tested elsewhere; here the corpus itself is looked at.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from linkdata.errors import CODES

SPECS = Path(__file__).parent.parent / "specs"
SPEC = (SPECS / "linkdata-1.0.md").read_text(encoding="utf-8")
README = (SPECS / "conformance" / "README.md").read_text(encoding="utf-8")
SCHEMA = json.loads((SPECS / "conformance" / "case.schema.json").read_text(encoding="utf-8"))
FILES = sorted((SPECS / "conformance").glob("*.yaml"))
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Case = dict[str, Any]


def load(path: Path) -> list[Case]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)


CASES = [case for path in FILES for case in load(path)]
REQUIREMENTS = re.findall(r"^\*\*([A-Z]+-\d{2})\*\*", SPEC, re.MULTILINE)


def requirement_texts() -> dict[str, str]:
    """Requirement id -> its paragraph, up to the blank line."""
    paragraphs = re.findall(
        r"^\*\*([A-Z]+-\d{2})\*\* (.*?)(?:\n\n|\Z)", SPEC, re.MULTILINE | re.DOTALL
    )
    return dict(paragraphs)


def findings(case: Case) -> list[dict[str, str]]:
    """All errors and warnings that a case expects."""
    found = [test["error"] for test in case["tests"] if "error" in test]
    return found + [finding for test in case["tests"] for finding in test.get("diagnostics", ())]


def test_there_is_a_file_for_each_section() -> None:
    assert {path.stem for path in FILES} >= {
        "classes",
        "text",
        "documents",
        "extends",
        "prefixes",
        "references",
        "lexical",
        "named-lists",
        "from",
        "identity",
        "digests",
        "resources",
        "placement",
        "rdf",
        "validation",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_follows_the_schema(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    problems = jsonschema.Draft202012Validator(SCHEMA).iter_errors(load(path))
    assert [f"{problem.json_path}: {problem.message}" for problem in problems] == []


def test_case_ids_are_unique() -> None:
    assert [id for id, count in Counter(case["id"] for case in CASES).items() if count > 1] == []


def test_requirement_ids_are_unique_and_in_order() -> None:
    groups: dict[str, list[int]] = {}
    for requirement in REQUIREMENTS:
        group, number = requirement.split("-")
        groups.setdefault(group, []).append(int(number))
    for group, numbers in groups.items():
        assert numbers == list(range(1, len(numbers) + 1)), group


def test_cases_name_requirements_that_exist() -> None:
    named = {requirement for case in CASES for requirement in case["requirement"]}
    assert named - set(REQUIREMENTS) == set()


def test_every_must_stands_in_a_requirement() -> None:
    paragraphs = re.split(r"\n\s*\n", SPEC.split("## 2. Text")[1])
    loose = [
        text
        for text in paragraphs
        if re.search(r"\bMUST\b", text) and not re.match(r"\*\*[A-Z]+-\d{2}\*\*", text)
    ]
    assert loose == []


def test_every_must_has_a_case_or_a_reason() -> None:
    musts = {id for id, text in requirement_texts().items() if "MUST" in text}
    cases = {requirement for case in CASES for requirement in case["requirement"]}
    reasons = set(re.findall(r"^\| ([A-Z]+-\d{2}) \| .+ \|$", README, re.MULTILINE))
    assert reasons - set(REQUIREMENTS) == set()
    assert reasons & cases == set(), "these have both"
    assert musts - cases - reasons == set()


def test_counts() -> None:
    assert len(CASES) >= 150
    assert sum(bool(findings(case)) for case in CASES) * 3 >= len(CASES)


def test_bases_are_documents() -> None:
    for case in CASES:
        for test in case["tests"]:
            assert test["base"].partition("#")[0] in case["documents"], case["id"]


def test_places_lie_in_a_document() -> None:
    for case in CASES:
        texts = [text.lstrip("\ufeff") for text in case["documents"].values()]
        lines = [re.split("\r\n|\r|\n", text) for text in texts]
        for finding in findings(case):
            if "at" not in finding:
                continue
            line, column = map(int, finding["at"].split(":"))
            inside = [len(text) >= line and len(text[line - 1]) >= column for text in lines]
            assert any(inside), (case["id"], finding)


def test_codes_of_the_cases_are_known() -> None:
    for case in CASES:
        for finding in findings(case):
            assert finding["code"] in CODES, (case["id"], finding["code"])


def test_the_table_of_codes_is_that_of_the_implementation() -> None:
    section = SPEC.split("## 16. Diagnostics")[1].split("\n## ")[0]
    table = re.findall(r"^\| `([a-z0-9-]+)` \| .+ \|$", section, re.MULTILINE)
    assert sorted(table) == sorted(CODES)


def test_codes_in_the_text_are_in_the_table() -> None:
    prefixes = "|".join(sorted({code.split("-")[0] for code in CODES if "-" in code}))
    mentioned = set(re.findall(rf"`((?:{prefixes})-[a-z0-9-]+)`", SPEC))
    grammar_and_values = {"prefix-name", "prefixed-path", "output-1"}
    assert mentioned - set(CODES) - grammar_and_values == set()


def test_modules_name_sections_that_there_are() -> None:
    headings = {
        re.sub(r"^[0-9.]+ ", "", heading.lstrip("# "))
        for heading in re.findall(r"^##+ .*$", SPEC, re.MULTILINE)
    }
    headings |= set(re.findall(r"^- \*([^*]+)\*:", SPEC, re.MULTILINE))  # future parts
    named = "Implements: `specs/linkdata-1.0.md`, section"
    for path in (SPECS.parent / "src").rglob("*.py"):
        text = " ".join(path.read_text(encoding="utf-8").partition('"""')[2].split())
        said = text.partition('"""')[0].partition(named)[2].partition(". ")[0]
        for section in re.findall(r'"([^"]+)"', said):
            assert section in headings, (path, section)
