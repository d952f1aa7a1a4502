"""
Which class and activity of OCSF an audit action is.

Sign-in, sign-out and the checks that belong to them are class 3002, Authentication; changes of an
account are class 3001, Account Change; what concerns no user is the base event.

See: Open Cybersecurity Schema Framework 1.8.0, classes ``authentication``, ``account_change``,
``base_event``.
"""

from collections.abc import Mapping
from typing import Final

import attrs


SCHEMA_VERSION: Final = "1.8.0"

OTHER: Final = 99
"""An activity, status or type that the schema does not name; the text beside it says which."""


@attrs.frozen
class Activity:
    """
    An activity of a class.

    Attributes:
        class_uid: Of the event class; its thousands are the category's.
        activity_id: Of the activity in its class.
        name: Of the activity, in the schema; None for OTHER, where the action is its name.
    """

    class_uid: int
    activity_id: int
    name: str | None = None

    @property
    def category_uid(self) -> int:
        """Of the class's category."""
        return self.class_uid // 1000

    @property
    def type_uid(self) -> int:
        """Of class and activity together."""
        return self.class_uid * 100 + self.activity_id


AUTHENTICATION: Final = 3002
ACCOUNT_CHANGE: Final = 3001

LOGON: Final = Activity(AUTHENTICATION, 1, "Logon")
LOGOFF: Final = Activity(AUTHENTICATION, 2, "Logoff")
PREAUTH: Final = Activity(AUTHENTICATION, 6, "Preauth")
OTHER_AUTHENTICATION: Final = Activity(AUTHENTICATION, OTHER)
CREATE: Final = Activity(ACCOUNT_CHANGE, 1, "Create")
PASSWORD_CHANGE: Final = Activity(ACCOUNT_CHANGE, 3, "Password Change")
PASSWORD_RESET: Final = Activity(ACCOUNT_CHANGE, 4, "Password Reset")
DELETE: Final = Activity(ACCOUNT_CHANGE, 6, "Delete")
OTHER_CHANGE: Final = Activity(ACCOUNT_CHANGE, OTHER)
NO_USERS: Final = Activity(0, OTHER)

BY_ACTION: Final[Mapping[str, Activity]] = {
    "sign_in.complete": LOGON,
    "password.begin": LOGON,
    "password.challenge": LOGON,
    "password.verify": LOGON,
    "sign_in.begin": PREAUTH,
    "sign_in.continue": PREAUTH,
    "sign_in.restart": PREAUTH,
    "user_migration.authenticate": PREAUTH,
    "account_linking.created": CREATE,
    "move.create": CREATE,
    "move.undo": DELETE,
    "sign_up": CREATE,
    "password.change": PASSWORD_CHANGE,
    "user_migration.forgot_password": PASSWORD_RESET,
}

BY_AREA: Final[Mapping[str, Activity]] = {
    "sign_out": LOGOFF,
    "authorizer": OTHER_AUTHENTICATION,
    "guard": OTHER_AUTHENTICATION,
    "machine": OTHER_AUTHENTICATION,
    "password": OTHER_AUTHENTICATION,
    "session": OTHER_AUTHENTICATION,
    "sign_in": OTHER_AUTHENTICATION,
    "token": OTHER_AUTHENTICATION,
    "verify": OTHER_AUTHENTICATION,
    "account_linking": OTHER_CHANGE,
    "connect": OTHER_CHANGE,
    "federation": OTHER_CHANGE,
    "links": OTHER_CHANGE,
    "move": OTHER_CHANGE,
    "native": OTHER_CHANGE,
    "profile": OTHER_CHANGE,
    "profile_sync": OTHER_CHANGE,
    "user_migration": OTHER_CHANGE,
}
"""By the part of an action before the point, where the action itself is not named."""


STEPS: Final = frozenset({"password.begin", "password.challenge"})
"""Actions that may end in another question; the accepted line of a whole sign-in names its user."""


def activity_of(action: str, *, asks_further: bool = False) -> Activity:
    """
    Return the activity that *action* is; NO_USERS for one that concerns no user.

    Args:
        action: Of an audit line.

        asks_further: Whether it succeeded, and signed in no user yet.
    """
    if asks_further and action in STEPS:
        return PREAUTH
    return BY_ACTION.get(action) or BY_AREA.get(action.partition(".")[0], NO_USERS)
