"""Whatever an event holds, it is a request or unreadable, and an authorizer lets nobody through."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authcore_lambda.authorizer import UnauthorizedError
from authcore_lambda.events.http_event import EventUnreadableError, http_answer, http_request
from doors.test_authorizer import authorizer_of
from doors.world import DoorWorld


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
SAID = ["2.0", "1.0", "GET", "/auth/signin", "/%E0%80", "Bearer a.b.c"]
TEXTS = st.text() | st.sampled_from(SAID)
NAMES = st.sampled_from(["Cookie", "cookie", "Authorization", "host", "x"]) | st.text()
SINGLE = st.dictionaries(NAMES, TEXTS | JSON, max_size=3) | JSON
SEVERAL = st.dictionaries(NAMES, st.lists(TEXTS, max_size=3) | JSON, max_size=3) | JSON
MEMBERS = {
    "version": TEXTS | JSON,
    "type": TEXTS | JSON,
    "rawPath": TEXTS | JSON,
    "rawQueryString": TEXTS | JSON,
    "path": TEXTS | JSON,
    "httpMethod": TEXTS | JSON,
    "headers": SINGLE,
    "multiValueHeaders": SEVERAL,
    "queryStringParameters": SINGLE,
    "multiValueQueryStringParameters": SEVERAL,
    "cookies": st.lists(TEXTS | JSON, max_size=3) | JSON,
    "body": TEXTS | JSON,
    "isBase64Encoded": st.booleans() | JSON,
    "requestContext": st.fixed_dictionaries(
        {}, optional={"stage": TEXTS | JSON, "http": st.dictionaries(st.just("method"), TEXTS)}
    )
    | JSON,
    "authorizationToken": TEXTS | JSON,
    "methodArn": TEXTS | JSON,
    "routeArn": TEXTS | JSON,
}
EVENTS = st.fixed_dictionaries({}, optional=MEMBERS)
WORLD = DoorWorld()


@given(EVENTS)
def test_an_event_is_a_request_or_unreadable(event: dict[str, Any]) -> None:
    # VA-05
    try:
        request = http_request(event)
    except EventUnreadableError:
        return
    assert request.path.startswith("/")
    assert http_answer(request, 204, [], b"")["statusCode"] == 204


@given(EVENTS, st.sampled_from(["simple", "policy"]))
def test_no_event_that_nobody_signed_lets_anybody_through(
    event: dict[str, Any], answers: str
) -> None:
    # TV-01, VA-05
    door = authorizer_of(WORLD, answers)
    if event.get("version") != "2.0" or (answers == "policy" and not _names_arn(event)):
        with pytest.raises(UnauthorizedError):
            door(event, None)
        return
    answer = door(event, None)
    denied = answer.get("isAuthorized") is False
    assert denied or answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"


def _names_arn(event: dict[str, Any]) -> bool:
    return any(
        isinstance(arn, str) and arn != "" for arn in map(event.get, ("routeArn", "methodArn"))
    )
