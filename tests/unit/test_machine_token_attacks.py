"""An app client's own token is no session of a user, wherever it is presented."""

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from authcore.domain.errors import ClaimRejectedError
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.sessions.user_check import UserCheck
from authcore.testing.fakes.cookies import InMemorySessionJar
from authcore.testing.mint import TokenMint
from authcore_lambda.authorizer import Authorizer
from support.gateway_events import simple_request
from unit.session_world import DUE, HOUR, SessionWorld


def machine_token(mint: TokenMint, **claims: object) -> str:
    """As Cognito issues it; the worst case, in which users and the program have one app client."""
    more: dict[str, Any] = {"sub": mint.client_id, "scope": "orders/read", **claims}
    return mint.access(without=("username", "origin_jti", "cognito:groups"), **more)


def _of_a_user(world: SessionWorld) -> TokenSet:
    return attrs.evolve(world.sign_in(), access_token=machine_token(world.mint))


def _with_itself(world: SessionWorld) -> TokenSet:
    token = machine_token(world.mint)
    return attrs.evolve(world.sign_in(), access_token=token, id_token=token)


def _with_an_id_token_of_the_same_sub(world: SessionWorld) -> TokenSet:
    return attrs.evolve(
        world.sign_in(sub=world.mint.client_id), access_token=machine_token(world.mint)
    )


def _with_the_subject_of_a_user(world: SessionWorld) -> TokenSet:
    """No token of Cognito's: the check does not depend on ``sub``."""
    user = world.sign_in()
    forged = world.mint.access(without=("username",))
    identity = world.mint.identity(at_hash=world.mint.at_hash(forged))
    return attrs.evolve(user, access_token=forged, id_token=identity)


NOW: Final = HOUR * 0


@pytest.mark.parametrize(
    ("present", "later"),
    [
        (_of_a_user, NOW),
        (_of_a_user, DUE),
        (_of_a_user, HOUR),
        (_with_itself, NOW),
        (_with_itself, HOUR),
        (_with_an_id_token_of_the_same_sub, NOW),
        (_with_an_id_token_of_the_same_sub, DUE),
        (_with_the_subject_of_a_user, NOW),
        (_with_the_subject_of_a_user, DUE),
    ],
)
def test_no_guard_admits_a_machine_token(
    present: Callable[[SessionWorld], TokenSet], later: Any
) -> None:
    world = SessionWorld()
    tokens = present(world)
    world.clock.advance(later)

    decision = world.decide(tokens)

    assert isinstance(decision, SignInRequired)
    assert not isinstance(world.decide(tokens), Admitted)


def test_the_refusal_names_the_claim_that_is_missing() -> None:
    world = SessionWorld()
    with pytest.raises(ClaimRejectedError) as refused:
        validate_session(world.validator, _with_an_id_token_of_the_same_sub(world))
    assert refused.value.claim == "username"


def test_an_authorizer_allows_a_program_under_its_own_name() -> None:
    world = SessionWorld()
    jar = InMemorySessionJar(world.clock)
    authorizer = Authorizer(
        guard=BrowserGuard(guard=world.guard, jar=jar, counter=world.counter),
        validator=world.validator,
        revocations=world.revocations,
        answers="simple",
        user_check=UserCheck(audit=world.audit, counter=world.counter),
    )
    token = machine_token(world.mint)

    answer = authorizer(simple_request(headers=[("authorization", f"Bearer {token}")]))

    assert answer == {
        "isAuthorized": True,
        "context": {
            "login": "machine",
            "client_id": world.mint.client_id,
            "scope": "orders/read",
        },
    }
