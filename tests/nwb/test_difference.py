"""The law of differences, for any two plans."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings

from linkdata.nwb.datatypes import integer
from linkdata.nwb.difference import apply, difference
from linkdata.nwb.plan import Entry, Group, NamedType, Plan
from linkdata.spans import Source
from linkdata.syntax.nodes import plain
from linkdata.syntax.reader import read
from linkdata.syntax.writer import document
from linkdata.testing.plans import plans

#: Which version of the format a file is in is no part of a difference.
PLANS = plans().map(lambda plan: replace(plan, version=0))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(PLANS, PLANS)
def test_difference_makes_one_plan_of_another(exact: Plan, predicted: Plan) -> None:
    assert apply(predicted, difference(exact, predicted)) == exact


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(PLANS, PLANS)
def test_difference_survives_yaml(exact: Plan, predicted: Plan) -> None:
    text = document({"storage": difference(exact, predicted)})
    stream = read(Source("a.yaml", text))
    assert stream.diagnostics == []
    found: Any = plain(stream.documents[0].root)
    assert apply(predicted, found["storage"]) == exact


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(PLANS)
def test_equal_plans_have_no_difference(plan: Plan) -> None:
    assert difference(plan, plan) == {}


def test_what_all_objects_share_leaves_datatypes_alone() -> None:
    def plan(times: bool, comment: str) -> Plan:
        groups: dict[str, Entry] = {path: Group(times=times) for path in ("/", "/a", "/b")}
        return Plan(groups | {"/kind": NamedType(integer(4), comment=comment)})

    exact, predicted = plan(True, "new"), plan(False, "old")  # a datatype has no times
    assert apply(predicted, difference(exact, predicted)) == exact
