"""Cognito's own sign-in in memory."""

import threading
from collections.abc import Callable, Mapping, Sequence

import attrs

from authcore.domain.errors import (
    AnswerRejectedError,
    AttributesRejectedError,
    ChallengeMismatchError,
    ClientMisconfiguredError,
    CredentialsRejectedError,
    ProviderMisconfiguredError,
    ProviderNotReachedError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import (
    ANSWERS,
    MIGRATING,
    Challenge,
    ChallengeAnswer,
    ChallengeName,
    Choice,
    Device,
    FirstFactor,
    NewPassword,
    Password,
    PasswordFlow,
    TotpSecret,
    challenge_name,
)
from authcore.domain.model.tokens import TokenSet
from authcore.ports.password_authentication import NO_METADATA, PasswordAuthenticator


MakeTokens = Callable[[str], TokenSet]
"""Makes the tokens of the user with that name."""


@attrs.frozen
class Step:
    """
    A challenge that a user must pass.

    Attributes:
        name: Of the challenge.
        answer: The right one; to NEW_PASSWORD_REQUIRED every one is.
        parameters: Of the challenge; none by default.
    """

    name: ChallengeName
    answer: ChallengeAnswer
    parameters: Mapping[str, str] = attrs.field(factory=dict)


@attrs.define
class _User:
    password: str
    steps: tuple[Step, ...]
    factors: tuple[Step, ...]
    is_migrated: bool
    refusal: type[CredentialsRejectedError] | None = None


@attrs.frozen
class _Asked:
    username: str
    flow: PasswordFlow
    steps: tuple[Step, ...]


class InMemoryPasswordAuthenticator(PasswordAuthenticator):
    """
    Signs in the users that were enrolled here.

    Attributes:
        begun: The flow of each call of ``begin``, in order.
        metadata: Of each call, in order.
        devices: The device of each ``begin`` and ``answer``, in order.  None is remembered.
        flows: That the app client allows; by default all.
        available: Set to False for an outage.
        reachable: Set to False for an outage in which nothing is sent.
        knows_client: Set to False for a wrong client secret.
    """

    def __init__(self, make_tokens: MakeTokens) -> None:
        self._make_tokens = make_tokens
        self._users: dict[str, _User] = {}
        self._aliases: dict[str, str] = {}
        self._asked: dict[str, _Asked] = {}
        self._serial = 0
        self._lock = threading.Lock()
        self.begun: list[PasswordFlow] = []
        self.metadata: list[Mapping[str, str]] = []
        self.devices: list[Device | None] = []
        self.flows: frozenset[PasswordFlow] = MIGRATING | {"USER_SRP_AUTH", "USER_AUTH"}
        self.available = True
        self.reachable = True
        self.knows_client = True

    def enrol(
        self,
        username: str,
        password: str,
        *,
        steps: Sequence[Step] = (),
        factors: Sequence[Step] = (),
        is_migrated: bool = True,
    ) -> None:
        """
        Let a user sign in.

        Args:
            username: As it is typed.

            password: The right one.

            steps: Challenges after the first factor, in order; none by default.

            factors: First factors beside the password; none by default.

            is_migrated: False for a user whom the first flow in MIGRATING migrates.
        """
        self._users[username] = _User(password, tuple(steps), tuple(factors), is_migrated)

    def name_also(self, alias: str, username: str) -> None:
        """Let the user *username* sign in as *alias* too; challenges name *username*."""
        self._aliases[alias] = username

    def refuse(
        self, username: str, kind: type[CredentialsRejectedError] = CredentialsRejectedError
    ) -> None:
        """Refuse a user with any password; *kind* by default as an unknown one."""
        self._users[username].refusal = kind

    def begin(
        self,
        credentials: Credentials,
        *,
        flow: PasswordFlow,
        device: Device | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> TokenSet | Challenge:
        """See the port."""
        with self._lock:
            self.begun.append(flow)
            self.devices.append(device)
            self._arrive(flow, metadata)
            username = self._aliases.get(credentials.username, credentials.username)
            user = self._user(username, flow)
            if user.password != credentials.password:
                raise _make_refusal()
            user.is_migrated = True
            return self._next(_Asked(username, flow, user.steps))

    def begin_choice(
        self,
        username: str,
        *,
        preferred: FirstFactor | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> Challenge:
        """See the port."""
        with self._lock:
            self._arrive("USER_AUTH", metadata)
            username = self._aliases.get(username, username)
            user = self._user(username, "USER_AUTH")
            for step in user.factors:
                if step.name == preferred:
                    return self._ask(_Asked(username, "USER_AUTH", (step, *user.steps)))
            choose = Step("SELECT_CHALLENGE", Choice(""))
            return self._ask(_Asked(username, "USER_AUTH", (choose, *user.steps)))

    def begin_totp_setup(self, challenge: Challenge) -> TotpSecret:
        """See the port."""
        if challenge.name != "MFA_SETUP":
            raise ChallengeMismatchError("only MFA_SETUP is answered by a new authenticator")
        with self._lock:
            self._arrive(challenge.flow, NO_METADATA)
            asked = self._take(challenge)
            return TotpSecret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", self._ask(asked))

    def answer(
        self,
        challenge: Challenge,
        answer: ChallengeAnswer,
        *,
        device: Device | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> TokenSet | Challenge:
        """See the port."""
        if not isinstance(answer, ANSWERS[challenge.name]):
            raise ChallengeMismatchError(f"{challenge.name} takes no such answer")
        with self._lock:
            self.devices.append(device)
            self._arrive(challenge.flow, metadata)
            asked = self._take(challenge)
            if challenge.name == "SELECT_CHALLENGE":
                return self._chosen(asked, answer)
            if isinstance(answer, NewPassword):
                self._replace_password(challenge, asked, answer)
            elif answer != asked.steps[0].answer:
                self._refuse_answer(challenge, asked, answer)
            return self._next(attrs.evolve(asked, steps=asked.steps[1:]))

    def _arrive(self, flow: PasswordFlow, metadata: Mapping[str, str]) -> None:
        if not self.reachable:
            raise ProviderNotReachedError("Cognito cannot be reached")
        self.metadata.append(metadata)
        if not self.available:
            raise ProviderUnavailableError("Cognito does not answer")
        if not self.knows_client:
            raise ClientMisconfiguredError("Cognito refuses the app client")
        if flow not in self.flows:
            raise ProviderMisconfiguredError("the app client does not allow the flow")

    def _user(self, username: str, flow: PasswordFlow) -> _User:
        user = self._users.get(username)
        if user is None or not (user.is_migrated or flow in MIGRATING):
            raise _make_refusal()
        if user.refusal is not None:
            raise user.refusal("Cognito refuses the user")
        return user

    def _chosen(self, asked: _Asked, answer: ChallengeAnswer) -> TokenSet | Challenge:
        user = self._users[asked.username]
        if isinstance(answer, Password):
            if answer.password != user.password:
                raise _make_refusal()
            return self._next(attrs.evolve(asked, steps=user.steps))
        for step in user.factors:
            if isinstance(answer, Choice) and step.name == answer.factor:
                return self._ask(attrs.evolve(asked, steps=(step, *user.steps)))
        raise AnswerRejectedError("the user does not have this factor")

    def _replace_password(self, challenge: Challenge, asked: _Asked, answer: NewPassword) -> None:
        if not {*answer.attributes} <= {*challenge.required_attributes}:
            self._asked[challenge.session or ""] = asked
            raise AttributesRejectedError("the challenge does not require these attributes")
        user = self._users[asked.username]
        user.password = answer.password
        user.steps = tuple(step for step in user.steps if step.name != "NEW_PASSWORD_REQUIRED")

    def _refuse_answer(self, challenge: Challenge, asked: _Asked, answer: ChallengeAnswer) -> None:
        if isinstance(answer, Password):
            raise _make_refusal()
        self._asked[challenge.session or ""] = asked
        raise AnswerRejectedError("Cognito refuses the answer")

    def _take(self, challenge: Challenge) -> _Asked:
        asked = self._asked.pop(challenge.session or "", None)
        if asked is None or asked.username != challenge.username:
            raise _make_refusal()
        return asked

    def _next(self, asked: _Asked) -> TokenSet | Challenge:
        return self._ask(asked) if asked.steps else self._make_tokens(asked.username)

    def _ask(self, asked: _Asked) -> Challenge:
        self._serial += 1
        session = f"session-{self._serial:020d}"
        self._asked[session] = asked
        step = asked.steps[0]
        factors = (each.name for each in self._users[asked.username].factors)
        is_choice = step.name == "SELECT_CHALLENGE"
        return Challenge(
            name=challenge_name(step.name),
            session=session,
            username=asked.username,
            flow=asked.flow,
            parameters=step.parameters,
            available=("PASSWORD", "PASSWORD_SRP", *factors) if is_choice else (),
        )


def _make_refusal() -> CredentialsRejectedError:
    return CredentialsRejectedError("Cognito refuses the credentials")
