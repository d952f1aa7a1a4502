"""What the browser may bring back from the authorize endpoint."""

from collections.abc import Mapping

import pytest

from authcore.domain.errors import (
    AttemptRejectedError,
    AuthcoreError,
    ClientRejectedError,
    ParameterRejectedError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from authcore.domain.model.session import PendingSignIns
from authcore.domain.services.sign_in.authorization import (
    ERROR_CODES,
    MAX_CODE_LENGTH,
    MAX_PARAMETERS,
    MAX_STATE_LENGTH,
    AuthorizationCode,
    AuthorizationError,
    parse_authorization_response,
)
from authcore.domain.services.sign_in.sign_in import SignIn, SignInStart
from unit.sign_in_world import World, query_of


@pytest.fixture
def sign_in() -> SignIn:
    return World().sign_in()


@pytest.fixture
def start(sign_in: SignIn) -> SignInStart:
    return sign_in.begin(None)


@pytest.fixture
def browser(start: SignInStart) -> PendingSignIns:
    return PendingSignIns((start.attempt,))


NASTY = (
    "",
    "\r\nSet-Cookie: a=b",
    "%0d%0aSet-Cookie: a=b",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "\x00",
    "\u2028",
    "\ud800",
    "ACCESS_DENIED",
    "access_denied ",
    "access_denied\n",
    "a" * 100_000,
)


MEANINGS: Mapping[str, type[AuthcoreError]] = {
    "invalid_request": ProviderRefusedError,
    "unauthorized_client": ClientRejectedError,
    "access_denied": ProviderRefusedError,
    "unsupported_response_type": ClientRejectedError,
    "invalid_scope": ClientRejectedError,
    "server_error": ProviderUnavailableError,
    "temporarily_unavailable": ProviderUnavailableError,
    "interaction_required": ProviderRefusedError,
    "login_required": ProviderRefusedError,
    "account_selection_required": ProviderRefusedError,
    "consent_required": ProviderRefusedError,
    "invalid_request_uri": ProviderRefusedError,
    "invalid_request_object": ProviderRefusedError,
    "request_not_supported": ProviderRefusedError,
    "request_uri_not_supported": ProviderRefusedError,
    "registration_not_supported": ProviderRefusedError,
    "other": ProviderRefusedError,
}


def test_code_and_state_are_an_answer() -> None:
    assert parse_authorization_response([("code", "c"), ("state", "s")]) == AuthorizationCode(
        state="s", code="c"
    )


def test_unknown_parameters_are_ignored() -> None:
    answer = parse_authorization_response(
        [("iss", "x"), ("code", "c"), ("state", "s"), ("\u00e9", "\r\n")]
    )
    assert answer == AuthorizationCode(state="s", code="c")


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [
        ([("code", "a"), ("code", "b"), ("state", "s")], "code"),
        ([("code", "a"), ("code", "a"), ("state", "s")], "code"),
        ([("code", "a"), ("state", "s"), ("state", "t")], "state"),
        ([("error", "access_denied"), ("error", "server_error"), ("state", "s")], "error"),
        (
            [("error", "x"), ("error_description", "a"), ("error_description", "b")],
            "error_description",
        ),
        ([("code", "a"), ("error", "access_denied"), ("state", "s")], "error"),
        ([("code", ""), ("error", ""), ("state", "s")], "error"),
        ([("x", "1"), ("x", "2"), ("code", "c"), ("state", "s")], "other"),
        ([("code", "c")], "state"),
        ([("state", "s")], "code"),
        ([], "state"),
        ([("Code", "c"), ("State", "s")], "state"),
        ([(f"p{number}", "") for number in range(MAX_PARAMETERS + 1)], "other"),
    ],
)
def test_a_repeated_missing_or_contradicting_parameter_is_refused_by_name(
    parameters: list[tuple[str, str]], parameter: str
) -> None:
    # SP-07
    with pytest.raises(ParameterRejectedError) as refusal:
        parse_authorization_response(parameters)
    assert refusal.value.parameter == parameter


@pytest.mark.parametrize(
    "value", ["", " ", "a b", "a\r\nb", "a\x00", "caf\u00e9", "\ud800", "\u2028", "c\n"]
)
@pytest.mark.parametrize("name", ["code", "state"])
def test_a_malformed_code_or_state_is_refused(name: str, value: str) -> None:
    # RD-06
    with pytest.raises(ParameterRejectedError) as refusal:
        parse_authorization_response(list({"code": "c", "state": "s", name: value}.items()))
    assert refusal.value.parameter == name


@pytest.mark.parametrize(
    ("name", "limit"), [("code", MAX_CODE_LENGTH), ("state", MAX_STATE_LENGTH)]
)
def test_the_length_limits_are_met_and_not_passed(name: str, limit: int) -> None:
    # DL-02
    parse_authorization_response(list({"code": "c", "state": "s", name: "a" * limit}.items()))
    with pytest.raises(ParameterRejectedError):
        parse_authorization_response(
            list({"code": "c", "state": "s", name: "a" * (limit + 1)}.items())
        )


def test_as_many_parameters_as_allowed_are_read() -> None:
    # DL-02
    padding = [(f"p{number}", "") for number in range(MAX_PARAMETERS - 2)]
    answer = parse_authorization_response([*padding, ("code", "c"), ("state", "s")])
    assert answer == AuthorizationCode(state="s", code="c")


class TestErrors:
    @pytest.mark.parametrize(("code", "meaning"), MEANINGS.items())
    def test_every_known_error_is_a_refusal_an_outage_or_our_fault_and_says_its_name(
        self,
        sign_in: SignIn,
        browser: PendingSignIns,
        start: SignInStart,
        code: str,
        meaning: type[AuthcoreError],
    ) -> None:
        # SP-06
        answer = [("error", code), ("state", query_of(start)["state"])]
        attempt = sign_in.attempt_for(browser, parse_authorization_response(answer))
        with pytest.raises(AuthcoreError) as refusal:
            sign_in.complete(attempt, parse_authorization_response(answer))
        assert type(refusal.value) is meaning
        assert str(refusal.value) == f"the identity provider answered {code!r}"

    def test_the_table_above_knows_every_error(self) -> None:
        # SP-06
        assert MEANINGS.keys() == ERROR_CODES | {"other"}

    @pytest.mark.parametrize("code", NASTY)
    def test_an_unknown_error_is_called_other(self, code: str) -> None:
        # SP-06
        assert parse_authorization_response([("error", code)]) == AuthorizationError("other", None)

    @pytest.mark.parametrize("description", NASTY)
    def test_what_else_the_provider_says_is_never_repeated(
        self, sign_in: SignIn, description: str
    ) -> None:
        # SP-06 RD-06
        answer = [("error", "access_denied"), ("error_description", description)]
        with pytest.raises(ProviderRefusedError) as refusal:
            sign_in.attempt_for(None, parse_authorization_response(answer))
        assert str(refusal.value) == "the identity provider answered 'access_denied'"

    @pytest.mark.parametrize("code", ["invalid_request", "server_error", "invalid_scope"])
    def test_an_error_without_state_needs_no_attempt_and_raises_no_alarm(
        self, sign_in: SignIn, start: SignInStart, code: str
    ) -> None:
        """Cognito's documented error redirects carry none, and so does anybody's link."""
        # SP-06
        answer = [("error", code)]
        with pytest.raises(ProviderRefusedError):
            sign_in.attempt_for(None, parse_authorization_response(answer))
        with pytest.raises(ProviderRefusedError):
            sign_in.complete(start.attempt, parse_authorization_response(answer))

    def test_an_error_with_a_foreign_state_is_not_believed(
        self, sign_in: SignIn, browser: PendingSignIns, start: SignInStart
    ) -> None:
        # SP-06
        answer = [("error", "access_denied"), ("state", query_of(sign_in.begin(None))["state"])]
        with pytest.raises(AttemptRejectedError):
            sign_in.attempt_for(browser, parse_authorization_response(answer))
        with pytest.raises(AttemptRejectedError):
            sign_in.complete(start.attempt, parse_authorization_response(answer))

    def test_an_error_with_a_malformed_state_is_refused(self, sign_in: SignIn) -> None:
        # SP-06
        with pytest.raises(ParameterRejectedError):
            sign_in.attempt_for(
                None, parse_authorization_response([("error", "access_denied"), ("state", "a b")])
            )


def test_the_answer_shows_neither_state_nor_code() -> None:
    # SP-11
    assert "canary" not in repr(
        parse_authorization_response([("code", "canary-code"), ("state", "canary")])
    )
    assert "canary" not in repr(
        parse_authorization_response([("error", "canary"), ("state", "canary")])
    )
