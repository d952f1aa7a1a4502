"""The authcore command: one clear answer, one exit status, no traceback."""

import io
from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

import attrs
import pytest

from authcore import token_validator
from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.errors import KeySourceUnavailableError
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint
from authcore_cli.app import run
from authcore_cli.process import CommandContext


ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34"
POOL = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34",
    "AUTHCORE_COGNITO_CLIENT_ID": "4f5u7n3k2q1z",
}
SIGN_IN = {
    "AUTHCORE_SIGN_IN_CALLBACK_URL": "https://auth.example.com/auth/signin/callback",
    "AUTHCORE_SIGN_IN_REDIRECTS": "https://cms.example.com",
}


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def mint(clock: FrozenClock) -> TokenMint:
    return TokenMint(issuer=ISSUER, client_id="4f5u7n3k2q1z", clock=clock)


@attrs.frozen
class Shell:
    clock: FrozenClock
    mint: TokenMint

    def __call__(
        self, *arguments: str, stdin: str = "", environment: Mapping[str, str] | None = None
    ) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        context = CommandContext(
            POOL if environment is None else environment,
            io.StringIO(stdin),
            out,
            err,
            self.clock,
            partial(token_validator, jwks=self.mint.jwks(), clock=self.clock),
        )
        status = run(arguments, context)
        return Ran(status, out.getvalue(), err.getvalue())


@pytest.fixture
def shell(clock: FrozenClock, mint: TokenMint) -> Shell:
    return Shell(clock, mint)


def test_inspect_says_loudly_that_nothing_is_verified(shell: Shell, mint: TokenMint) -> None:
    ran = shell("token", "inspect", stdin=mint.access())

    assert ran.status == 0
    assert "NOTHING IS VERIFIED" in ran.err
    assert "NOT VERIFIED" in ran.out


def test_inspect_shows_header_claims_and_readable_times(shell: Shell, mint: TokenMint) -> None:
    ran = shell("token", "inspect", "-", stdin=mint.access() + "\n")

    assert "RS256" in ran.out
    assert "client_id" in ran.out
    assert "2026-03-14 10:26:53 UTC (in 1 hour)" in ran.out


def test_inspect_does_not_print_what_could_be_used_as_a_token(
    shell: Shell, mint: TokenMint
) -> None:
    # SP-11
    token = mint.access()

    ran = shell("token", "inspect", token)

    assert token.rpartition(".")[2] not in ran.out + ran.err


def test_inspect_hands_no_escape_sequence_to_the_terminal(shell: Shell, mint: TokenMint) -> None:
    """A hostile claim cannot repaint the screen or hide behind right-to-left text."""
    hostile = "\x1b[2J\u202e[bold red]verified[/]\r\n"

    ran = shell("token", "inspect", stdin=mint.access(username=hostile))

    assert ran.status == 0
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "\\x1b[2J\\u202e[bold red]verified[/]\\r\\n" in ran.out


@pytest.mark.parametrize("moment", ["1" * 400, "true", '"soon"', "1e400", "-1e18", "null"])
def test_inspect_survives_a_time_that_is_none(shell: Shell, moment: str) -> None:
    payload = _base64url(f'{{"exp": {moment}}}')

    ran = shell("token", "inspect", stdin=f"{_base64url('{}')}.{payload}.x")

    assert ran.status == 0
    assert "not a time" in ran.out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "one.two",
        "a.b.c.d.e",
        "@@@.@@@.@@@",
        "e30.bm90IGpzb24.x",
        "W10.W10.x",
        "e30.\u00e4.x",
        "x" * 20_000,
    ],
)
def test_what_is_no_token_is_one_line_and_status_1(shell: Shell, text: str) -> None:
    ran = shell("token", "inspect", stdin=text)

    assert ran.status == 1
    assert ran.err.startswith("authcore: token_malformed: ")
    assert ran.err.count("\n") == 1
    assert ran.out == ""


def test_deep_nesting_is_one_line_and_status_1(shell: Shell) -> None:
    nested = _base64url("[" * 10_000)

    ran = shell("token", "inspect", stdin=f"e30.{nested}.x")

    assert ran.status == 1
    assert ran.err.count("\n") == 1


def test_verify_accepts_a_good_access_token(shell: Shell, mint: TokenMint) -> None:
    ran = shell("token", "verify", stdin=mint.access())

    assert ran.status == 0
    assert "valid: an access token" in ran.out


def test_verify_accepts_a_good_id_token_when_asked_for_one(shell: Shell, mint: TokenMint) -> None:
    ran = shell("token", "verify", "--use", "id", stdin=mint.identity())

    assert ran.status == 0
    assert "valid: an ID token" in ran.out


def test_verify_rejects_an_id_token_as_access_token(shell: Shell, mint: TokenMint) -> None:
    # TV-09
    ran = shell("token", "verify", stdin=mint.identity())

    assert ran.status == 1
    assert "authcore: token_claim: " in ran.err
    assert ran.out == ""


def test_verify_rejects_an_altered_token(shell: Shell, mint: TokenMint) -> None:
    # TV-01
    ran = shell("token", "verify", stdin=mint.access(tampered=True))

    assert ran.status == 1
    assert "authcore: token_signature: " in ran.err
    assert ran.out == ""


def test_flags_stand_in_for_variables(shell: Shell, mint: TokenMint) -> None:
    flags = ["--region", "eu-west-1", "--user-pool-id", "eu-west-1_Ab12Cd34"]

    ran = shell(
        "token",
        "verify",
        *flags,
        "--client-id",
        "4f5u7n3k2q1z",
        stdin=mint.access(),
        environment={},
    )

    assert ran.status == 0


def test_a_flag_overrides_its_variable(shell: Shell, mint: TokenMint) -> None:
    ran = shell("token", "verify", "--client-id", "another", stdin=mint.access())

    assert ran.status == 1
    assert "client_id" in ran.err


def test_verify_without_a_pool_names_every_missing_setting(shell: Shell, mint: TokenMint) -> None:
    ran = shell("token", "verify", stdin=mint.access(), environment={})

    assert ran.status == 2
    for name in POOL:
        assert f"authcore: {name} is missing" in ran.err


def test_keys_that_cannot_be_had_are_status_3_and_no_verdict(
    clock: FrozenClock, mint: TokenMint
) -> None:
    """An outage is neither a yes nor a no, and says what it is an outage of."""
    out, err = io.StringIO(), io.StringIO()

    def no_answer() -> bytes:
        raise KeySourceUnavailableError("no answer from the key source: connect")

    def build(**pool: str) -> TokenValidator:
        signatures = JwksSignatureVerifier(KeyCache(no_answer, clock))
        return TokenValidator(
            signatures=signatures, clock=clock, issuers=[ISSUER], client_ids=["x"]
        )

    context = CommandContext(POOL, io.StringIO(mint.access()), out, err, clock, build)
    status = run(["token", "verify"], context)

    assert status == 3
    assert err.getvalue() == (
        "authcore: keys_unavailable: the issuer's keys cannot be read: "
        "no answer from the key source: connect\n"
    )
    assert out.getvalue() == ""


def test_signin_url_leads_back_to_an_allowed_page(shell: Shell) -> None:
    ran = shell(
        "signin-url",
        "--redirect",
        "https://cms.example.com/new-post?draft=7&tab=2",
        environment=SIGN_IN,
    )

    assert ran.status == 0
    assert ran.out == (
        "https://auth.example.com/auth/signin"
        "?redirect=https%3A%2F%2Fcms.example.com%2Fnew-post%3Fdraft%3D7%26tab%3D2\n"
    )


def test_signin_url_shortens_a_link_that_is_too_long_and_says_so(shell: Shell) -> None:
    page = "https://cms.example.com/a%2Fb?path=C:\\x"
    long = f"{page}&q={'x' * 2_048}#part"

    ran = shell("signin-url", "--redirect", long, environment=SIGN_IN)

    assert ran.status == 0
    expected = quote(page.replace("\\", "%5C"), safe="")
    assert ran.out == f"https://auth.example.com/auth/signin?redirect={expected}\n"
    assert ran.err == "authcore: the page's link is too long: parameters at its end are left out\n"


def test_signin_url_refuses_a_page_elsewhere(shell: Shell) -> None:
    # RD-01
    ran = shell(
        "signin-url", "--redirect", "https://cms.example.com.evil.example/", environment=SIGN_IN
    )

    assert ran.status == 1
    assert ran.err.startswith("authcore: redirect_rejected: ")
    assert ran.out == ""


def test_signin_url_refuses_a_callback_that_is_not_the_services(shell: Shell) -> None:
    odd = SIGN_IN | {"AUTHCORE_SIGN_IN_CALLBACK_URL": "https://auth.example.com/elsewhere"}

    ran = shell("signin-url", "--redirect", "https://cms.example.com/", environment=odd)

    assert ran.status == 2
    assert "AUTHCORE_SIGN_IN_CALLBACK_URL is wrong: must end with" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing-like-this"],
        ["token", "verify", "--use", "refresh"],
        ["token", "inspect", "--colour"],
        ["signin-url"],
        ["config", "check", "--door", "back"],
    ],
)
def test_wrong_usage_is_one_line_and_status_2(shell: Shell, arguments: list[str]) -> None:
    ran = shell(*arguments)

    assert ran.status == 2
    assert ran.err.startswith("authcore: ")
    assert ran.err.count("\n") == 1
    assert ran.out == ""


def test_a_token_in_the_wrong_place_is_not_repeated(shell: Shell, mint: TokenMint) -> None:
    # SP-11
    token = mint.access()

    ran = shell("token", "verify", "--use", token)

    assert ran.status == 2
    assert token not in ran.err
    assert token.partition(".")[0] not in ran.err


def test_help_names_variables_with_their_stars(shell: Shell) -> None:
    answer = shell("sync", "run", "--help")

    assert "AUTHCORE_COGNITO_*, AUTHCORE_LEGACY_* and AUTHCORE_SYNC_*" in answer.out


def test_output_that_is_no_terminal_has_no_colour(shell: Shell, mint: TokenMint) -> None:
    ran = shell("token", "verify", stdin=mint.access())

    assert "\x1b" not in ran.out + ran.err


def _base64url(text: str) -> str:
    import base64

    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
