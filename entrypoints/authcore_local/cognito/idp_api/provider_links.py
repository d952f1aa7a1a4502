"""``AdminLinkProviderForUser``: an account at a provider signs in as a user who exists already."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore.ports.system import Clock
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter, no_such_user
from authcore_local.cognito.idp_api.authentication import check_pool
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.user_pool.identities import MAX_IDENTITIES, Identity
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


NATIVE: Final = "Cognito"
SUBJECT: Final = "Cognito_Subject"
ALREADY_SIGNED_UP: Final = (
    "Merging is not currently supported, provide a SourceUser that has not been signed up in order"
    " to link"
)
ALREADY_LINKED: Final = "SourceUser is already linked to DestinationUser"


class ProviderLinking:
    """Links identities that have not signed in yet."""

    def __init__(self, config: PoolConfig, *, users: UserStore, clock: Clock) -> None:
        self._config = config
        self._users = users
        self._clock = clock

    def link(self, given: Input) -> Mapping[str, object]:
        """
        ``AdminLinkProviderForUser``.

        Raises:
            CognitoError: InvalidParameterException (the source has a profile or a link already,
                or is no account at a social provider), UserNotFoundException (no such
                destination), or LimitExceededException (a sixth identity).
        """
        check_pool(self._config, given)
        source = self._source(given.members("SourceUser"))
        destination = self._destination(given.members("DestinationUser"))
        owner = self._users.identified_by(*source.key)
        if owner is not None:
            linked = owner.username == destination.username and owner.status != "EXTERNAL_PROVIDER"
            raise invalid_parameter(ALREADY_LINKED if linked else ALREADY_SIGNED_UP)
        self._users.change(destination.username, lambda user: _with(user, source))
        return {}

    def _source(self, given: Input) -> Identity:
        provider = given.text("ProviderName", longest=32)
        if provider not in self._config.identity_providers:
            raise invalid_parameter("SourceUser.ProviderName is not a provider of this user pool")
        if given.text("ProviderAttributeName", longest=32) != SUBJECT:
            raise invalid_parameter(f"SourceUser.ProviderAttributeName must be {SUBJECT}")
        user_id = given.text("ProviderAttributeValue", longest=131072)
        return Identity(provider, user_id, primary=False, created_at=self._clock.now())

    def _destination(self, given: Input) -> PoolUser:
        provider = given.text("ProviderName", longest=32)
        value = given.text("ProviderAttributeValue", longest=131072)
        if provider == NATIVE:
            user = self._users.find(value)
            native = user is not None and user.status != "EXTERNAL_PROVIDER"
            user = user if native else None
        else:
            user = self._users.identified_by(provider, value)
        if user is None:
            raise no_such_user()
        return user


def _with(user: PoolUser, identity: Identity) -> PoolUser:
    if len(user.identities) >= MAX_IDENTITIES:
        raise CognitoError("LimitExceededException", f"At most {MAX_IDENTITIES} identities.")
    return attrs.evolve(user, identities=(*user.identities, identity))
