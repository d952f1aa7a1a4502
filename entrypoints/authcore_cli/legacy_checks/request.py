"""What the operator gives for the checks, and what they are run with."""

from collections.abc import Callable, Iterable
from typing import Final

import attrs

from authcore.domain.model.linking import Creation
from authcore_cli.legacy_checks.check import Check, OperationName


PASSWORD_VARIABLE: Final = "AUTHCORE_CHECK_PASSWORD"  # noqa: S105 - its name
LOCKED_PASSWORD_VARIABLE: Final = "AUTHCORE_CHECK_LOCKED_PASSWORD"  # noqa: S105 - its name
SESSION_VARIABLE: Final = "AUTHCORE_CHECK_SESSION"

VARIABLES: Final = frozenset({PASSWORD_VARIABLE, LOCKED_PASSWORD_VARIABLE, SESSION_VARIABLE})


@attrs.frozen(kw_only=True)
class CheckedUser:
    """
    A user of the legacy system, made for the checks.

    Attributes:
        username: Login name.
        password: The right one.
    """

    username: str
    password: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class LegacyCheckRequest:
    """
    What the operator gives.

    Attributes:
        url: Of the legacy HTTP API; None, the default, for AUTHCORE_LEGACY_URL.
        user: May sign in; None, the default, skips checks.
        locked: Is locked; None, the default, skips checks.
        session: A session's cookie value; None, the default, skips checks.
        creation: What the system promises about repeated creates; ``unique`` by default.
        writes: Whether accounts may be created and changed; False by default.
        only: The operations to check; by default all.
    """

    url: str | None = None
    user: CheckedUser | None = None
    locked: CheckedUser | None = None
    session: str | None = attrs.field(default=None, repr=False)
    creation: Creation = "unique"
    writes: bool = False
    only: tuple[OperationName, ...] = ()


@attrs.frozen(eq=False)
class LegacyTools:
    """
    What the command runs.

    Attributes:
        checks: In their order.
        timer: A monotonic clock, in seconds.
        close: Closes connections.
    """

    checks: Iterable[Check]
    timer: Callable[[], float]
    close: Callable[[], None]
