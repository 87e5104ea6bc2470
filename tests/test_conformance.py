"""The conformance corpus, every test of it."""

from pathlib import Path

import pytest

from linkdata.testing.conformance import Test, cases, run

CORPUS = Path(__file__).parent.parent / "specs" / "conformance"


@pytest.mark.parametrize("test", [pytest.param(test, id=test.id) for test in cases(CORPUS)])
def test_case(test: Test) -> None:
    problem = run(test)
    assert problem is None, problem
