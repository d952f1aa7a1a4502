"""Whatever Cognito answers to a password sign-in: tokens, a challenge, or an error of authcore."""

from contextlib import suppress
from typing import Any, Final, cast, get_args

from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.cognito.password_authenticator import MAX_STEPS, CognitoPasswordAuthenticator
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import Challenge, ChallengeName, Device, PasswordFlow
from authcore.domain.model.tokens import TokenSet
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from support.gate import examples


TRUSTED: Final = {
    "HTTPStatusCode": 200,
    "HTTPHeaders": {"content-type": "application/x-amz-json-1.1"},
}
DEVICE: Final = Device("eu-west-1_0a1b-2c3d", "group", "device-password")
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NUMBERS: Final = st.sampled_from(["", "0", "1f", "ff" * 400, "zz", "-1"])
PARAMETERS: Final = st.fixed_dictionaries(
    {},
    optional={
        "SALT": NUMBERS,
        "SRP_B": NUMBERS,
        "SECRET_BLOCK": st.sampled_from(["QUJD", "A*", ""]),
        "USER_ID_FOR_SRP": st.sampled_from(["anna", "", "an na", "a" * 129]),
        "USERNAME": st.sampled_from(["anna", "", "\ud800"]),
        "requiredAttributes": st.text(max_size=4),
    },
)
ANSWERS: Final = st.fixed_dictionaries(
    {"ResponseMetadata": st.just(TRUSTED)},
    optional={
        "ChallengeName": st.sampled_from([*get_args(ChallengeName), "NEW"]) | JSON,
        "ChallengeParameters": PARAMETERS | JSON,
        "Session": st.sampled_from(["A" * 20, "A" * 4097, "short"]) | JSON,
        "AvailableChallenges": JSON,
        "AuthenticationResult": JSON,
    },
)


class Answering:
    """A client whose every call is answered by the next of *answers*, the last one for ever."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self._answers = answers
        self.calls = 0

    def _answer(self, **_: object) -> dict[str, Any]:
        self.calls += 1
        return self._answers[min(self.calls, len(self._answers)) - 1]

    initiate_auth = _answer
    respond_to_auth_challenge = _answer


@examples(100)
@given(st.lists(ANSWERS, min_size=1, max_size=3), st.sampled_from(["USER_SRP_AUTH", "USER_AUTH"]))
def test_no_answer_signs_a_user_in_by_mistake_or_escapes(
    answers: list[dict[str, Any]], flow: str
) -> None:
    client = Answering(answers)
    authenticator = CognitoPasswordAuthenticator(
        client=cast("Any", client),
        user_pool_id="eu-west-1_Ab12Cd34",
        client_id="client",
        client_secret=None,
        clock=FrozenClock(),
        entropy=ScriptedEntropy(),
    )
    begun: TokenSet | Challenge | None = None
    with suppress(ProviderUnavailableError):
        begun = authenticator.begin(
            Credentials("anna", "canary"), flow=cast("PasswordFlow", flow), device=DEVICE
        )
    assert begun is None or isinstance(begun, TokenSet | Challenge)
    assert client.calls <= MAX_STEPS + 1
