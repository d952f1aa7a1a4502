"""
Signing in through Cognito's authorization code flow.

A browser that begins gets an attempt to keep (sealed, in a cookie) and a URL to go to.  Back at
the callback, the answer is worth something only together with that attempt.

See: RFC 6749 §4.1, RFC 7636, RFC 9700 §4.7; OpenID Connect Core §3.1.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta

import attrs

from authcore.domain.errors import (
    AttemptRejectedError,
    ConfigurationError,
    ProviderRefusedError,
    RedirectRejectedError,
)
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
    can_be_asked_for,
    candidate_in,
    code_challenge_for,
    digest_of,
    error_for,
    parse_authorization_response,
    sign_in_options,
    state_for,
    with_query,
)
from authcore.domain.services.sign_in.code_redeemer import MAX_ATTEMPT_LIFETIME, CodeRedeemer
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.coordination import ReplayCache
from authcore.ports.system import Clock, Entropy
from authcore.ports.token_endpoint import CodeExchanger


@attrs.frozen
class SignInStart:
    """
    A begun sign-in.

    Attributes:
        authorize_url: Where the browser goes now.  Holds state, nonce and perhaps a login hint.
        attempt: What the browser must bring back.
        target: Where the sign-in is to end.
    """

    authorize_url: str = attrs.field(repr=False)
    attempt: SignInAttempt
    target: RedirectTarget = attrs.field(repr=False)


@attrs.frozen
class SignInCompletion:
    """
    A finished sign-in.

    Attributes:
        session: Every token checked.
        target: Where the browser goes now.
    """

    session: Session
    target: RedirectTarget = attrs.field(repr=False)


@attrs.frozen(kw_only=True, repr=False, eq=False)
class SignIn:
    """
    Signs browsers in at one app client of one pool.

    Attributes:
        allowlist: Where browsers may be sent afterwards.
        default_redirect: Where they are sent when none was asked for; on the allow-list.
        exchanger: Cognito's token endpoint.
        validator: For the same pool and app client.
        seen: Shared by all processes that serve the callback.
        clock: Tells when an attempt is too old.
        entropy: Makes state, nonce and PKCE verifier.
        authorize_url: Cognito's ``…/oauth2/authorize``.
        issuer: Of the pool.
        client_id: Of the app client.
        redirect_uri: Our callback, as registered: the one string sent in both requests.
        scopes: ``openid`` among them.
        providers: The pool's identity providers, as it calls them, where a sign-in that Cognito
            broke off is to go on with the one that somebody chose on Cognito's own page.
        attempt_lifetime: From begin to callback; at most MAX_ATTEMPT_LIFETIME.

    Raises:
        ConfigurationError: Names all of these that cannot work.
    """

    _allowlist: RedirectAllowlist
    _default_redirect: str
    _exchanger: CodeExchanger
    _validator: TokenValidator
    _seen: ReplayCache
    _clock: Clock
    _entropy: Entropy
    _authorize_url: str
    _issuer: str
    _client_id: str
    _redirect_uri: str
    _scopes: tuple[str, ...]
    _providers: tuple[str, ...] = ()
    _attempt_lifetime: timedelta = MAX_ATTEMPT_LIFETIME

    def __attrs_post_init__(self) -> None:
        if problems := self._problems():
            raise ConfigurationError(problems)

    def _problems(self) -> list[str]:
        problems = []
        for name, url in (
            ("authorize_url", self._authorize_url),
            ("redirect_uri", self._redirect_uri),
        ):
            try:
                service_url(url)
            except ValueError as error:
                problems.append(f"{name}: {error}")
        try:
            self._allowlist.resolve(self._default_redirect)
        except RedirectRejectedError:
            problems.append("default_redirect: must be on the redirect allow-list")
        if "openid" not in self._scopes:
            problems.append("scopes: must include openid")
        if not all(map(can_be_asked_for, self._providers)):
            problems.append("providers: must be names of identity providers, 32 characters at most")
        if not timedelta(0) < self._attempt_lifetime <= MAX_ATTEMPT_LIFETIME:
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
        asks_anew: bool = False,
    ) -> SignInStart:
        """
        Begin a sign-in that ends at *redirect*.

        Args:
            redirect: Asked for by somebody; None for the default.

            provider: Skips Cognito's page: ``Google``, ``COGNITO`` ...; at most 32 characters.

            lang: A language of Cognito's pages.

            login_hint: Fills in the user name; at most 256 characters.

            asks_anew: Whether people are to prove who they are although Cognito remembers them.

        Raises:
            RedirectRejectedError: *redirect* is not on the allow-list.

            ParameterRejectedError: Any of the others is malformed.
        """
        prompt = {"prompt": "login"} if asks_anew else {}
        options = {**sign_in_options(provider, lang, login_hint), **prompt}
        target = self._allowlist.resolve(self._default_redirect if redirect is None else redirect)
        state = state_for(self._entropy.token(), target)
        attempt = SignInAttempt(
            state_digest=digest_of(state),
            code_verifier=self._entropy.token(),
            nonce=self._entropy.token(),
            client=self._client,
            expires_at=self._clock.now() + self._attempt_lifetime,
            target=target if len(target) <= MAX_REMEMBERED_TARGET else None,
            provider=provider,
        )
        return SignInStart(self._authorize(attempt, state, options), attempt, target)

    def _authorize(self, attempt: SignInAttempt, state: str, options: Mapping[str, str]) -> str:
        return with_query(
            self._authorize_url,
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": self._redirect_uri,
                "scope": " ".join(self._scopes),
                "state": state,
                "nonce": attempt.nonce,
                "code_challenge": code_challenge_for(attempt.code_verifier),
                "code_challenge_method": "S256",
                **options,
            },
        )

    def provider_of(self, candidate_username: str) -> str | None:
        """
        The configured provider whose users are called like *candidate_username*; None if none is.

        Pools that ignore case have put the name into lower case; names may begin another.
        """
        lowered = candidate_username.lower()
        meant = [name for name in self._providers if lowered.startswith(f"{name.lower()}_")]
        return max(meant, key=len, default=None)

    def attempt_for(
        self, pending: PendingSignIns | None, parameters: Sequence[tuple[str, str]]
    ) -> SignInAttempt:
        """
        Which of this browser's attempts the callback belongs to.  Judges nothing else.

        Args:
            pending: From the browser's cookies.

            parameters: Of the callback's query, in order, repeated ones kept, decoded once.

        Raises:
            ParameterRejectedError: The query is not an answer of an authorize endpoint.

            ProviderRefusedError: It is an error that names no attempt, whatever it says.

            AttemptRejectedError: This browser began no such attempt.
        """
        answer = parse_authorization_response(parameters)
        if answer.state is None:
            raise ProviderRefusedError(answer.reason)
        state_digest = digest_of(answer.state)
        for attempt in pending.attempts if pending else ():
            if hmac.compare_digest(attempt.state_digest, state_digest):
                return attempt
        raise AttemptRejectedError("this browser began no such sign-in")

    def complete(
        self, attempt: SignInAttempt, parameters: Sequence[tuple[str, str]]
    ) -> SignInCompletion:
        """
        Finish *attempt* with what the provider answered.  Works once per attempt and per code.

        Args:
            attempt: As this browser kept it.

            parameters: Of the callback's query, in order, repeated ones kept, decoded once.

        Raises:
            ParameterRejectedError: The query is not an answer of an authorize endpoint.

            AttemptRejectedError: Another attempt's answer, another client's, too old, or used.

            ProviderRefusedError: The provider refused.

            RedirectRejectedError: The target is no longer on the allow-list.

            CodeRejectedError: The provider does not know the code.

            ClientRejectedError: The provider does not know us, or takes no such request of ours.

            TokenRejectedError: The provider issued tokens that do not hold; nobody is signed in.

            LoginLostError: Nobody knows what came of it: the sign-in must begin anew.

            UnavailableError: Provider or keys gave no answer.  The attempt is as good as before,
                and so is a code that came with it.
        """
        answer = parse_authorization_response(parameters)
        if answer.state is None:
            raise ProviderRefusedError(answer.reason)
        self._check(attempt, answer.state)
        if isinstance(answer, AuthorizationError):
            raise error_for(answer)
        target = self._allowlist.resolve(candidate_in(answer.state))
        return SignInCompletion(self._redeemer.redeem(answer.code, attempt), target)

    @property
    def _redeemer(self) -> CodeRedeemer:
        return CodeRedeemer(
            exchanger=self._exchanger,
            validator=self._validator,
            seen=self._seen,
            redirect_uri=self._redirect_uri,
        )

    @property
    def _client(self) -> str:
        return digest_of(f"{self._issuer}\n{self._client_id}\n{self._redirect_uri}")

    def _check(self, attempt: SignInAttempt, state: str) -> None:
        if not hmac.compare_digest(attempt.state_digest, digest_of(state)):
            raise AttemptRejectedError("the answer belongs to another sign-in")
        if not hmac.compare_digest(attempt.client, self._client):
            raise AttemptRejectedError("the sign-in was begun for another client")
        if attempt.expires_at <= self._clock.now():
            raise AttemptRejectedError("the sign-in took too long")
