"""``authcore signin``: a password without echo, challenges at the terminal, tokens on request."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import pytest

from authcore.domain.model.challenges import (
    ChallengeAnswer,
    ChallengeName,
    Choice,
    Code,
    CustomAnswer,
    Device,
    NewPassword,
    PasskeyAssertion,
    PasswordFlow,
    TotpSetup,
)
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.testing.fakes.password_authentication import Step
from authcore_cli.app import run
from authcore_cli.process import MAX_LINE, CommandContext
from unit.password_world import ANNA, World


PASSWORD: Final = ANNA.password


class Terminal(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


@attrs.define
class Ran:
    """A run of the command."""

    status: int
    out: str
    err: str
    built: list[tuple[str, str | None]]
    prompts: list[str]


def ran(
    world: World, *arguments: str, typed: Sequence[str] = (), hidden: Sequence[str] | None = None
) -> Ran:
    """*hidden* is typed without echo at a terminal; by default there is none."""
    built: list[tuple[str, str | None]] = []
    prompts: list[str] = []
    unseen = list(hidden or ())

    def build(
        _: Mapping[str, str], flow: PasswordFlow, migrating: PasswordFlow | None
    ) -> PasswordSignIn:
        built.append((flow, migrating))
        return world.sign_in(flow=flow, migrating=migrating)

    def read_hidden(prompt: str) -> str:
        prompts.append(prompt)
        if not unseen:
            raise EOFError
        return unseen.pop(0)

    text = "".join(f"{line}\n" for line in typed)
    stdin = io.StringIO(text) if hidden is None else Terminal(text)
    context = CommandContext(
        {},
        stdin,
        io.StringIO(),
        io.StringIO(),
        password_sign_in=build,
        read_hidden=read_hidden,
    )
    status = run(["signin", *arguments], context)
    assert isinstance(context.stdout, io.StringIO)
    assert isinstance(context.stderr, io.StringIO)
    return Ran(status, context.stdout.getvalue(), context.stderr.getvalue(), built, prompts)


def test_a_user_signs_in_and_no_token_is_shown() -> None:
    done = ran(World(), "anna", hidden=[PASSWORD])

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("signed in: anna, sub ")
    assert "eyJ" not in done.out
    assert done.built == [("USER_SRP_AUTH", None)]
    assert done.prompts == ["Password: "]


def test_tokens_are_printed_where_the_user_says_so() -> None:
    done = ran(World(), "anna", "--show-tokens", typed=[PASSWORD])

    tokens = json.loads(done.out)
    assert {*tokens} == {"access_token", "id_token", "refresh_token"}
    assert tokens["access_token"].startswith("eyJ")


def test_flow_and_second_try_are_passed_on() -> None:
    done = ran(
        World(is_migrated=False), "anna", "--migrating", "USER_PASSWORD_AUTH", typed=[PASSWORD]
    )
    assert (done.status, done.built) == (0, [("USER_SRP_AUTH", "USER_PASSWORD_AUTH")])
    other = ran(World(), "anna", "--flow", "USER_PASSWORD_AUTH", typed=[PASSWORD])
    assert other.built == [("USER_PASSWORD_AUTH", None)]
    assert ran(World(), "anna", "--flow", "CUSTOM_AUTH", typed=[PASSWORD]).status == 2


@pytest.mark.parametrize(
    ("typed", "status"), [(["canary-wrong"], 1), (["x" * (MAX_LINE + 1)], 1), ([], 2), ([""], 2)]
)
def test_a_wrong_password_is_refused_and_none_is_wrong_usage(typed: list[str], status: int) -> None:
    done = ran(World(), "anna", typed=typed)

    assert (done.status, done.out) == (status, "")
    assert "canary" not in done.err
    assert done.err.count("\n") == 1


def test_a_terminal_that_ends_is_no_password() -> None:
    assert ran(World(), "anna", hidden=[]).status == 2


def test_an_outage_is_not_a_refusal() -> None:
    world = World()
    world.cognito.available = False

    assert ran(world, "anna", typed=[PASSWORD]).status == 3


def test_the_last_line_needs_no_end() -> None:
    context = CommandContext({}, io.StringIO("secret"), io.StringIO(), io.StringIO())

    assert context.ask("Password: ", hidden=True) == "secret"


ASKED: Final[Sequence[tuple[ChallengeName, ChallengeAnswer, Mapping[str, str], list[str]]]] = [
    ("SMS_MFA", Code("123456"), {"CODE_DELIVERY_DESTINATION": "+*******99"}, ["123 456"]),
    ("EMAIL_OTP", Code("12345678"), {}, ["12345678"]),
    ("SOFTWARE_TOKEN_MFA", Code("123456"), {}, ["123456"]),
    ("CUSTOM_CHALLENGE", CustomAnswer("blue"), {}, ["blue"]),
    ("SELECT_MFA_TYPE", Choice("SMS_MFA"), {"MFAS_CAN_CHOOSE": '["SMS_MFA"]'}, ["sms_mfa"]),
    ("MFA_SETUP", TotpSetup("123456"), {}, ["123456"]),
]


@pytest.mark.parametrize(("name", "answer", "parameters", "typed"), ASKED)
def test_a_challenge_is_asked_at_the_terminal(
    name: ChallengeName, answer: ChallengeAnswer, parameters: Mapping[str, str], typed: list[str]
) -> None:
    world = World(steps=[Step(name, answer, parameters)])

    done = ran(world, "anna", typed=[PASSWORD, *typed])
    assert done.status == 0, done.err


def test_prompts_go_to_standard_error_and_hidden_answers_nowhere() -> None:
    steps = [
        Step("SMS_MFA", Code("123456"), {"CODE_DELIVERY_DESTINATION": "+*\x1b[2J99"}),
        Step("CUSTOM_CHALLENGE", CustomAnswer("blue")),
    ]
    done = ran(World(steps=steps), "anna", typed=["123456"], hidden=[PASSWORD, "blue"])

    assert done.status == 0
    assert done.err == "Code sent to +*\\x1b[2J99: "
    assert done.prompts == ["Password: ", "Answer: "]


def test_a_new_password_is_typed_twice_with_the_attributes_that_are_missing() -> None:
    parameters = {"requiredAttributes": '["userAttributes.name", 7]'}
    world = World(steps=[Step("NEW_PASSWORD_REQUIRED", NewPassword(""), parameters)])
    lines = [PASSWORD, "canary-New-1", "canary-Other", "canary-New-2", "canary-New-2", "Anna"]
    done = ran(world, "anna", typed=lines)

    assert done.status == 0
    assert "the two differ" in done.err
    assert "canary" not in done.err
    assert ran(world, "anna", typed=["canary-New-2"]).status == 0


@pytest.mark.parametrize("listed", ["[", "7", "{}", "[" * 100_000])
def test_an_unreadable_list_of_attributes_asks_for_none(listed: str) -> None:
    parameters = {"requiredAttributes": listed}
    world = World(steps=[Step("NEW_PASSWORD_REQUIRED", NewPassword(""), parameters)])

    assert ran(world, "anna", typed=[PASSWORD, "canary-New-1", "canary-New-1"]).status == 0


def test_the_secret_of_a_new_authenticator_is_shown_once() -> None:
    world = World(steps=[Step("MFA_SETUP", TotpSetup("123456"))])
    done = ran(world, "anna", typed=[PASSWORD, "000000", "123456"])

    assert done.status == 0
    assert done.err.count("JBSWY3DPEHPK3PXP") >= 1
    assert done.err.count("secret for") == 1


def test_three_wrong_codes_are_enough() -> None:
    world = World(steps=[Step("SMS_MFA", Code("123456"))])

    assert ran(world, "anna", typed=[PASSWORD, "1", "2", "123456"]).status == 0
    assert ran(world, "anna", typed=[PASSWORD, "1", "2", "3", "123456"]).status == 1


@pytest.mark.parametrize(
    ("name", "answer"),
    [("WEB_AUTHN", PasskeyAssertion("{}")), ("DEVICE_SRP_AUTH", Device("k", "g", "p"))],
)
def test_what_no_terminal_can_answer_is_said(name: ChallengeName, answer: Any) -> None:
    done = ran(World(steps=[Step(name, answer)]), "anna", typed=[PASSWORD])

    assert done.status == 1
    assert "cannot be answered at a terminal" in done.err


def test_the_variables_are_those_of_the_auth_service() -> None:
    context = CommandContext({}, io.StringIO(PASSWORD), io.StringIO(), io.StringIO())

    assert run(["signin", "anna"], context) == 2
    assert isinstance(context.stderr, io.StringIO)
    assert "AUTHCORE_COGNITO_USER_POOL_ID" in context.stderr.getvalue()


@pytest.mark.parametrize("secret", [{}, {"AUTHCORE_SIGN_IN_CLIENT_SECRET": "secret"}])
def test_a_public_client_and_one_with_a_secret_are_built(secret: dict[str, str]) -> None:
    environment = {
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34",
        "AUTHCORE_COGNITO_CLIENT_ID": "client",
        **secret,
    }
    context = CommandContext(environment, io.StringIO(), io.StringIO(), io.StringIO())

    sign_in = context.password_sign_in(environment, "USER_SRP_AUTH", "USER_PASSWORD_AUTH")
    assert (sign_in.flow, sign_in.migrating) == ("USER_SRP_AUTH", "USER_PASSWORD_AUTH")
