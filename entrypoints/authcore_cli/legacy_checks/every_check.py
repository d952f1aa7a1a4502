"""All checks, in the order in which they run."""

from collections.abc import Iterator
from typing import Final, get_args

from authcore_cli.legacy_checks.check import Check, OperationName
from authcore_cli.legacy_checks.log_in import log_in_checks
from authcore_cli.legacy_checks.look_up import look_up_checks
from authcore_cli.legacy_checks.sessions import session_checks
from authcore_cli.legacy_checks.shared_rules import shared_checks
from authcore_cli.legacy_checks.target import LegacyTarget
from authcore_cli.legacy_checks.writes import write_checks


OPERATIONS: Final[tuple[OperationName, ...]] = get_args(OperationName)


def every_check(target: LegacyTarget) -> Iterator[Check]:
    """Yield the checks of *target*; its request decides which of them are skipped."""
    chosen = frozenset(target.request.only or OPERATIONS)
    for checks in (
        shared_checks(target, chosen),
        log_in_checks(target),
        look_up_checks(target),
        session_checks(target),
        write_checks(target),
    ):
        yield from (check for check in checks if check.operation in chosen)
