"""
Whose token an event is about, and whether they are linked.

See: Amazon Cognito "Pre token generation Lambda trigger".
"""

from typing import Final

from authcore_lambda.events import Event
from authcore_lambda.members import SUBJECT, attributes, text
from authcore_lambda.people import EventUnreadableError, account_in


_NOBODY: Final = "TokenGeneration_ClientCredentials"
_LATER: Final = frozenset(("TokenGeneration_RefreshTokens",))
"""By then the event holds the attribute, if the user has it."""


def is_for_people(event: Event) -> bool:
    """Whether this is a person's token, and not a program's."""
    source = text(event, "triggerSource") or ""
    return source.startswith("TokenGeneration_") and source != _NOBODY


def may_need_a_link(event: Event) -> bool:
    """Whether this is the sign-in of somebody whom *event* does not show as linked."""
    if text(event, "triggerSource") in _LATER:
        return False
    if text(event, "userName") is None or text(attributes(event), SUBJECT) is None:
        return False
    try:
        return not account_in(event).is_linked
    except EventUnreadableError:
        return True


def is_unlinked_native(event: Event) -> bool:
    """True also where nobody can say: that is a link which fails."""
    try:
        person = account_in(event)
    except EventUnreadableError:
        return True
    return person.identity is None and not person.is_linked
