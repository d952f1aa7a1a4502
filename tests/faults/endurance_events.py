"""What happens to a pool and its app client by itself, and the order in which F7 lets it happen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs

from authcore_local.cognito.app import RecoveryPoint
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor
from faults.endurance_browsers import Crowd


NEWCOMERS: Final = 50
"""In one of so many sessions the user is created after the recovery point, and vanishes."""

SIGN_INS: Final = 3
"""Real ones during the recovery."""


class Trial:
    """
    One stack and its crowd, with everything that can happen to them.

    Attributes:
        stack: With a managed secret and a replica.
        crowd: Its browsers.
        sign_ins: How many real ones there were.
        wrong: Violated invariants.
    """

    def __init__(self, stack: LocalStack, crowd: Crowd) -> None:
        self.stack = stack
        self.crowd = crowd
        self._point: RecoveryPoint | None = None
        self.sign_ins = 0
        self.wrong: list[str] = []

    def nothing(self) -> None:
        """Let time pass."""

    def replace_secret(self) -> None:
        """The old one ends now."""
        self.stack.cognito.rotate_client_secret()

    def replace_secret_slowly(self) -> None:
        """The old one is kept for 55 minutes, the new one published after 65."""
        kept, published = timedelta(minutes=55), timedelta(minutes=65)
        self.stack.cognito.rotate_client_secret(keep_old_for=kept, published_after=published)

    def replace_secret_unseen(self) -> None:
        """Secrets Manager is down."""
        self.stack.cognito.client_secrets.is_manager_available = False
        self.stack.cognito.rotate_client_secret()

    def restore_manager(self) -> None:
        """Secrets Manager answers again."""
        self.stack.cognito.client_secrets.is_manager_available = True

    def switch_issuer(self) -> None:
        """To the other form."""
        self.stack.cognito.switch_issuer("UPDATED")

    def spoil_region(self) -> None:
        """The primary region answers 5xx."""
        self.stack.cognito.app.state = "errors"

    def lose_region(self) -> None:
        """The primary region refuses connections."""
        self.stack.cognito.app.state = "up"
        self.stack.lose_region()

    def restore_region(self) -> None:
        """It serves again."""
        self.stack.restore_region()

    def begin_recovery(self) -> None:
        """From a point after which some users were created."""
        self.sign_in_for_real()
        self._point = self.stack.cognito.recovery_point()
        for _ in range(max(1, len(self.crowd.browsers) // NEWCOMERS)):
            self.crowd.sign_in().is_forgotten = True
        self.stack.cognito.begin_recovery()

    def sign_in_for_real(self) -> None:
        """Some visitors sign in by password, in managed login."""
        for user in SEED_USERS[:SIGN_INS]:
            visitor = Visitor(self.stack)
            page = visitor.send(visitor.begin(), username=user.username, password=user.password)
            if page.text_of("legacy-uid") == user.userid:
                self.sign_ins += 1
            else:
                self.wrong.append(f"a sign-in ended with {page.status}")
            visitor.browser.close()

    def finish_recovery(self) -> None:
        """The users created since the point are gone."""
        self.sign_in_for_real()
        gone = self.stack.cognito.finish_recovery(self._point)
        forgotten = {each.user.subject for each in self.crowd.browsers if each.is_forgotten}
        if set(gone) != forgotten:
            self.wrong.append("the recovery lost other users")


@attrs.frozen
class Step:
    """
    What happens, how long it lasts, and how many browsers then send a request.

    Attributes:
        name: Of the row.
        event: Takes place first.
        minutes: Pass then, before the requests.
        share: Of the browsers, 1 in so many.
        may_wait: Whether expired sessions may be answered with 503.
    """

    name: str
    event: Callable[[Trial], None]
    minutes: int
    share: int
    may_wait: bool = False


STEPS: Final = (
    Step("before", Trial.nothing, 10, 4),
    Step("rotation 1: old secret ended", Trial.replace_secret, 40, 2),
    Step("rotation 1: later", Trial.nothing, 30, 2),
    Step("rotation 2: old secret kept", Trial.replace_secret_slowly, 50, 2),
    Step("rotation 2: old ended, new not published", Trial.nothing, 10, 2, may_wait=True),
    Step("rotation 2: published", Trial.nothing, 10, 2),
    Step("rotation 3: Secrets Manager down", Trial.replace_secret_unseen, 40, 2, may_wait=True),
    Step("rotation 3: Secrets Manager back", Trial.restore_manager, 15, 2),
    Step("issuer switched", Trial.switch_issuer, 40, 2),
    Step("region answers 5xx", Trial.spoil_region, 20, 4, may_wait=True),
    Step("region lost", Trial.lose_region, 30, 2),
    Step("region lost, later", Trial.nothing, 30, 2),
    Step("region back", Trial.restore_region, 40, 2),
    Step("recovery begun", Trial.begin_recovery, 30, 2),
    Step("recovery, after an hour", Trial.nothing, 30, 2),
    Step("recovery finished", Trial.finish_recovery, 30, 2),
    Step("at last", Trial.nothing, 100, 1),
)
