"""
A trigger event, read once where it comes in.

See: Amazon Cognito "Customizing user pool workflows with Lambda triggers".
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.linking import PoolAccount
from authcore_lambda.events.json_members import mapping, text
from authcore_lambda.events.types import Event
from authcore_lambda.events.user_attributes import EventUnreadableError, UserAttributes


POOL_ID: Final = re.compile(r"[a-z0-9-]{1,32}_[A-Za-z0-9]{1,55}")

_ID: Final = re.compile(r"[!-~]{1,128}")

_NO_USER: Final = "TokenGeneration_ClientCredentials"

_OTHER_TRIGGERS: Final = (
    *("CreateAuthChallenge_", "CustomEmailSender_", "CustomMessage_", "CustomSMSSender_"),
    *("DefineAuthChallenge_", "InboundFederation_", "PostAuthentication_", "PostConfirmation_"),
    *("PreAuthentication_", "PreSignUp_", "UserMigration_", "VerifyAuthChallengeResponse_"),
)
"""How the sources of all triggers begin that make no token."""

_REFRESHES: Final = frozenset(("TokenGeneration_RefreshTokens",))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TriggerEvent:
    """
    An event about a user of the pool.  What cannot be read matters only where it is needed.

    Attributes:
        version: Of the event's form; None where it is missing, empty or no text, as for the texts
            below.
        source: ``triggerSource``.
        username: ``userName``.
        pool_name: ``userPoolId``, of any shape.
        user: ``request.userAttributes``.
        groups: ``request.groupConfiguration`` as it came; empty where there is none.
        response: As it came; empty where there is none.
    """

    version: str | None
    source: str | None
    username: str | None
    pool_name: str | None
    user: UserAttributes
    groups: Mapping[str, Any]
    response: Mapping[str, Any]

    @classmethod
    def read(cls, event: Event) -> "TriggerEvent":
        """Read *event*, whose members may be missing, mistyped or unknown.  Never raises."""
        request = mapping(event, "request")
        return cls(
            version=text(event, "version"),
            source=text(event, "triggerSource"),
            username=text(event, "userName"),
            pool_name=text(event, "userPoolId"),
            user=UserAttributes.read(mapping(request, "userAttributes")),
            groups=mapping(request, "groupConfiguration"),
            response=mapping(event, "response"),
        )

    def apply(self, user: DirectoryUser) -> "TriggerEvent":
        """Return the event with the attributes that the pool holds of *user* now."""
        return attrs.evolve(self, user=self.user.apply(user))

    @property
    def pool_id(self) -> str | EventUnreadableError:
        """``userPoolId``, if it has the shape of ``eu-west-1_Ab12Cd34``."""
        if self.pool_name is None or not POOL_ID.fullmatch(self.pool_name):
            return EventUnreadableError("the event names no user pool")
        return self.pool_name

    @property
    def account(self) -> PoolAccount | EventUnreadableError:
        """
        The user who signs in, or has just been confirmed.

        An error without a user name or ``sub``, or where the identities leave open whether the user
        is native and, if not, who they are; an e-mail address or another identity must not stand in
        for that.
        """
        user = self.user
        if self.username is None or user.subject is None or not _ID.fullmatch(user.subject):
            return EventUnreadableError("the event names no user")
        identity = user.identity
        if isinstance(identity, EventUnreadableError):
            return identity
        return PoolAccount(
            username=self.username,
            subject=user.subject,
            email=user.email,
            email_verified=user.is_email_verified,
            name=user.name,
            identity=identity,
            legacy_uid=user.legacy_uid,
            statement=user.statement,
        )

    @property
    def provider(self) -> str | None:
        """The user's provider, as policies name it; None where the event does not say."""
        account = self.account
        return None if isinstance(account, EventUnreadableError) else account.provider

    @property
    def is_for_user(self) -> bool:
        """Whether the token is a user's, and not an app client's own."""
        source = self.source or ""
        return source.startswith("TokenGeneration_") and source != _NO_USER

    @property
    def makes_no_user_token(self) -> bool:
        """Whether certainly no token of a user is made; False where the source is not known."""
        source = self.source or ""
        return source == _NO_USER or source.startswith(_OTHER_TRIGGERS)

    @property
    def is_refresh(self) -> bool:
        """Whether the tokens continue a session; the event is then as new as the pool."""
        return self.source in _REFRESHES

    @property
    def is_native(self) -> bool:
        """Whether the user signed up in the pool itself; True also where the event does not say."""
        account = self.account
        return isinstance(account, EventUnreadableError) or account.identity is None
