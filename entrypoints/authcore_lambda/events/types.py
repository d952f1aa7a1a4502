"""
The shapes of our answers to Cognito's trigger events, as Amazon documents them.

Events that arrive are read member by member instead: Amazon adds and moves members, and a strict
function would lock users out.

See: Amazon Cognito "Customizing user pool workflows with Lambda triggers".
"""

from typing import Any, Final, Literal, NotRequired, Protocol, TypedDict


OUTAGE_TEXT: Final = "This service is not available right now. Please try again in a few minutes."
"""What Cognito shows to a user whose sign-in or sign-up got no answer."""


class LambdaContext(Protocol):
    """The part of AWS Lambda's context object that is used here."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is killed."""


class UserMigrationAnswer(TypedDict):
    """
    ``response`` of a user migration event that creates a user.

    Attributes:
        userAttributes: Strings by name; with ``username`` only where an alias was typed.
        finalUserStatus: ``CONFIRMED`` keeps the typed password; left out, the user must reset it.
        messageAction: No welcome message.
        forceAliasCreation: False: never takes an alias away from another user.

    See: Amazon Cognito "Migrate user Lambda trigger".
    """

    userAttributes: dict[str, str]
    finalUserStatus: NotRequired[Literal["CONFIRMED"]]
    messageAction: Literal["SUPPRESS"]
    desiredDeliveryMediums: list[Literal["EMAIL", "SMS"]]
    forceAliasCreation: bool


Event = dict[str, Any]
"""Any trigger event, as JSON objects arrive."""
