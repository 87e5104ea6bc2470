from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import Phase, find, given, settings

from linkdata.spans import Source
from linkdata.syntax.nodes import plain
from linkdata.syntax.reader import read
from linkdata.testing import strategies

QUICK = settings(max_examples=1_000, database=None, phases=[Phase.generate], deadline=None)


@settings(max_examples=60, deadline=None)
@given(strategies.documents())
def test_documents_are_read_as_they_are_meant(sample: strategies.Sample) -> None:
    for text in (sample.text, sample.reordered()):
        stream = read(Source("x", text))
        assert stream.diagnostics == []
        assert plain(stream.documents[0].root) == sample.content


@pytest.mark.parametrize(
    "has",
    [
        lambda sample: len(sample.references) > 1,
        lambda sample: any(isinstance(step, int) for path in sample.objects for step in path),
        lambda sample: any('"' in str(step) for path in sample.objects for step in path),
        lambda sample: any(strategies.is_named(value) for value in sample.content["data"].values()),
    ],
)
def test_documents_reach_what_is_worth_testing(has: object) -> None:
    assert find(strategies.documents(), has, settings=QUICK)  # type: ignore[arg-type]


def test_some_texts_are_read_and_some_are_refused() -> None:
    find(strategies.texts(), lambda text: not read(Source("x", text)).diagnostics, settings=QUICK)
    find(strategies.texts(), lambda text: bool(read(Source("x", text)).diagnostics), settings=QUICK)


def test_hypothesis_is_imported_by_the_strategies_only() -> None:
    code = (
        "import sys, linkdata, linkdata.testing.conformance; sys.exit('hypothesis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_writing_gives_the_value_back() -> None:
    value = {"a": [1, -2.5, None, True, '\u2028\x00"\\', {}], "": []}
    assert plain(read(Source("x", strategies.written(value))).documents[0].root) == value
