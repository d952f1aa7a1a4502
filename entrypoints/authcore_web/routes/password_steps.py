"""The steps of a sign-in by password, between two answers to the browser."""

import hmac
from collections.abc import Mapping
from typing import TypeAlias

import attrs

from authcore.adapters.cookie_header import header_after
from authcore.domain.errors import (
    AnswerRejectedError,
    AttemptRejectedError,
    AttributesRejectedError,
    ChallengeMismatchError,
    LoginLostError,
    ParameterRejectedError,
    PasswordPolicyError,
    ProviderNotReachedError,
    RejectedError,
    SessionTooLargeError,
    UnavailableError,
    UnknownChallengeError,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.attempt_ids import ATTEMPT_MEMBER, attempt_id_of
from authcore.domain.model.challenges import Challenge, ChallengeAnswer
from authcore.domain.model.pending_challenge import CHALLENGE_LIFETIME, PendingChallenge
from authcore.domain.model.session import RedirectTarget, Session
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.domain.services.sign_in.sign_in import SignInCompletion
from authcore.domain.services.sign_in.sign_in_limits import SignInLimits
from authcore.ports.cookies import CookieJar
from authcore.ports.coordination import ReplayCache
from authcore.ports.password_authentication import NO_METADATA
from authcore.ports.system import Clock, Entropy
from authcore_web.request.sign_in_members import SignInForm, can_answer
from authcore_web.response.challenge_entries import Asked
from authcore_web.routes.refused_sign_in import RefusedSignIn
from authcore_web.routes.session_start import SessionStart


_MAY_REPEAT = (AnswerRejectedError, PasswordPolicyError, AttributesRejectedError)


@attrs.frozen
class SignedIn:
    """
    A sign-in that is complete.

    Attributes:
        completion: The session, and where the browser continues.
        cookies: ``Set-Cookie`` values of the session.
    """

    completion: SignInCompletion
    cookies: tuple[str, ...] = attrs.field(repr=False)


Step: TypeAlias = SignedIn | RefusedSignIn | Asked


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PasswordSteps:
    """
    Takes one step; every method may wait for Cognito, for keys, and for stores.

    Attributes:
        sign_in: Cognito's own sign-in.
        limits: How often users may try.
        challenges: Cookie of the challenge.
        sessions: Cookies of sessions.
        replay_cache: Shared by all processes that serve the routes.
        session_start: Establishes sessions.
        client: Digest of the app client and pool.
        clock: For the expiry of challenges.
        entropy: Names challenges.
    """

    _sign_in: PasswordSignIn
    _limits: SignInLimits
    _challenges: CookieJar[PendingChallenge]
    _sessions: CookieJar[TokenSet]
    _replay_cache: ReplayCache
    _session_start: SessionStart
    _client: str
    _clock: Clock
    _entropy: Entropy

    def make_attempt_id(self) -> str:
        """Make the id of a sign-in, for log lines."""
        return attempt_id_of(self._entropy.token())

    def begin(
        self,
        form: SignInForm,
        target: RedirectTarget,
        attempt: str,
        *,
        address: str | None,
        sent: str,
    ) -> Step:
        """
        Begin a sign-in.

        Args:
            form: As the browser sent it.

            target: Where it shall end.

            attempt: Its id; Lambda triggers receive it, as far as Cognito passes it on.

            address: Of the browser.

            sent: The ``Cookie`` header.

        Raises:
            ParameterRejectedError: The app client's flow begins with a password.

            RejectedError, UnavailableError: As ``PasswordSignIn``; no cookie is set.
        """
        if form.password is None and self._sign_in.flow != "USER_AUTH":
            raise ParameterRejectedError("factor")
        self._limits.admit(form.username, address)
        metadata = _metadata(attempt)
        if form.password is None:
            begun: Session | Challenge = self._sign_in.begin_choice(
                form.username, preferred=form.factor, metadata=metadata
            )
        else:
            credentials = Credentials(form.username, form.password)
            begun = self._sign_in.begin(credentials, metadata=metadata)
        return self._settle(begun, form.username, target, sent, attempt)

    def pending(self, public_id: str, sent: str) -> PendingChallenge:
        """
        Read the challenge that the browser carries.

        Args:
            public_id: Of the challenge that the page showed.

            sent: The ``Cookie`` header.

        Raises:
            AttemptRejectedError: None, an expired one, one of another app client, or the one that
                another tab was asked since.
        """
        pending = self._challenges.read(sent)
        if pending is None or pending.client != self._client:
            raise AttemptRejectedError("this browser has no challenge to answer")
        if not hmac.compare_digest(pending.public_id.encode(), public_id.encode()):
            raise AttemptRejectedError("the browser was asked another challenge since")
        return pending

    def answer(
        self,
        pending: PendingChallenge,
        answer: ChallengeAnswer,
        target: RedirectTarget,
        *,
        address: str | None,
        sent: str,
    ) -> Step:
        """
        Answer *pending*, once: of several answers at the same time one counts.

        After a wrong answer the same challenge is asked again, for the rest of its time.

        Args:
            pending: As the browser carries it.

            answer: Of a kind that the challenge takes.

            target: Where the sign-in shall end.

            address: Of the browser.

            sent: The ``Cookie`` header.

        Raises:
            AttemptRejectedError: It was answered before.

            LoginLostError: The outcome is unknown; the sign-in must begin again.

            RejectedError, UnavailableError: As ``PasswordSignIn``.
        """
        self._limits.admit(pending.candidate_username, address, username=pending.challenge.username)
        self._sign_in.validator.require_keys()
        self._use_up(pending)
        try:
            answered = self._sign_in.answer(
                pending.challenge, answer, metadata=_metadata(pending.attempt)
            )
        except _MAY_REPEAT as refusal:
            if pending.challenge.name == "WEB_AUTHN":
                raise  # a device signs each challenge once
            return self._ask(self._rename(pending), target, sent, refusal=refusal)
        except (ProviderNotReachedError, ChallengeMismatchError):  # nothing was sent
            self._replay_cache.forget(_key(pending))
            raise
        except UnavailableError as error:
            raise LoginLostError.after(error) from None
        return self._settle(answered, pending.candidate_username, target, sent, pending.attempt)

    def _use_up(self, pending: PendingChallenge) -> None:
        if not self._replay_cache.first_time(_key(pending), CHALLENGE_LIFETIME):
            raise AttemptRejectedError("the challenge was already answered")

    def _rename(self, pending: PendingChallenge) -> PendingChallenge:
        return attrs.evolve(pending, identifier=self._entropy.token())

    def _settle(
        self,
        begun: Session | Challenge,
        username: str,
        target: RedirectTarget,
        sent: str,
        attempt: str | None,
    ) -> Step:
        if isinstance(begun, Challenge):
            return self._ask(self._pend(begun, username, attempt), target, sent)
        completion = SignInCompletion(begun, target)
        outcome = self._session_start.establish(completion, sent, can_restart=False)
        if isinstance(outcome, RefusedSignIn):
            return outcome
        return SignedIn(completion, outcome)

    def _pend(self, challenge: Challenge, username: str, attempt: str | None) -> PendingChallenge:
        return PendingChallenge(
            challenge=challenge,
            candidate_username=username,
            client=self._client,
            identifier=self._entropy.token(),
            expires_at=self._clock.now() + CHALLENGE_LIFETIME,
            attempt=attempt,
        )

    def _ask(
        self,
        pending: PendingChallenge,
        target: RedirectTarget,
        sent: str,
        *,
        refusal: RejectedError | None = None,
    ) -> Asked:
        challenge, secret = pending.challenge, None
        if not can_answer(challenge):
            raise UnknownChallengeError("a challenge that no page can answer")
        if challenge.name == "MFA_SETUP" and refusal is None:
            setup = self._sign_in.begin_totp_setup(challenge)
            challenge, secret = setup.challenge, setup.secret
        cookies = self._keep(attrs.evolve(pending, challenge=challenge), sent)
        return Asked(challenge, pending.public_id, target, cookies, secret, refusal)

    def _keep(self, pending: PendingChallenge, sent: str) -> tuple[str, ...]:
        """Keep *pending*; a session that leaves no room for it ends: the user signs in anyway."""
        try:
            return self._challenges.write(pending, sent)
        except SessionTooLargeError:
            ended = self._sessions.clear(sent)
            return (*ended, *self._challenges.write(pending, header_after(sent, ended)))


def _metadata(attempt: str | None) -> Mapping[str, str]:
    """Return what Cognito passes on to Lambda triggers about the sign-in *attempt*."""
    return NO_METADATA if attempt is None else {ATTEMPT_MEMBER: attempt}


def _key(pending: PendingChallenge) -> str:
    return f"challenge:{pending.identifier}"
