"""Which published keys are usable, and that bad ones do not take good ones with them."""

import base64
import json

import pytest

from authcore.adapters.jwks.key_set import MAX_KEY_SET_BYTES, MAX_KEYS, StaticKeys, keys_in, keys_of
from authcore.domain.errors import UnknownKeyError
from authcore.testing.mint import SigningKey, generate_key
from unit.published_keys import GOOD, MINT, OTHER


MODULUS = MINT.key("access").private.public_key().public_numbers().n


def number(value: int) -> str:
    octets = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def usable(*members: object) -> set[str]:
    """The ids of usable keys of a set of *members* beside OTHER, which always stays usable."""
    kids = set(keys_in(json.dumps({"keys": [*members, OTHER]}).encode()))
    assert OTHER["kid"] in kids
    return kids - {str(OTHER["kid"])}


def weak_modulus() -> int:
    """2048 bits, a power of 65537 modulo each small prime: what CVE-2017-15361 generators make."""
    primorial = 1
    for candidate in range(2, 168):
        if all(candidate % factor for factor in range(2, candidate)):
            primorial *= candidate
    residue = pow(65537, 123457, primorial)
    return residue + primorial * ((1 << 2047) // primorial + 1)


def test_both_keys_of_a_pool_are_usable() -> None:
    keys = keys_in(MINT.jwks_bytes())
    assert {key.modulus for key in keys.values()} == {
        MINT.key(use).private.public_key().public_numbers().n for use in ("id", "access")
    }


@pytest.mark.parametrize(
    "variation",
    [
        {"use": "sig"},
        {"key_ops": ["verify"]},
        {"key_ops": ["sign", "verify"]},
        {"x5t": "unknown members are ignored"},
    ],
)
def test_these_variations_are_usable(variation: dict[str, object]) -> None:
    # KF-02
    assert usable({**GOOD, **variation}) == {GOOD["kid"]}


@pytest.mark.parametrize("absent", ["use", "alg"])
def test_use_and_alg_may_be_absent(absent: str) -> None:
    # KF-02
    assert usable({name: value for name, value in GOOD.items() if name != absent})


@pytest.mark.parametrize("absent", ["kty", "kid", "n", "e"])
def test_these_members_may_not_be_absent(absent: str) -> None:
    # KF-02, KF-12
    assert usable({name: value for name, value in GOOD.items() if name != absent}) == set()


@pytest.mark.parametrize(
    "variation",
    [
        {"kty": "EC"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "rsa"},
        {"use": "enc"},
        {"use": ["sig"]},
        {"use": None},
        {"alg": "RS512"},
        {"alg": "PS256"},
        {"alg": "HS256"},
        {"alg": None},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"key_ops": None},
        {"d": "AQAB"},
        {"p": "AQAB"},
        {"kid": ""},
        {"kid": 1},
        {"kid": None},
        {"kid": "k" * 65536},
        pytest.param({"n": number(MODULUS) + "=="}, id="a padded modulus"),
        pytest.param({"n": number(MODULUS) + "\n"}, id="a modulus and a line break"),
        {"n": ""},
        {"n": None},
        {"n": 65537},
        {"n": "\N{HORSE}"},
        pytest.param({"n": number(MODULUS >> 1)}, id="2047 bits"),
        pytest.param({"n": number((1 << 4096) + 1)}, id="4097 bits"),
        pytest.param({"n": number(MODULUS + 1)}, id="an even modulus"),
        pytest.param({"n": number(3 * (MODULUS >> 1 | 1))}, id="a multiple of three"),
        {"n": "A" * 100_000},
        {"e": number(1)},
        {"e": number(3)},
        {"e": number(65536)},
        {"e": number(65538)},
        {"e": number(2**32 + 15)},
        {"e": "AQAB="},
        {"e": ""},
        {"e": 65537},
        {"e": None},
    ],
    ids=lambda variation: repr(variation)[:40],
)
def test_these_are_not_and_the_other_key_stays(variation: dict[str, object]) -> None:
    # KF-02, KF-12
    member = {**GOOD, **variation}
    if len(json.dumps(member)) < MAX_KEY_SET_BYTES // 2:
        assert usable(member) == set()
    assert set(keys_of({"keys": [member, OTHER]})) == {OTHER["kid"]}


@pytest.mark.parametrize("member", [None, 1, True, "key", [], {}, [GOOD], 1e400])
def test_a_member_that_is_no_key_harms_no_other(member: object) -> None:
    # KF-12
    assert set(keys_of({"keys": [member, GOOD, OTHER]})) == {GOOD["kid"], OTHER["kid"]}


def test_a_key_that_names_a_member_twice_harms_no_other() -> None:
    # KF-12
    twice = json.dumps(GOOD)[:-1] + ',"e":"AQAB"}'
    body = f'{{"keys":[{twice},{json.dumps(OTHER)}]}}'
    assert set(keys_in(body.encode())) == {OTHER["kid"]}


def test_an_absurd_value_beside_the_keys_harms_none() -> None:
    # TV-15, KF-12
    body = f'{{"version":{"9" * 20_000},"at":NaN,"by":"\\ud800","keys":[{json.dumps(GOOD)}]}}'
    assert set(keys_in(body.encode())) == {GOOD["kid"]}


def test_keys_of_1024_bits_are_not_usable() -> None:
    # KF-02
    assert usable(generate_key(1024).jwk()) == set()


def test_keys_of_a_weak_generator_are_not_usable() -> None:
    # KF-02
    assert weak_modulus().bit_length() == 2048
    assert usable({**GOOD, "n": number(weak_modulus())}) == set()


def test_a_kid_that_comes_twice_is_refused_and_the_others_stay() -> None:
    # KF-03
    stranger = SigningKey(generate_key().private, str(GOOD["kid"]))
    assert usable(GOOD, stranger.jwk()) == set()
    assert usable(GOOD, GOOD) == set()
    assert usable(GOOD, {**GOOD, "use": "enc"}) == set()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<!doctype html><title>Sign in</title>",
        b'{"keys":null}',
        b'{"keys":{}}',
        b'{"keys":"keys"}',
        b'{"keys":[]}',
        b'{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"k"}]}',
        b'{"keys":[],"keys":[]}',
        b"\xff\xfe",
        b'{"keys":' + b"[" * 60_000,
        b'{"keys":[' + b'{"a":' * 10_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_holds_no_usable_key_is_refused(body: bytes) -> None:
    # KF-12
    with pytest.raises(ValueError, match=r"."):
        keys_in(body)


def test_a_set_within_the_bounds_is_read_and_one_beyond_is_not() -> None:
    # KF-10
    fillers = [{"kty": "EC"}] * (MAX_KEYS - 1)
    assert keys_of({"keys": [*fillers, GOOD]})
    with pytest.raises(ValueError, match="size"):
        keys_of({"keys": [*fillers, GOOD, OTHER]})
    body = MINT.jwks_bytes()
    assert keys_in(body + b" " * (MAX_KEY_SET_BYTES - len(body)))
    with pytest.raises(ValueError, match="large"):
        keys_in(body + b" " * (MAX_KEY_SET_BYTES - len(body) + 1))


def test_static_keys_are_given_parsed_or_as_text() -> None:
    kid = str(GOOD["kid"])
    assert StaticKeys(MINT.jwks()).key(kid) == StaticKeys(MINT.jwks_bytes()).key(kid)
    with pytest.raises(UnknownKeyError):
        StaticKeys(MINT.jwks()).key("no such key")


def test_the_same_key_published_again_is_equal_and_another_is_not() -> None:
    kid = str(GOOD["kid"])
    first = keys_of({"keys": [GOOD]})[kid]
    assert first == keys_of({"keys": [GOOD]})[kid]
    assert first != keys_of({"keys": [{**OTHER, "kid": kid}]})[kid]
