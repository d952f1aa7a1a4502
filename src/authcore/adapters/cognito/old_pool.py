"""
The users of another user pool, as accounts of a legacy system.

A password is proven by a sign-in at the old pool: its triggers run, its lockout counts, and the
user is billed as active there.  The tokens of that sign-in are revoked, and leave this module in no
case.  The sign-in says MIGRATION_OFF, so that authcore's own migration trigger at the old pool
creates no user, and two pools cannot ask each other in turns.

See: docs/pool-to-pool.md; Amazon Cognito AdminInitiateAuth, AdminGetUser, ListUsers, RevokeToken.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import attrs

from authcore.adapters.base64url import decode
from authcore.adapters.client_secrets import client_secrets
from authcore.adapters.cognito.auth_api import ADMIN, AuthApi
from authcore.adapters.cognito.challenge_answers import can_be_password
from authcore.adapters.cognito.error_translation import GETTING_A_USER, translate_errors
from authcore.adapters.cognito.limits import can_be_username
from authcore.adapters.cognito.provider_links import CognitoProviderLinks
from authcore.adapters.cognito.sign_in_response import read_step
from authcore.adapters.cognito.user_description import read_user_description, require_cognitos_own
from authcore.domain.errors import (
    AccountMismatchError,
    AccountNotFoundError,
    AmbiguousAccountError,
    CredentialsRejectedError,
    LegacyMisconfiguredError,
    LegacyUnavailableError,
    PasswordResetRequiredError,
    ProviderMisconfiguredError,
    ProviderUnavailableError,
    SecondFactorRequiredError,
)
from authcore.domain.model.accounts import Credentials, LegacyAccount, PoolKind
from authcore.domain.model.challenges import Challenge
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.old_pool_users import account_of, has_verified_address
from authcore.domain.model.passwords import MIGRATION_OFF
from authcore.domain.model.tokens import TokenSet
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.legacy_accounts import LegacyAccounts


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

SECOND_FACTORS: Final = frozenset({"EMAIL_OTP", "SELECT_MFA_TYPE", "SMS_MFA", "SOFTWARE_TOKEN_MFA"})
"""Challenges that follow a right password, and ask for what the user has beside it."""

ENROLMENT: Final = "MFA_SETUP"
"""Asked of a user with a right password who has no second factor yet."""

OF_ANOTHER_CLIENT: Final = "UnauthorizedException"
"""Answer of RevokeToken to a client secret that is not, or not any more, of the app client."""

UNCONFIRMED: Final = "UNCONFIRMED"


@attrs.frozen
class _OldUser:
    user: DirectoryUser
    has_second_factor: bool


class OldPoolAccounts(LegacyAccounts):
    """
    Accounts are users of the old pool who have completed their sign-up; ids are their ``sub``.

    An account is locked if its user is disabled, or exists through a provider only and so has no
    password.  A user who has a second factor is locked too, unless the team lets those move: the
    factor stays behind, and a password alone would then open what needed both.

    An account that has moved names its user in the new pool in ``custom:cognito_id``.
    """

    def __init__(
        self,
        *,
        client: "CognitoIdentityProviderClient",
        user_pool_id: str,
        client_id: str,
        client_secret: str | ClientSecrets | None,
        kind: PoolKind = "username",
        drops_second_factors: bool = False,
    ) -> None:
        """
        Bind the API to the old pool.

        Args:
            client: From ``cognito_client``, which bounds its calls and its log.

            user_pool_id: Id of the old pool.

            client_id: Of an app client of the old pool that allows ADMIN_USER_PASSWORD_AUTH.

            client_secret: Of that app client: one that stays, or the ClientSecrets; None for a
                public client.

            kind: What users sign in with at the old pool; ``username`` by default.

            drops_second_factors: Whether users move who have a second factor; by default not.
        """
        self._client = client
        self._user_pool_id = user_pool_id
        self._client_id = client_id
        self._secrets = None if client_secret is None else client_secrets(client_secret)
        self._kind = kind
        self._drops_second_factors = drops_second_factors
        self._addresses = CognitoProviderLinks(client=client, user_pool_id=user_pool_id)
        self._api = AuthApi(
            client=client,
            user_pool_id=user_pool_id,
            client_id=client_id,
            secrets=self._secrets,
            admin=client,
        )

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        """See the port."""
        if not (can_be_username(credentials.username) and can_be_password(credentials.password)):
            raise CredentialsRejectedError("no user has such a name or password")
        with _legacy_outages():
            username = self._sign_in_name(credentials.username)
            step = self._sign_in(username, credentials.password)
            found = self._get(username)
            if found is None:
                raise CredentialsRejectedError("the user is gone")
            account = self._account(found, credentials.username)
        if isinstance(step, TokenSet) and _subject_in(step.access_token) != account.legacy_uid:
            raise AccountMismatchError("the old pool answers about another user")
        if found.has_second_factor and not self._drops_second_factors:
            raise SecondFactorRequiredError("the user has a second factor")
        if account.locked:
            raise CredentialsRejectedError("the user may not sign in")
        return account

    def find(self, username: str) -> LegacyAccount | None:
        """See the port.  Letter case counts where it does in the old pool, but for lower case."""
        if not can_be_username(username):
            return None
        with _legacy_outages():
            found = self._find(username)
            return None if found is None else self._account(found, username)

    def _find(self, name: str) -> _OldUser | None:
        for spelling in dict.fromkeys((name, name.lower())):
            found = self._get(self._owner_of(spelling) or spelling)
            if found is not None:
                return found
        return None

    def _sign_in_name(self, typed: str) -> str:
        """Return the name to sign in with; pools that know addresses as names find them best."""
        if self._kind != "username":
            return typed
        try:
            return self._owner_of(typed) or typed
        except AmbiguousAccountError:
            raise CredentialsRejectedError("several users have the address") from None

    def _owner_of(self, address: str) -> str | None:
        """
        Return the name of the user with this e-mail address; None if there is none.

        Of several users the only one whose address is verified has it.  Where none is verified, a
        user whose name it is has it: anyone may write an address, and no one another user's name.

        Raises:
            AmbiguousAccountError: No one has it more than another.
        """
        if "@" not in address:
            return None
        users = [
            user
            for user in self._addresses.native_users_with(address)
            if user.status != UNCONFIRMED
        ]
        verified = [user for user in users if has_verified_address(user)]
        if users and not verified and self._is_a_name(address):
            return address
        candidates = verified or users
        if len(candidates) > 1:
            raise AmbiguousAccountError("several users have the address")
        return candidates[0].username if candidates else None

    def _is_a_name(self, text: str) -> bool:
        found = self._get(text)
        return found is not None and _fold(found.user.username) == _fold(text)

    def _sign_in(self, username: str, password: str) -> TokenSet | Challenge:
        """
        Return what follows the right password; tokens are revoked by then.

        Raises:
            CredentialsRejectedError: The old pool refuses, or asks for more than may be skipped.
        """
        parameters = {"USERNAME": username, "PASSWORD": password}
        answered = self._api.initiate(ADMIN, parameters, MIGRATION_OFF)
        step = read_step(answered, flow=ADMIN, username=username)
        if isinstance(step, TokenSet):
            self._revoke(step)
        else:
            self._require_skippable(step.name)
        return step

    def _require_skippable(self, challenge: str) -> None:
        if challenge == "NEW_PASSWORD_REQUIRED":
            raise PasswordResetRequiredError("the password is a temporary one")
        if challenge == ENROLMENT or (challenge in SECOND_FACTORS and self._drops_second_factors):
            return
        if challenge in SECOND_FACTORS:
            raise SecondFactorRequiredError("the old pool asks for a second factor")
        raise CredentialsRejectedError("the old pool asks for more than a password")

    def _revoke(self, tokens: TokenSet) -> None:
        """End the session.  If that fails it ends by itself: no client has its tokens."""
        token = tokens.refresh_token or ""
        for secret in self._secrets.active() if self._secrets else [None]:
            given = {} if secret is None else {"ClientSecret": secret}
            try:
                with translate_errors({}):
                    self._client.revoke_token(Token=token, ClientId=self._client_id, **given)
            except ProviderUnavailableError as error:
                if error.detail == OF_ANOTHER_CLIENT:
                    continue
            return

    def _get(self, username: str) -> _OldUser | None:
        try:
            with translate_errors(GETTING_A_USER):
                found: Mapping[str, Any] = self._client.admin_get_user(
                    UserPoolId=self._user_pool_id, Username=username
                )
        except AccountNotFoundError:
            return None
        require_cognitos_own(found["ResponseMetadata"])
        user = read_user_description(found, "UserAttributes")
        if user.status == UNCONFIRMED:
            return None
        return _OldUser(user, has_second_factor=user.has_mfa)

    def _account(self, found: _OldUser, typed: str) -> LegacyAccount:
        """
        Return the account of *found*.

        Raises:
            AccountMismatchError: It is not the one that *typed* names.
        """
        user = found.user
        if _fold(typed) not in {_fold(user.username), _fold(user.attributes.get("email", ""))}:
            raise AccountMismatchError("the old pool answers about another user")
        account = account_of(user, self._kind)
        stays = found.has_second_factor and not self._drops_second_factors
        return attrs.evolve(account, locked=account.locked or stays)


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _subject_in(access_token: str) -> str | None:
    """Return ``sub`` of a token that came from Cognito itself, and so needs no signature."""
    try:
        claims = json.loads(decode(access_token.split(".")[1].encode()))
        subject = claims["sub"]
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return subject if isinstance(subject, str) else None


@contextmanager
def _legacy_outages() -> Iterator[None]:
    """Turn outages of the old pool into those of a legacy system."""
    try:
        yield
    except ProviderMisconfiguredError as error:
        raise LegacyMisconfiguredError(str(error), detail=error.detail) from None
    except ProviderUnavailableError as error:
        raise LegacyUnavailableError(str(error), detail=error.detail) from None
