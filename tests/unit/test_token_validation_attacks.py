"""Attacks on the validator an embedder gets, with real RSA keys."""

import base64
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import authcore
from authcore.domain.errors import (
    ClaimRejectedError,
    ConfigurationError,
    MalformedTokenError,
    SignatureRejectedError,
    TokenExpiredError,
    TokenRejectedError,
    UnknownKeyError,
)
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import DEFAULT_SUBJECT, TokenMint
from unit.validator_world import CLOCK, MINT, VALIDATOR, built


@pytest.mark.parametrize("remember", [True, False])
def test_good_tokens_are_accepted_again_and_again(*, remember: bool) -> None:
    validator = built(remember=remember)
    access = MINT.access()
    identity = MINT.identity(nonce="sent", at_hash=MINT.at_hash(access))
    for _ in range(3):
        assert validator.verify_access_token(access).subject == DEFAULT_SUBJECT
        claims = validator.verify_id_token(identity, nonce="sent", access_token=access)
        assert claims.legacy_uid == "4711"


def test_a_remembered_token_expires_like_any_other() -> None:
    # TV-11
    clock = FrozenClock()
    validator = built(clock=clock)
    token = TokenMint(clock=clock).access()
    validator.verify_access_token(token)
    clock.advance(timedelta(hours=1))
    with pytest.raises(TokenExpiredError):
        validator.verify_access_token(token)


@pytest.mark.parametrize(
    ("flaw", "error"),
    [
        ({"tampered": True}, SignatureRejectedError),
        ({"signed_by": "stranger"}, SignatureRejectedError),
        ({"alg": "none"}, MalformedTokenError),
        ({"alg": "HS256"}, MalformedTokenError),
        ({"header": {"alg": "PS256"}}, MalformedTokenError),
        ({"header": {"alg": None}}, MalformedTokenError),
        ({"without_header": ["alg"]}, MalformedTokenError),
        ({"without_header": ["kid"]}, MalformedTokenError),
        ({"header": {"kid": "unknown"}}, UnknownKeyError),
        ({"header": {"kid": "../../../../dev/null"}}, UnknownKeyError),
        ({"header": {"kid": "' UNION SELECT 'key"}}, UnknownKeyError),
        ({"header": {"kid": "k" * 65536}}, MalformedTokenError),
        ({"header": {"crit": ["exp"]}}, MalformedTokenError),
        ({"without": ["exp"]}, ClaimRejectedError),
        ({"exp": "4102444800"}, ClaimRejectedError),
        ({"iss": "https://attacker.example"}, ClaimRejectedError),
        ({"exp": 1}, TokenExpiredError),
    ],
    ids=lambda value: repr(value)[:48],
)
def test_a_flawed_token_is_rejected_for_its_flaw(
    flaw: dict[str, object], error: type[TokenRejectedError]
) -> None:
    # TV-01, TV-02, TV-05, TV-07, TV-11, KF-04
    for make, check in (
        (MINT.access, VALIDATOR.verify_access_token),
        (MINT.identity, VALIDATOR.verify_id_token),
    ):
        with pytest.raises(error):
            check(make(**flaw))


def test_one_kind_of_token_does_not_pass_for_the_other() -> None:
    # TV-09
    for check, token in (
        (VALIDATOR.verify_access_token, MINT.identity()),
        (VALIDATOR.verify_id_token, MINT.access()),
    ):
        with pytest.raises(ClaimRejectedError):
            check(token)


def public_key_spellings() -> dict[str, bytes]:
    public = MINT.key("access").private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return {
        "pem": pem,
        "pkcs1": public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        "der": der,
        "bom": b"\xef\xbb\xbf" + pem,
        "base64": base64.b64encode(der),
        "openssh": public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "jwk": json.dumps(MINT.key("access").jwk()).encode(),
        "jwks": MINT.jwks_bytes(),
        "n": MINT.key("access").jwk()["n"].encode(),
    }


@pytest.mark.parametrize(("name", "secret"), public_key_spellings().items())
def test_the_public_key_is_no_hmac_secret(name: str, secret: bytes) -> None:
    # TV-03
    for header in ({}, {"alg": "RS256"}):
        with pytest.raises(TokenRejectedError):
            VALIDATOR.verify_access_token(
                MINT.access(alg="HS256", hmac_secret=secret, header=header)
            )


def test_a_token_that_brings_its_own_key_is_rejected() -> None:
    # TV-04
    stranger = TokenMint(clock=CLOCK, fresh_keys=True)
    for header in ({"jwk": stranger.key("access").jwk()}, {"x5c": ["MIIB"]}):
        with pytest.raises(MalformedTokenError):
            VALIDATOR.verify_access_token(stranger.access(header=header))


@pytest.mark.parametrize(
    "signature",
    [
        lambda good: good[:-4],
        lambda good: good + "AAAA",
        lambda good: "AAAA" + good,
        lambda good: "A" * len(good),
        lambda good: good[:-1] + chr(ord(good[-1]) + 1),
        lambda good: good + "==",
        lambda _: "A",
        lambda _: "AAAA",
    ],
)
def test_an_altered_signature_is_rejected(signature: Callable[[str], str]) -> None:
    # TV-01, TV-06
    signed, _, good = MINT.access().rpartition(".")
    with pytest.raises(TokenRejectedError):
        VALIDATOR.verify_access_token(f"{signed}.{signature(good)}")


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"null", b"[]", b"{", b'{"sub":1,"sub":2}', b'{"exp":NaN}', b"\xff"),
        *(b"[" * 5000, b'{"exp":' + b"9" * 5000 + b"}", b'{"sub":"\\ud800"}'),
    ],
)
def test_a_signed_payload_that_is_no_clear_object_is_rejected(payload: bytes) -> None:
    # TV-15
    header = json.dumps({"kid": MINT.key("access").kid, "alg": "RS256"}).encode()
    with pytest.raises(MalformedTokenError):
        VALIDATOR.verify_access_token(MINT.sign_octets(header, payload, use="access"))


def test_nothing_of_a_token_reaches_a_log_or_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for flaw in ({"tampered": True}, {"iss": "canary"}, {"header": {"kid": "canary"}}):
        token = MINT.access(**{"name": "canary", **flaw})
        with pytest.raises(TokenRejectedError) as rejected:
            VALIDATOR.verify_access_token(token)
        seen = f"{rejected.value!s}{rejected.value!r}{rejected.value.__cause__!r}"
        assert "canary" not in seen
        assert not any(part in seen for part in token.split("."))
    assert "canary" not in caplog.text


def test_every_setting_that_cannot_work_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as error:
        authcore.token_validator(
            user_pool_id="pool",
            client_id="",
            issuer="http://issuer.example",
            jwks_url="ftp://keys.example",
            leeway=timedelta(hours=1),
            required_groups="staff",
        )
    assert len(error.value.problems) == 6


@pytest.mark.parametrize("jwks", [{}, {"keys": []}, b"", b"[]", {"keys": [{"kty": "oct"}]}])
def test_static_keys_that_hold_none_are_a_configuration_error(jwks: object) -> None:
    with pytest.raises(ConfigurationError):
        built(jwks=jwks)


def test_the_issuer_and_its_keys_may_live_elsewhere() -> None:
    issuer = "https://issuer.example/eu-west-1_Ab12Cd34E"
    token = TokenMint(clock=CLOCK, issuer=issuer).access()
    assert built(issuer=issuer).verify_access_token(token).issuer == issuer
    with pytest.raises(ClaimRejectedError):
        VALIDATOR.verify_access_token(token)


def test_importing_authcore_imports_none_of_what_it_may_need() -> None:
    heavy = "{'jwt', 'httpx', 'boto3', 'cryptography', 'starlette', 'attrs'}"
    script = f"import sys, authcore; print(sorted({heavy} & set(sys.modules)))"
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert finished.stdout.strip() == "[]"


def test_the_package_offers_what_it_lists_and_nothing_else() -> None:
    assert authcore.token_validator is not None
    assert set(authcore.__all__) == set(dir(authcore))
    with pytest.raises(AttributeError):
        authcore.nothing_of_the_kind  # noqa: B018
