"""The page of reasons lists what the code can record or answer, no more and no less."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from authcore.domain.model.audit import outcome_of
from authcore.domain.model.reasons import REASONS, SECTIONS, Reason
from authcore.settings import describe_variables
from documentation.product_source import Module, constants
from documentation.reason_codes import BASES, error_classes, is_made, reason_codes, reasons_in
from documentation.reason_trace import UntraceableError, trace_all
from documentation.variables import Everything


VARIABLE: Final = re.compile(r"AUTHCORE_[A-Z_]+\*?")
ELSEWHERE: Final = {
    "any path",
    "authcore_lambda.web",
    "authorizer",
    "every action",
    "every other path",
    "every route",
    "move.source",
    "nginx",
}
"""Sources of answers that have no action."""


def test_every_reason_of_the_code_has_a_row_and_every_row_a_reason() -> None:
    """Add a row to a table in authcore.domain.model.reasons, or remove the one that is gone."""
    assert sorted(REASONS) == sorted(reason_codes())


def test_no_reason_has_two_rows() -> None:
    assert sum(map(len, SECTIONS.values())) == len(REASONS)


@pytest.mark.parametrize("name", sorted(BASES))
def test_a_base_class_whose_code_is_in_no_table_is_never_made(name: str) -> None:
    assert not is_made(name)


def test_an_error_has_one_of_the_outcomes_of_its_row() -> None:
    wrong = [
        kind.__name__
        for kind in error_classes()
        if outcome_of(kind.__new__(kind)) not in REASONS[kind.code].outcomes
    ]
    assert wrong == []


def test_what_needs_an_operator_has_a_row_of_its_own_or_says_so() -> None:
    mixed = {
        code
        for code, reason in REASONS.items()
        if "misconfigured" in reason.outcomes and len(reason.outcomes) > 1
    }
    assert mixed == {"login_client", "login_lost", "other"}
    assert "misconfigured" in REASONS["login_lost"].operator
    assert "misconfigured" in REASONS["login_client"].operator


@pytest.mark.parametrize("reason", REASONS.values(), ids=lambda reason: reason.code)
def test_a_row_is_complete_and_names_what_there_is(reason: Reason) -> None:
    assert all((reason.actions, reason.user, reason.operator))
    known = constants()
    for action in {*reason.actions} - ELSEWHERE:
        assert {action, action.rpartition(".")[2]} & known, action
    names = {name for name, _, _ in describe_variables(Everything)}
    for named in VARIABLE.findall(reason.user + reason.operator):
        assert any(name.startswith(named.rstrip("*")) for name in names), named


THROUGH_NEXT: Final = """
def g(x):
    return "found"

def f(xs):
    why = next(filter(None, map(self.g, xs)), None)
    SignInRequired(why)
"""
BY_FIELD: Final = """
class Found:
    way: str

def f(found):
    LinkOutcome("linked", found.way)

Found("found")
"""


def _words(source: str) -> set[str]:
    return trace_all(reasons_in(Module("made_up", ast.parse(source))))


@pytest.mark.parametrize(
    "source",
    [
        'AuditEvent("a", "rejected", "found")',
        'AuditEvent("a", "rejected", reason="found")',
        'attrs.evolve(event, reason="found")',
        'counter.count("a", "rejected", "found")',
        'as_json({"reason": "found"}, 401)',
        'WORD: Final = "found"\nSignInRequired(WORD)',
        "class Decision:\n    reason: str = 'found'",
        "class Decision:\n    reason: str = attrs.field(default='found', init=False)",
        "def f(x):\n    why = 'found' if x else None\n    LinkOutcome('refused', why)",
        "def f(x):\n    status, why = 'refused', x or 'found'\n    LinkOutcome(status, why)",
        "def f(why='found'):\n    LinkOutcome('refused', why)",
        "def f(*, why):\n    LinkOutcome('refused', why)\nf(why='found')",
        "def f(why):\n    LinkOutcome('refused', why)\nf('found')",
        "def g():\n    return 1, 'found'\ndef f():\n    _, why = g()\n    LinkOutcome('r', why)",
        THROUGH_NEXT,
        BY_FIELD,
    ],
)
def test_a_reason_is_followed_back_to_its_constant(source: str) -> None:
    assert _words(source) == {"found"}


@pytest.mark.parametrize(
    "source",
    [
        'AuditEvent("a", "rejected", f"of_{kind}")',
        'AuditEvent("a", "rejected", REASONS_BY_STATUS[status])',
        'AuditEvent("a", "rejected", why)',
        'AuditEvent("a", "rejected", error.args)',
        'AuditEvent("a", "rejected", make_reason())',
    ],
)
def test_a_reason_that_cannot_be_followed_fails_the_test(source: str) -> None:
    with pytest.raises(UntraceableError, match="made_up:1"):
        _words(source)


def test_a_reason_that_is_passed_on_is_not_followed() -> None:
    assert _words('AuditEvent("a", "rejected", error.code)') == set()


def test_the_guides_name_no_reason_that_is_gone() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    named = re.findall(r"`(?:unavailable|rejected|misconfigured)` with `([a-z_]+)`", page)

    assert {*named} <= REASONS.keys()
