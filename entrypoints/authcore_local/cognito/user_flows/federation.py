"""Sign-in with an account at a provider: find or create its user and fire the triggers."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore.ports.system import Clock
from authcore_local.cognito.config import PoolConfig, Provider
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.lambda_triggers.provider_claims import ProviderClaims
from authcore_local.cognito.user_pool.attributes import for_new_user, update_attributes
from authcore_local.cognito.user_pool.identities import Identity
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


ALREADY_FOUND: Final = "Already found an entry for username"

_NO_ALIASES: Final = {"cognito:email_alias": "", "cognito:phone_number_alias": ""}


@attrs.frozen
class ProviderAccount:
    """
    An account, as the provider describes it.

    Attributes:
        provider: Google, Facebook or SignInWithApple.
        user_id: At the provider.
        name: Display name.
        email: None where the provider has none or withholds it.
        email_verified: None where the provider does not say: Facebook never does.
    """

    provider: Provider
    user_id: str = attrs.field(repr=False)
    name: str = attrs.field(repr=False)
    email: str | None = attrs.field(default=None, repr=False)
    email_verified: bool | None = attrs.field(default=None, kw_only=True)

    def pool_attributes(self) -> dict[str, str]:
        """Return the account as attributes of the pool."""
        wanted = {"name": self.name, "email": self.email or ""}
        if self.email and self.email_verified is not None:
            wanted["email_verified"] = "true" if self.email_verified else "false"
        return {name: value for name, value in wanted.items() if value}


class FederatedSignIn:
    """
    Finds or creates the user of an account at a provider.

    Inbound federation is the first trigger, each time.  Then follow, at the first sign-in: pre
    sign-up, post confirmation; later, and at the first sign-in of an account that was linked
    before: pre authentication, post authentication.
    """

    def __init__(
        self, config: PoolConfig, *, users: UserStore, lifecycle: Lifecycle, clock: Clock
    ) -> None:
        self._config = config
        self._users = users
        self._lifecycle = lifecycle
        self._clock = clock
        self._claims = ProviderClaims(lifecycle)

    def sign_in(self, account: ProviderAccount) -> PoolUser:
        """
        Return the user as of before the last trigger, as the tokens will show it.

        Raises:
            CognitoError: NotAuthorizedException (disabled), AliasExistsException (the account got
                an owner while the pre sign-up trigger ran), or what Lifecycle raises.
        """
        known = self._users.identified_by(account.provider, account.user_id)
        wanted = self._claims.attributes(
            account.provider, account.user_id, account.pool_attributes()
        )
        if known is None:
            own_name = self._users.normalize_name(f"{account.provider}_{account.user_id}")
            return self._first(account, own_name, wanted)
        return self._later(known, wanted)

    def _first(
        self, account: ProviderAccount, username: str, wanted: Mapping[str, str]
    ) -> PoolUser:
        shown = {**_NO_ALIASES, **wanted}
        self._lifecycle.pre_sign_up("PreSignUp_ExternalProvider", username, shown)
        user = self._create(username, account, wanted)
        self._lifecycle.post_confirmation("PostConfirmation_ConfirmSignUp", user)
        return user

    def _create(
        self, username: str, account: ProviderAccount, wanted: Mapping[str, str]
    ) -> PoolUser:
        now = self._clock.now()
        identity = Identity(account.provider, account.user_id, primary=True, created_at=now)
        try:
            return self._users.create(
                username,
                None,
                status="EXTERNAL_PROVIDER",
                attributes=for_new_user(self._config, wanted),
                identities=(identity,),
                groups=(f"{self._config.pool_id}_{account.provider}",),
            )
        except CognitoError as error:
            if error.kind != "UsernameExistsException":
                raise
            raise CognitoError("AliasExistsException", f"{ALREADY_FOUND} {username}") from None

    def _later(self, known: PoolUser, wanted: Mapping[str, str]) -> PoolUser:
        if not known.enabled:
            raise CognitoError("NotAuthorizedException", "User is not enabled")
        self._lifecycle.pre_authentication(known.username, known)
        user = known if self._users.writes.is_on else self._update(known, wanted)
        self._lifecycle.post_authentication(user)
        return user

    def _update(self, known: PoolUser, wanted: Mapping[str, str]) -> PoolUser:
        return self._users.change(
            known.username,
            lambda current: attrs.evolve(
                current, attributes=update_attributes(self._config, current.attributes, wanted)
            ),
        )
