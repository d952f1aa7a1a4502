"""
Sign in through Cognito's authorization code flow.

A browser that begins receives an attempt to keep (sealed, in a cookie) and a URL to follow.  At
the callback, the authorization response counts only together with that attempt.

See: RFC 6749 §4.1, RFC 7636, RFC 9700 §4.7; OpenID Connect Core §3.1.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    AttemptRejectedError,
    ConfigurationError,
    ProviderRefusedError,
    RedirectRejectedError,
)
from authcore.domain.model.app_client import AppClient
from authcore.domain.model.provider_names import are_distinct_providers, fold_provider
from authcore.domain.model.session import (
    MAX_REMEMBERED_TARGET,
    PendingSignIns,
    RedirectTarget,
    Session,
    SignInAttempt,
)
from authcore.domain.model.urls import service_url
from authcore.domain.services.sign_in.authorization import (
    AuthorizationError,
    AuthorizationResponse,
    candidate_in,
    client_digest,
    code_challenge_for,
    digest_of,
    error_for,
    is_provider_name,
    sign_in_options,
    state_for,
    with_query,
)
from authcore.domain.services.sign_in.code_redeemer import MAX_ATTEMPT_LIFETIME, CodeRedeemer
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.ports.system import Clock, Entropy


DEFAULT_ATTEMPT_LIFETIME: Final = timedelta(minutes=10)


@attrs.frozen
class SignInStart:
    """
    A sign-in that has begun.

    Attributes:
        authorize_url: The browser's next URL.  Holds state, nonce and perhaps a login hint.
        attempt: What the browser must bring back.
        target: Where the browser ends up after the sign-in.
    """

    authorize_url: str = attrs.field(repr=False)
    attempt: SignInAttempt
    target: RedirectTarget = attrs.field(repr=False)


@attrs.frozen
class SignInCompletion:
    """
    A completed sign-in.

    Attributes:
        session: Every token checked.
        target: The browser's next URL.
    """

    session: Session
    target: RedirectTarget = attrs.field(repr=False)


@attrs.frozen(kw_only=True, repr=False, eq=False)
class SignIn:
    """
    Signs browsers in at one app client of one pool.

    Attributes:
        client: The app client.
        redeemer: Exchanges codes; for the same app client.
        allowlist: Where browsers may be sent afterwards.
        default_redirect: Target of a sign-in that names none; on the allow-list.
        clock: For the expiry of attempts.
        entropy: For state, nonce and PKCE verifier.
        attempt_lifetime: From begin to callback.  Default: 10 minutes; maximum:
            MAX_ATTEMPT_LIFETIME.

    Raises:
        ConfigurationError: Names every attribute that cannot work.
    """

    client: AppClient
    redeemer: CodeRedeemer
    allowlist: RedirectAllowlist
    default_redirect: str
    clock: Clock
    entropy: Entropy
    attempt_lifetime: timedelta = DEFAULT_ATTEMPT_LIFETIME

    def __attrs_post_init__(self) -> None:
        if problems := self._problems():
            raise ConfigurationError(problems)

    def _problems(self) -> list[str]:
        problems = []
        for name in ("authorize_url", "redirect_uri"):
            try:
                service_url(getattr(self.client, name))
            except ValueError as error:
                problems.append(f"{name}: {error}")
        try:
            self.allowlist.resolve(self.default_redirect)
        except RedirectRejectedError:
            problems.append("default_redirect: must be on the redirect allow-list")
        if "openid" not in self.client.scopes:
            problems.append("scopes: must include openid")
        if not all(map(is_provider_name, self.client.providers)):
            problems.append("providers: must be names of identity providers, 32 characters at most")
        if not are_distinct_providers(self.client.providers):
            problems.append("providers: must name each one once, in any letter case")
        if not timedelta(0) < self.attempt_lifetime <= MAX_ATTEMPT_LIFETIME:
            problems.append(
                f"attempt_lifetime: must be more than 0, at most {MAX_ATTEMPT_LIFETIME}"
            )
        return problems

    def begin(
        self,
        redirect: str | None,
        *,
        provider: str | None = None,
        lang: str | None = None,
        login_hint: str | None = None,
        reauthenticate: bool = False,
        is_restart: bool = False,
    ) -> SignInStart:
        """
        Begin a sign-in that ends at *redirect*.

        Args:
            redirect: From the request, unchecked; None for the default.

            provider: Skips Cognito's page: ``Google``, ``COGNITO`` ...; at most 32 characters.

            lang: A language of Cognito's pages.

            login_hint: Fills in the user name; at most 256 characters.

            reauthenticate: Whether the user must authenticate although Cognito remembers the
                browser.

            is_restart: Whether it replaces another sign-in, and is not restarted in turn.

        Raises:
            RedirectRejectedError: *redirect* is not on the allow-list.

            ParameterRejectedError: Any of the others is malformed.
        """
        prompt = {"prompt": "login"} if reauthenticate else {}
        options = {**sign_in_options(provider, lang, login_hint), **prompt}
        target = self.allowlist.resolve(self.default_redirect if redirect is None else redirect)
        state = state_for(self.entropy.token(), target, is_restart=is_restart)
        attempt = SignInAttempt(
            state_digest=digest_of(state),
            code_verifier=self.entropy.token(),
            nonce=self.entropy.token(),
            client=self._client_digest,
            expires_at=self.clock.now() + self.attempt_lifetime,
            target=target if len(target) <= MAX_REMEMBERED_TARGET else None,
            provider=provider,
            restarted=is_restart,
        )
        return SignInStart(self._authorize(attempt, state, options), attempt, target)

    def _authorize(self, attempt: SignInAttempt, state: str, options: Mapping[str, str]) -> str:
        return with_query(
            self.client.authorize_url,
            {
                "response_type": "code",
                "client_id": self.client.client_id,
                "redirect_uri": self.client.redirect_uri,
                "scope": " ".join(self.client.scopes),
                "state": state,
                "nonce": attempt.nonce,
                "code_challenge": code_challenge_for(attempt.code_verifier),
                "code_challenge_method": "S256",
                **options,
            },
        )

    def target_in(self, state: str) -> RedirectTarget:
        """Read the target in *state*; the default where there is none or it is not allowed."""
        try:
            return self.allowlist.resolve(candidate_in(state))
        except RedirectRejectedError:
            return self.allowlist.resolve(self.default_redirect)

    def provider_of(self, candidate_username: str) -> str | None:
        """
        Find the configured provider whose users have names like *candidate_username*; None if none.

        Pools that ignore case have lower-cased the name.  One provider's name may be the beginning
        of another's: the longest match counts.
        """
        folded = fold_provider(candidate_username)
        meant = [
            name for name in self.client.providers if folded.startswith(f"{fold_provider(name)}_")
        ]
        return max(meant, key=len, default=None)

    def attempt_for(
        self, pending: PendingSignIns | None, response: AuthorizationResponse
    ) -> SignInAttempt:
        """
        Find the attempt of this browser that *response* belongs to.  Checks nothing else.

        Args:
            pending: From the browser's cookies.

            response: Of the callback's query.

        Raises:
            ProviderRefusedError: It is an error that names no attempt, of any kind.

            AttemptRejectedError: This browser began no such attempt.
        """
        state_digest = digest_of(_state_of(response))
        for attempt in pending.attempts if pending else ():
            if hmac.compare_digest(attempt.state_digest, state_digest):
                return attempt
        raise AttemptRejectedError("this browser began no such sign-in")

    def complete(self, attempt: SignInAttempt, response: AuthorizationResponse) -> SignInCompletion:
        """
        Complete *attempt* with the provider's *response*.  Works once per attempt and per code.

        Args:
            attempt: As this browser kept it.

            response: Of the callback's query.

        Raises:
            AttemptRejectedError: *response* belongs to another attempt, or the attempt to another
                client; or the attempt is expired or used.

            ProviderRefusedError: The provider refused.

            RedirectRejectedError: The target is no longer on the allow-list.

            CodeRejectedError: The provider does not know the code.

            ClientRejectedError: The provider rejects the request of the app client.

            LoginClientMisconfiguredError: The provider refuses the app client's secret.

            TokenRejectedError: The provider issued invalid tokens; no user is signed in.

            LoginLostError: The outcome is unknown: the user must start a new sign-in.

            UnavailableError: Provider or keys gave no answer.  The attempt stays valid, and so
                does a code that came with it.
        """
        state = _state_of(response)
        self._check(attempt, state)
        if isinstance(response, AuthorizationError):
            raise error_for(response)
        target = self.allowlist.resolve(candidate_in(state))
        session = self.redeemer.redeem(
            response.code, attempt, redirect_uri=self.client.redirect_uri
        )
        return SignInCompletion(session, target)

    @property
    def _client_digest(self) -> str:
        return client_digest(self.client)

    def _check(self, attempt: SignInAttempt, state: str) -> None:
        if not hmac.compare_digest(attempt.state_digest, digest_of(state)):
            raise AttemptRejectedError("the response belongs to another sign-in")
        if not hmac.compare_digest(attempt.client, self._client_digest):
            raise AttemptRejectedError("the sign-in was begun for another client")
        if attempt.expires_at <= self.clock.now():
            raise AttemptRejectedError("the sign-in took too long")


def _state_of(response: AuthorizationResponse) -> str:
    if response.state is None:
        raise ProviderRefusedError(response.reason)
    return response.state
