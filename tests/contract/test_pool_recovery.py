"""A point-in-time recovery of the pool: a blocked write is no answer, and sign-ins continue."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.provider_links import CognitoProviderLinks
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.domain.errors import ProviderUnavailableError, RejectedError
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.urls import ServiceUrl
from authcore_local.cognito.user_pool.write_block import DEFAULT_EXCEPTION, DEFAULT_MESSAGE
from support.gate import AMPLE
from support.local_pool import POOL_ID, LocalPool


GOOGLE: Final = ExternalIdentity("Google", "1095")
CLASSES: Final = [
    DEFAULT_EXCEPTION,
    "ConcurrentModificationException",
    "ForbiddenException",
    "InternalErrorException",
    "InvalidParameterException",
    "LimitExceededException",
    "NotAuthorizedException",
    "TooManyRequestsException",
    "UnauthorizedException",
    "UserNotFoundException",
    "UnheardOfException",
]


@pytest.fixture(scope="module")
def serving() -> Iterator[LocalPool]:
    with LocalPool(identity_providers=("Google",)) as pool:
        yield pool


@pytest.fixture
def pool(serving: LocalPool) -> Iterator[LocalPool]:
    point = serving.cognito.recovery_point()
    yield serving
    serving.cognito.finish_recovery(point)


@pytest.fixture(scope="module")
def client(serving: LocalPool) -> Any:
    return cognito_client(region="eu-local-1", endpoint_url=ServiceUrl(serving.url), within=AMPLE)


def writes(client: Any) -> dict[str, Callable[[], None]]:
    """Every write that this library makes to a pool."""
    directory = CognitoUserDirectory(client=client, user_pool_id=POOL_ID)
    links = CognitoProviderLinks(client=client, user_pool_id=POOL_ID)
    return {
        "legacy id": lambda: directory.set_attributes("anna", {"custom:legacy_uid": "43"}),
        "other attribute": lambda: directory.set_attributes("anna", {"name": "Anne"}),
        "link": lambda: links.link_provider("anna", GOOGLE),
        "delete": lambda: directory.delete_user("anna"),
    }


@pytest.mark.parametrize("exception", CLASSES)
@pytest.mark.parametrize("write", ["legacy id", "other attribute", "link", "delete"])
def test_a_blocked_write_is_no_answer_whatever_its_exception(
    pool: LocalPool, client: Any, write: str, exception: str
) -> None:
    pool.cognito.begin_recovery(exception=exception)

    with pytest.raises(ProviderUnavailableError) as outcome:
        writes(client)[write]()

    assert not isinstance(outcome.value, RejectedError)
    assert outcome.value.detail == exception
    assert DEFAULT_MESSAGE not in str(outcome.value)
    assert pool.cognito.users.writes.refused > 0


def test_sign_ins_refreshes_and_reads_continue(pool: LocalPool, client: Any) -> None:
    before = pool.sign_in()
    pool.cognito.begin_recovery()

    assert pool.sign_in()["access_token"]
    fields = {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]}
    assert pool.post("/oauth2/token", {**fields, "client_id": pool.config.client_id}).status == 200
    assert CognitoUserDirectory(client=client, user_pool_id=POOL_ID).find("anna")


def test_afterwards_writes_have_their_effect(pool: LocalPool, client: Any) -> None:
    pool.cognito.begin_recovery()
    pool.cognito.finish_recovery()

    writes(client)["link"]()

    assert pool.cognito.users.identified_by("Google", "1095")


def test_users_and_links_made_since_the_point_are_gone_with_their_sessions(
    pool: LocalPool, client: Any
) -> None:
    point = pool.cognito.recovery_point()
    writes(client)["link"]()
    late = pool.cognito.users.create(
        "late", "canary-Pässword 1", status="CONFIRMED", attributes={"email": "l@example.com"}
    )
    tokens = pool.sign_in("late")
    pool.cognito.begin_recovery()
    pool.clock.advance(timedelta(hours=1))

    assert pool.cognito.finish_recovery(point) == (late.subject,)
    assert pool.cognito.users.find("late") is None
    assert pool.cognito.users.identified_by("Google", "1095") is None
    fields = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert pool.post("/oauth2/token", {**fields, "client_id": pool.config.client_id}).status == 400
    assert (
        pool.cognito.users.create("late", None, status="CONFIRMED", attributes={}).subject
        != late.subject
    )
