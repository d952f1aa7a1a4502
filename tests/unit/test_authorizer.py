"""What an authorizer looks at, and what never, for every kind of API and identity source."""

from typing import Any, Final

import attrs
import pytest

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.groups import Requirement, requirement
from authcore.domain.model.tokens import TokenSet
from authcore.domain.model.user_mapping import PLAIN, UserMapping
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.user_check import UserCheck
from authcore.testing.fakes.cookies import InMemorySessionJar
from authcore.testing.mint.token_mint import DEFAULT_SUBJECT
from authcore_lambda.authorizer import Authorizer, UnauthorizedError
from support.gateway_events import API, http_api_v1, rest_request, rest_token, simple_request
from unit.session_world import ACCOUNT, HOUR, SessionWorld


class World(SessionWorld):
    """An authorizer on fakes, and a browser and a program that come to it."""

    def __init__(self) -> None:
        super().__init__()
        self.jar = InMemorySessionJar(self.clock)
        self.access_token = self.sign_in(scope="openid orders/read").access_token
        self.bearer = f"Bearer {self.access_token}"
        self.cookies = self.carried(self.sign_in(sub="sub-of-the-browser"))

    def carried(self, tokens: TokenSet) -> str:
        return self.jar.write(tokens)[0].partition(";")[0]

    def authorizer(
        self, answers: str = "simple", reads: str = "either", **changes: Any
    ) -> Authorizer:
        users = changes.get("users", PLAIN)
        guard = self.session_guard(users=users)
        return Authorizer(
            guard=BrowserGuard(guard=guard, jar=self.jar, counter=self.counter),
            validator=self.validator,
            revocations=self.revocations,
            answers=answers,
            reads=reads,
            user_check=UserCheck(audit=self.audit, counter=self.counter),
            **changes,
        )

    def both(self, **claims: Any) -> list[dict[str, Any]]:
        """An event with an access token and one with cookies, both with *claims*."""
        tokens = self.sign_in(**claims)
        bearer = ("Authorization", f"Bearer {tokens.access_token}")
        return [
            simple_request(headers=[bearer]),
            simple_request(cookies=self.carried(tokens)),
        ]


@pytest.fixture
def world() -> World:
    return World()


PROGRAM: Final = DEFAULT_SUBJECT
BROWSER: Final = "sub-of-the-browser"


def subject(answer: dict[str, Any]) -> str | None:
    """Who is let through; None for a refusal."""
    allowed = answer.get("isAuthorized")
    if allowed is None:
        allowed = answer["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    return answer["context"]["subject"] if allowed else None


def shown(world: World, source: object, *, bearer: bool = True, cookies: bool = True) -> Any:
    """An event of an HTTP API with this identity source; ``B`` and ``C`` are what is shown."""
    values = {"B": world.bearer, "C": world.cookies}
    if isinstance(source, list):
        source = [values.get(each, each) for each in source]
    elif isinstance(source, str):
        source = values.get(source, source)
    event = simple_request(
        headers=[("Authorization", world.bearer)] if bearer else [],
        cookies=world.cookies if cookies else "",
    )
    return {**event, "identitySource": source}


@pytest.mark.parametrize("answers", ["simple", "policy"])
@pytest.mark.parametrize(
    ("reads", "source", "seen"),
    [
        ("either", None, PROGRAM),
        ("either", [], PROGRAM),
        ("either", ["B"], PROGRAM),
        ("either", "B", PROGRAM),
        ("either", ["C"], BROWSER),
        ("either", "C", BROWSER),
        ("either", ["B", "C"], PROGRAM),
        ("either", ["C", "B"], PROGRAM),
        ("either", ["203.0.113.7"], None),
        ("either", [""], None),
        ("either", "203.0.113.7", None),
        ("either", {"B": "C"}, None),
        ("either", [7], None),
        ("authorization", None, PROGRAM),
        ("authorization", ["C"], None),
        ("authorization", ["B"], PROGRAM),
        ("cookie", None, BROWSER),
        ("cookie", ["B"], None),
        ("cookie", ["C"], BROWSER),
        ("cookie", ["B", "C"], BROWSER),
    ],
)
def test_only_what_the_answer_is_remembered_by_is_looked_at(
    world: World, answers: str, reads: str, source: object, seen: str | None
) -> None:
    answer = world.authorizer(answers, reads)(shown(world, source), None)
    assert subject(answer) == seen
    if seen is None:
        assert answer["context"] == {"reason": "no_session"}


@pytest.mark.parametrize(("source", "seen"), [(None, BROWSER), (["C"], BROWSER), (["B"], None)])
def test_cookies_alone_count_where_the_identity_source_names_them(
    world: World, source: object, seen: str | None
) -> None:
    answer = world.authorizer()(shown(world, source, bearer=False), None)
    assert subject(answer) == seen


@pytest.mark.parametrize("version", ["2.0", "1.0", None, 2.0, ""])
@pytest.mark.parametrize("answers", ["simple", "policy"])
def test_simple_answers_are_for_payload_2_alone(
    world: World, version: object, answers: str
) -> None:
    event = {**simple_request(headers=[("Authorization", world.bearer)]), "version": version}
    answer = world.authorizer(answers)(event, None)
    assert ("isAuthorized" in answer) is (version == "2.0" and answers == "simple")
    assert subject(answer) == PROGRAM


@pytest.mark.parametrize("answers", ["simple", "policy"])
def test_a_refusal_is_an_answer_for_http_apis_and_an_error_for_rest_apis(
    world: World, answers: str
) -> None:
    door = world.authorizer(answers)
    denied = door(simple_request(), None)
    assert subject(denied) is None
    assert denied["context"] == {"reason": "no_session"}
    if answers == "policy":
        assert denied["principalId"] == "nobody"
        [statement] = denied["policyDocument"]["Statement"]
        assert (statement["Effect"], statement["Resource"]) == ("Deny", f"{API}/$default/*")
    for event in (rest_request(), rest_token("Bearer x"), http_api_v1("/articles")):
        with pytest.raises(UnauthorizedError, match=r"\AUnauthorized\Z"):
            door(event, None)


@pytest.mark.parametrize(
    ("arns", "resource"),
    [
        ({"routeArn": f"{API}/prod/GET/a/b"}, f"{API}/prod/*"),
        ({"methodArn": f"{API}/prod/GET/a/b"}, f"{API}/prod/*"),
        ({"routeArn": f"{API}/one/GET/a", "methodArn": f"{API}/two/GET/a"}, f"{API}/one/*"),
        ({"routeArn": "", "methodArn": f"{API}/two/GET/a"}, f"{API}/two/*"),
        ({"methodArn": f"{API}/prod"}, f"{API}/prod/*"),
        ({"methodArn": API}, f"{API}/*"),
    ],
)
def test_a_policy_is_for_the_stage_of_the_arn_and_for_nothing_wider(
    world: World, arns: dict[str, Any], resource: str
) -> None:
    event = {"type": "TOKEN", "authorizationToken": world.bearer, **arns}
    answer = world.authorizer()(event, None)
    assert answer["policyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": resource}],
    }


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER {}", "{}"])
def test_a_token_is_shown_with_or_without_its_scheme(world: World, form: str) -> None:
    event = rest_token(form.format(world.access_token))
    assert subject(world.authorizer()(event, None)) == PROGRAM


@pytest.mark.parametrize("form", ["Basic {}", "Bearer  {}", "Bearer{}", " {}", "{} "])
def test_a_token_in_another_form_is_refused(world: World, form: str) -> None:
    with pytest.raises(UnauthorizedError):
        world.authorizer()(rest_token(form.format(world.access_token)), None)


def test_a_token_of_a_token_authorizer_comes_before_the_header(world: World) -> None:
    event = {**rest_token("Bearer x"), "headers": {"Authorization": world.bearer}}
    with pytest.raises(UnauthorizedError):
        world.authorizer()(event, None)


def test_the_reason_of_a_refused_token_is_told(world: World) -> None:
    # RF-08
    event = simple_request(headers=[("Authorization", world.bearer)])
    world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)
    assert world.authorizer()(event, None)["context"] == {"reason": "session_revoked"}
    world.clock.advance(HOUR)
    assert world.authorizer()(event, None)["context"] == {"reason": "token_expired"}


def test_too_many_cookies_are_refused_with_the_reason(world: World) -> None:
    # DL-02
    event = simple_request(cookies="a=" + "x" * 17_000)
    assert world.authorizer()(event, None)["context"] == {"reason": "session_too_large"}


def test_an_application_learns_who_a_program_is(world: World) -> None:
    groups: dict[str, Any] = {"cognito:groups": ["staff", "admins"]}
    access = world.mint.access(scope="b a", username="ada", **groups)
    event = simple_request(headers=[("Authorization", access)])
    assert world.authorizer()(event, None)["context"] == {
        "subject": DEFAULT_SUBJECT,
        "username": "ada",
        "groups": "staff admins",
        "scope": "a b",
        "login": "cognito",
    }


def test_an_application_learns_who_a_browser_is(world: World) -> None:
    answer = world.authorizer()(simple_request(cookies=world.legacy.open(ACCOUNT)), None)
    assert answer["context"] == {"username": "jane", "legacy_uid": "1847", "login": "legacy"}
    policy = world.authorizer("policy")(simple_request(cookies=world.legacy.open(ACCOUNT)), None)
    assert policy["principalId"] == "legacy:1847"


def test_nothing_is_refreshed_for_an_answer_that_sets_no_cookies(world: World) -> None:
    world.clock.advance(HOUR)
    answer = world.authorizer()(simple_request(cookies=world.cookies), None)
    assert answer["context"] == {"reason": "token_expired"}
    assert world.provider.sent == []


@pytest.mark.parametrize("arns", [{}, {"methodArn": 7}, {"methodArn": "", "routeArn": None}])
def test_without_an_arn_there_is_nothing_to_allow(world: World, arns: dict[str, Any]) -> None:
    event = {"type": "TOKEN", "authorizationToken": world.bearer, **arns}
    with pytest.raises(UnauthorizedError):
        world.authorizer()(event, None)


@pytest.mark.parametrize("shown_by", ["bearer", "cookies"])
def test_an_outage_is_audited_and_no_answer(world: World, shown_by: str) -> None:
    world.revocations.unavailable = True
    event = shown(world, None, bearer=shown_by == "bearer")
    authorizer = attrs.evolve(world.authorizer(), audit=world.audit)

    with pytest.raises(CoordinationUnavailableError):
        authorizer(event, None)
    [noted] = world.audit.events
    assert (noted.action, noted.outcome) == ("authorizer", "unavailable")


ROLES: Final = UserMapping(roles={"admins": ("writer",), "staff": ("reader",)})


@pytest.mark.parametrize(
    ("needs", "groups", "is_admitted"),
    [
        (requirement("admins", "staff"), ["staff", "admins"], True),
        (requirement("admins", "staff"), ["staff"], False),
        (requirement("admins", "staff", any_of=True), ["staff"], True),
        (requirement("admins", "staff", any_of=True), [], False),
        (requirement("writer", among="roles"), ["admins"], True),
        (requirement("writer", among="roles"), ["writer", "staff"], False),
    ],
    ids=str,
)
@pytest.mark.parametrize("answers", ["simple", "policy"])
def test_a_caller_needs_what_the_settings_require(
    world: World, answers: str, needs: Requirement, groups: list[str], *, is_admitted: bool
) -> None:
    authorizer = world.authorizer(answers, requirements=(needs,), users=ROLES)

    for event in world.both(**{"cognito:groups": groups}):
        answer = authorizer(event, None)

        assert bool(subject(answer)) is is_admitted
        assert is_admitted or answer["context"] == {"reason": "group_required"}


def test_a_rest_api_answers_403_to_a_caller_who_lacks_a_group(world: World) -> None:
    """Not 401: a sign-in would not help."""
    authorizer = world.authorizer(requirements=(requirement("admins"),))

    for event in (rest_token(world.bearer), rest_request(cookies=world.cookies)):
        answer = authorizer(event, None)
        assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
        assert answer["context"] == {"reason": "group_required"}
    with pytest.raises(UnauthorizedError):
        authorizer(rest_token("Bearer x"), None)
    assert world.audit.events[-1].detail == "groups all_of admins"


def test_groups_of_another_pool_admit_nobody(world: World) -> None:
    """Its administrators could give them any name."""
    own, other = (UserMapping(pool=pool) for pool in (None, "eu-west-1_Another"))
    [event, _] = world.both(**{"cognito:groups": ["admins"]})
    needs = (requirement("admins"),)

    assert subject(world.authorizer(requirements=needs, users=own)(event, None))
    refused = world.authorizer(requirements=needs, users=other)(event, None)
    assert refused["context"] == {"reason": "group_required"}


def test_an_application_learns_roles_and_configured_claims(world: World) -> None:
    users = attrs.evolve(ROLES, claims=("custom:tier",))

    for event in world.both(**{"cognito:groups": ["staff"], "custom:tier": ["gold", 7]}):
        context = world.authorizer(users=users)(event, None)["context"]
        assert context["roles"] == "reader"
        assert context["claims"] == '{"custom:tier": ["gold", 7]}'
    [event, _] = world.both()
    assert not {"roles", "claims"} & world.authorizer(users=users)(event, None)["context"].keys()


def test_a_program_has_no_groups(world: World) -> None:
    token = world.mint.access(username=None, **{"cognito:groups": ["admins"]})
    event = rest_token(f"Bearer {token}")

    assert world.authorizer()(event, None)["context"]["login"] == "machine"
    refused = world.authorizer(requirements=(requirement("admins"),))(event, None)
    assert refused["context"] == {"reason": "group_required"}
