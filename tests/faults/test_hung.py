"""F1 over real sockets in short."""

import pytest

from faults.hung_suite import AT_ONCE, HUNG, attempts
from faults.migration_table import LIMIT, Left
from support.gate import Stopwatch


@pytest.mark.parametrize("name", HUNG)
def test_a_hanging_legacy_system_postpones_the_link(name: str, stopwatch: Stopwatch) -> None:
    # LT-01, LT-06
    taken, outcomes = attempts(HUNG[name], Left(2000 if stopwatch.measures else 1450))

    assert max(taken) < LIMIT / 2 or not stopwatch.measures
    assert outcomes == ["account_linking.postponed legacy_unavailable"] * AT_ONCE
