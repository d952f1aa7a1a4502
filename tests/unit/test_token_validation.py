"""Claims: what a signed token must say."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import (
    ClaimRejectedError,
    ConfigurationError,
    KeySourceUnavailableError,
    MalformedTokenError,
    TokenExpiredError,
    TokenNotYetValidError,
)
from authcore.domain.model.tokens import LAST_MOMENT, AccessClaims, Actor, IdentityClaims
from authcore.domain.model.validator_settings import MAX_LEEWAY
from authcore.domain.services.token_validation import MAX_SUBJECT_LENGTH, TokenValidator
from authcore.testing.fakes.signatures import InMemorySignatureVerifier
from authcore.testing.fakes.system import FrozenClock


CLOCK = FrozenClock()
NOW = int(CLOCK.now().timestamp())
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E"
CLIENT = "1example23456789"
SUBJECT = "7d8ca528-4931-4254-9273-ea5ee853f271"
SIGNATURES = InMemorySignatureVerifier()

SHARED = {"iss": ISSUER, "sub": SUBJECT, "iat": NOW, "exp": NOW + 3600, "cognito:groups": ["a"]}
ACCESS = {**SHARED, "token_use": "access", "client_id": CLIENT, "scope": "openid email"}
IDENTITY = {**SHARED, "token_use": "id", "aud": CLIENT, "email": "e@example.com"}

NO_TEXT: tuple[object, ...] = (None, True, 1, 1.5, "", [], {}, [ISSUER], [SUBJECT], {"id": SUBJECT})
NO_MOMENT: tuple[object, ...] = (
    *(None, True, False, "", str(NOW + 60), [NOW + 60], {}, -1, -0.5, 10**400, LAST_MOMENT + 1),
    *(float("nan"), float("inf"), float("-inf")),
)


def validator(
    *,
    leeway: timedelta = timedelta(0),
    groups: tuple[str, ...] = (),
    scopes: tuple[str, ...] = (),
    clients: tuple[str, ...] = (CLIENT,),
) -> TokenValidator:
    return TokenValidator(
        signatures=SIGNATURES,
        clock=CLOCK,
        issuers=[ISSUER],
        client_ids=clients,
        leeway=leeway,
        required_groups=groups,
        required_scopes=scopes,
    )


VALIDATOR = validator()


def changed(claims: Mapping[str, object], change: Mapping[str, object]) -> str:
    return SIGNATURES.sign({**claims, **change})


def without(claims: Mapping[str, object], name: str) -> str:
    return SIGNATURES.sign({key: value for key, value in claims.items() if key != name})


def access(**change: object) -> AccessClaims:
    return VALIDATOR.verify_access_token(changed(ACCESS, change))


def identity(**change: object) -> IdentityClaims:
    return VALIDATOR.verify_id_token(changed(IDENTITY, change))


def refuses_both(claim: str, value: object) -> None:
    for check, claims in (
        (VALIDATOR.verify_access_token, ACCESS),
        (VALIDATOR.verify_id_token, IDENTITY),
    ):
        with pytest.raises(ClaimRejectedError) as rejected:
            check(changed(claims, {claim: value}))
        assert rejected.value.claim == claim


def test_a_good_access_token_gives_its_claims() -> None:
    claims = access()
    assert (claims.subject, claims.issuer, claims.client_id) == (SUBJECT, ISSUER, CLIENT)
    assert claims.scopes == {"openid", "email"}
    assert claims.groups == ("a",)
    assert claims.issued_at == CLOCK.now().replace(microsecond=0)
    assert claims.expires_at - claims.issued_at == timedelta(hours=1)


def test_a_good_identity_token_gives_its_claims() -> None:
    claims = identity()
    assert (claims.subject, claims.email, claims.email_verified) == (
        SUBJECT,
        "e@example.com",
        False,
    )


@pytest.mark.parametrize(
    "issuer",
    [
        *NO_TEXT,
        ISSUER + "/",
        ISSUER + "x",
        ISSUER[:-1],
        ISSUER.upper(),
        " " + ISSUER,
        f"https://attacker.example/?{ISSUER}",
        ISSUER.replace("https", "http"),
    ],
)
def test_the_issuer_is_ours_character_by_character(issuer: object) -> None:
    # TV-07
    refuses_both("iss", issuer)


@pytest.mark.parametrize("claim", ["iss", "sub", "token_use", "exp", "iat"])
def test_these_claims_cannot_be_missing(claim: str) -> None:
    # TV-07, TV-10, TV-11, TV-12, TV-13
    for check, claims in (
        (VALIDATOR.verify_access_token, ACCESS),
        (VALIDATOR.verify_id_token, IDENTITY),
    ):
        with pytest.raises(ClaimRejectedError) as rejected:
            check(without(claims, claim))
        assert rejected.value.claim == claim


@pytest.mark.parametrize("use", [*NO_TEXT, "ID", "Access", "refresh", "id ", "access\n"])
def test_the_use_is_said_exactly(use: object) -> None:
    # TV-10
    refuses_both("token_use", use)


def test_one_kind_of_token_does_not_pass_for_the_other() -> None:
    # TV-09, TV-10: not even with the client named both ways.
    both = {"aud": CLIENT, "client_id": CLIENT}
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_access_token(changed(IDENTITY, both))
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_id_token(changed(ACCESS, both))


@pytest.mark.parametrize("subject", [*NO_TEXT, "s" * (MAX_SUBJECT_LENGTH + 1)])
def test_the_subject_is_a_text_of_bounded_length(subject: object) -> None:
    # TV-13
    refuses_both("sub", subject)


def test_another_mail_address_is_not_another_person() -> None:
    # TV-13
    mails = ("before@example.com", "after@example.com", None)
    assert {identity(email=mail).subject for mail in mails} == {SUBJECT}


@pytest.mark.parametrize("client", [*NO_TEXT, [CLIENT], CLIENT + "x", CLIENT.upper(), "other"])
def test_an_access_token_names_our_client(client: object) -> None:
    # TV-09
    with pytest.raises(ClaimRejectedError):
        access(client_id=client)


def test_an_audience_does_not_stand_in_for_the_client_of_an_access_token() -> None:
    # TV-09
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_access_token(SIGNATURES.sign({**without_client(), "aud": CLIENT}))


def without_client() -> dict[str, object]:
    return {name: value for name, value in ACCESS.items() if name != "client_id"}


API = "https://api.example.com"


@pytest.mark.parametrize("audience", [API, [API], ["https://other.example", API]])
def test_an_access_token_may_be_bound_to_the_api_that_is_configured(audience: object) -> None:
    # TV-09: Cognito adds ``aud`` to access tokens with resource binding.
    bound = attrs.evolve(VALIDATOR, audience=[API])

    for claims in ({**ACCESS, "aud": audience}, ACCESS):
        assert bound.verify_access_token(SIGNATURES.sign(claims)).client_id == CLIENT


@pytest.mark.parametrize("audience", [API, [API], CLIENT, [], "", f"{API}/"])
def test_an_access_token_that_is_bound_to_another_api_is_refused(audience: object) -> None:
    # TV-09
    others = attrs.evolve(VALIDATOR, audience=["https://others.example.com"])
    for validator in (VALIDATOR, others):
        with pytest.raises(ClaimRejectedError) as refusal:
            validator.verify_access_token(SIGNATURES.sign({**ACCESS, "aud": audience}))
        assert refusal.value.detail == "aud"


@pytest.mark.parametrize(
    ("claim", "actor"),
    [
        ({"sub": "agent-1"}, Actor("agent-1")),
        ({"client_id": CLIENT}, Actor(None, CLIENT)),
        (
            {"sub": "agent-1", "iss": ISSUER, "act": {"sub": "agent-0"}},
            Actor("agent-1", None, ISSUER),
        ),
    ],
)
def test_who_acts_for_a_user_is_told(claim: object, actor: Actor) -> None:
    """See RFC 8693 §4.1."""
    assert access(act=claim).actor == actor
    assert access().actor is None


@pytest.mark.parametrize("claim", [None, "agent-1", [], {}, {"sub": 1}, {"sub": ""}, {"iss": "i"}])
def test_an_actor_that_cannot_be_named_is_refused(claim: object) -> None:
    for check in (access, identity):
        with pytest.raises(ClaimRejectedError) as refusal:
            check(act=claim)
        assert refusal.value.claim == "act"


@pytest.mark.parametrize("audience", [None, 1, True, {}, [1], [None], [["https://a.example"]]])
def test_an_access_token_s_audience_is_of_texts(audience: object) -> None:
    with pytest.raises(ClaimRejectedError):
        access(aud=audience)


@pytest.mark.parametrize(
    "audience",
    [
        *(value for value in NO_TEXT),
        [CLIENT, "other"],
        ["other", CLIENT],
        [CLIENT, CLIENT],
        [[CLIENT]],
        ["other"],
        [None],
        {CLIENT: CLIENT},
        CLIENT + " ",
        CLIENT[:-1],
    ],
)
def test_an_identity_token_is_for_us_alone(audience: object) -> None:
    # TV-08
    with pytest.raises(ClaimRejectedError):
        identity(aud=audience)
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_id_token(without(IDENTITY, "aud"))


def test_a_list_of_our_client_alone_is_us() -> None:
    # TV-08
    assert identity(aud=[CLIENT]).subject == SUBJECT


@pytest.mark.parametrize("party", [None, "other", [CLIENT]])
def test_an_identity_token_issued_to_another_party_is_rejected(party: object) -> None:
    # TV-08
    assert identity(azp=CLIENT).subject == SUBJECT
    with pytest.raises(ClaimRejectedError):
        identity(azp=party)


def test_several_clients_may_be_ours() -> None:
    both = validator(clients=(CLIENT, "second"))
    assert both.verify_access_token(changed(ACCESS, {"client_id": "second"})).client_id == "second"
    assert both.verify_id_token(changed(IDENTITY, {"aud": "second"})).subject == SUBJECT


@pytest.mark.parametrize("moment", NO_MOMENT)
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_moments_are_numbers(claim: str, moment: object) -> None:
    # TV-11, TV-12
    refuses_both(claim, moment)


def test_a_token_is_good_until_it_expires_and_no_longer() -> None:
    # TV-11
    now = CLOCK.now().timestamp()
    assert access(exp=now + 0.001).subject == SUBJECT
    for late in (now, now - 0.001, NOW - 3600, 0, 0.0):
        with pytest.raises(TokenExpiredError):
            access(exp=late)
        with pytest.raises(TokenExpiredError):
            identity(exp=late)


def test_an_expired_token_says_since_when() -> None:
    with pytest.raises(TokenExpiredError) as rejected:
        access(exp=NOW - 60)
    assert rejected.value.expired_at == CLOCK.now().replace(microsecond=0) - timedelta(minutes=1)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://attacker.example"},
        {"token_use": "id"},
        {"client_id": "other"},
        {"sub": ""},
        {"iat": NOW + 3600},
    ],
)
def test_only_a_token_that_was_good_once_is_called_expired(change: dict[str, object]) -> None:
    with pytest.raises((ClaimRejectedError, TokenNotYetValidError)):
        access(exp=NOW - 60, **change)


def test_a_token_of_the_future_is_not_good_yet() -> None:
    # TV-12
    now = CLOCK.now().timestamp()
    for claim in ("iat", "nbf"):
        assert access(**{claim: now}).subject == SUBJECT
        with pytest.raises(TokenNotYetValidError):
            access(**{claim: now + 0.001})
        with pytest.raises(TokenNotYetValidError):
            identity(**{claim: NOW + 3600})


def test_leeway_is_granted_at_both_ends_and_no_more() -> None:
    # TV-11, TV-12
    lenient = validator(leeway=MAX_LEEWAY)
    now = CLOCK.now().timestamp()
    for good in ({"exp": now - 59.9}, {"iat": now + 60}, {"nbf": now + 60}):
        assert lenient.verify_access_token(changed(ACCESS, good)).subject == SUBJECT
    with pytest.raises(TokenExpiredError):
        lenient.verify_access_token(changed(ACCESS, {"exp": now - 60}))
    for claim in ("iat", "nbf"):
        with pytest.raises(TokenNotYetValidError):
            lenient.verify_access_token(changed(ACCESS, {claim: now + 60.1}))


def test_the_nonce_is_the_one_that_was_sent() -> None:
    # SP-05
    nonced = changed(IDENTITY, {"nonce": "n-0S6_WzA2Mj"})
    assert VALIDATOR.verify_id_token(nonced, nonce="n-0S6_WzA2Mj").subject == SUBJECT
    assert VALIDATOR.verify_id_token(nonced).subject == SUBJECT
    for wrong in ("n-0S6_WzA2Mk", "n-0S6_WzA2M", "", "\ud800", "\N{HORSE}"):
        with pytest.raises(ClaimRejectedError):
            VALIDATOR.verify_id_token(nonced, nonce=wrong)


@pytest.mark.parametrize("nonce", [*NO_TEXT, "other", "\N{HORSE}"])
def test_a_nonce_cannot_be_missing_or_mistyped_when_one_was_sent(nonce: object) -> None:
    # SP-05: no claim can switch the check off.
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_id_token(changed(IDENTITY, {"nonce": nonce}), nonce="sent")
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_id_token(changed(IDENTITY, {}), nonce="sent")


def test_an_empty_nonce_matches_nothing() -> None:
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_id_token(changed(IDENTITY, {"nonce": ""}), nonce="")


def test_the_access_token_that_came_along_fits_the_identity_token() -> None:
    # TV-14: the example of OpenID Connect Core A.3 (response_type code id_token token).
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    hashed = changed(IDENTITY, {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"})
    assert VALIDATOR.verify_id_token(hashed, access_token=token).subject == SUBJECT
    assert VALIDATOR.verify_id_token(hashed).subject == SUBJECT
    assert VALIDATOR.verify_id_token(changed(IDENTITY, {}), access_token=token).subject == SUBJECT
    for other in (token + "x", "", "\ud800"):
        with pytest.raises(ClaimRejectedError):
            VALIDATOR.verify_id_token(hashed, access_token=other)


@pytest.mark.parametrize("at_hash", [*NO_TEXT, "77QmUPtjPfzWtF2AnpK9RQ==", "77QmUPtjPfzWtF2AnpK9R"])
def test_a_hash_that_is_there_has_to_fit(at_hash: object) -> None:
    # TV-14
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_id_token(changed(IDENTITY, {"at_hash": at_hash}), access_token=token)


def test_the_whole_digest_is_not_the_left_half() -> None:
    # TV-14
    whole = base64.urlsafe_b64encode(hashlib.sha256(b"token").digest()).rstrip(b"=").decode()
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_id_token(changed(IDENTITY, {"at_hash": whole}), access_token="token")


@pytest.mark.parametrize("token", [b"token", 1, "x" * 8193])
def test_what_came_along_is_a_token(token: object) -> None:
    with pytest.raises(MalformedTokenError):
        VALIDATOR.verify_id_token(
            changed(IDENTITY, {"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}),
            access_token=token,  # type: ignore[arg-type]
        )


def test_every_required_group_is_needed() -> None:
    strict = validator(groups=("staff", "editors"))
    for check, claims in ((strict.verify_access_token, ACCESS), (strict.verify_id_token, IDENTITY)):
        assert check(changed(claims, {"cognito:groups": ["editors", "x", "staff"]})).groups
        for groups in (
            ["staff"],
            [],
            None,
            "staff editors",
            {"staff": 1, "editors": 1},
            [["staff"]],
        ):
            with pytest.raises(ClaimRejectedError):
                check(changed(claims, {"cognito:groups": groups}))
        with pytest.raises(ClaimRejectedError):
            check(without(claims, "cognito:groups"))


def test_every_required_scope_is_needed() -> None:
    strict = validator(scopes=("openid", "cms/write"))
    assert strict.verify_access_token(changed(ACCESS, {"scope": "cms/write openid email"})).scopes
    for scope in ("openid", "openid cms/writer", "", None, ["openid", "cms/write"], 1):
        with pytest.raises(ClaimRejectedError):
            strict.verify_access_token(changed(ACCESS, {"scope": scope}))
    with pytest.raises(ClaimRejectedError):
        strict.verify_access_token(without(ACCESS, "scope"))
    assert strict.verify_id_token(changed(IDENTITY, {})).subject == SUBJECT


def test_no_answer_about_the_keys_is_no_rejection() -> None:
    cut_off = InMemorySignatureVerifier()
    cut_off.go_down()
    stranded = TokenValidator(
        signatures=cut_off, clock=CLOCK, issuers=[ISSUER], client_ids=[CLIENT]
    )
    with pytest.raises(KeySourceUnavailableError):
        stranded.verify_access_token(changed(ACCESS, {}))


@pytest.mark.parametrize("unlike", [None, b"a.b.c", 1, True, [], {}, "", "a.b.c", "\ud800"])
def test_what_is_no_token_is_malformed(unlike: object) -> None:
    # TV-16
    with pytest.raises(MalformedTokenError):
        VALIDATOR.verify_access_token(unlike)  # type: ignore[arg-type]
    with pytest.raises(MalformedTokenError):
        VALIDATOR.verify_id_token(unlike)  # type: ignore[arg-type]


def test_settings_that_cannot_work_are_all_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        TokenValidator(
            signatures=SIGNATURES,
            clock=CLOCK,
            issuers=[],
            client_ids=[""],
            leeway=timedelta(seconds=61),
            required_groups="staff",
            required_scopes="openid",
        )
    assert len(error.value.problems) == 5


@pytest.mark.parametrize("leeway", [timedelta(seconds=-1), MAX_LEEWAY + timedelta(microseconds=1)])
def test_leeway_has_bounds(leeway: timedelta) -> None:
    # TV-11
    with pytest.raises(ConfigurationError):
        validator(leeway=leeway)


def test_no_error_and_no_repr_shows_what_the_token_says() -> None:
    canary = "canary-5f1e"
    assert canary not in repr(access(name=canary, email=canary))
    for change in ({"iss": canary}, {"client_id": canary}, {"sub": [canary]}, {"exp": canary}):
        with pytest.raises(ClaimRejectedError) as rejected:
            access(**change)
        assert canary not in f"{rejected.value!s}{rejected.value!r}{vars(rejected.value)}"
