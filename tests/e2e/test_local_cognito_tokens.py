"""The local Cognito's token endpoint, userInfo, keys and discovery."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import attrs
import pytest

from authcore.adapters.cognito.token_endpoint import CognitoCodeExchanger
from authcore.adapters.http import HttpAnswer
from authcore.adapters.jwks.key_set import StaticKeys
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.errors import ClientMisconfiguredError, CodeRejectedError, UnknownKeyError
from authcore.domain.model.urls import service_url
from authcore.embedding import token_validator
from support.local_pool import (
    CALLBACK,
    CLIENT_ID,
    CLIENT_SECRET,
    FORM,
    PASSWORD,
    POOL_ID,
    VERIFIER,
    Browser,
    LocalPool,
    code_of,
)


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture(scope="module")
def browser(pool: LocalPool) -> Browser:
    """Signed in, so that every authorization request yields a code at once."""
    browser = Browser(pool)
    browser.sign_in("anna", PASSWORD)
    return browser


@pytest.fixture
def code(browser: Browser) -> str:
    return code_of(browser.authorize())


def error_of(answer: HttpAnswer) -> str:
    assert answer.status == 400
    body = json.loads(answer.body)
    assert body.keys() == {"error"}
    return str(body["error"])


def published_by(pool: LocalPool) -> bytes:
    return pool.http.request("GET", f"{pool.config.issuer}/.well-known/jwks.json").body


def claims_in(pool: LocalPool, token: str) -> dict[str, Any]:
    return dict(JwksSignatureVerifier(StaticKeys(published_by(pool))).verify(token))


def header_of(token: str) -> dict[str, Any]:
    encoded = token.partition(".")[0]
    header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    assert isinstance(header, dict)
    return header


class TestTheExchange:
    """POST /oauth2/token."""

    def test_a_code_yields_three_tokens_once(self, pool: LocalPool, code: str) -> None:
        answer = pool.redeem(code)

        body = json.loads(answer.body)
        assert (answer.status, answer.header("cache-control")) == (200, "no-store")
        assert body.keys() == {
            "access_token",
            "id_token",
            "refresh_token",
            "expires_in",
            "token_type",
        }
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
        assert error_of(pool.redeem(code)) == "invalid_grant"

    def test_one_of_many_simultaneous_redemptions_succeeds(
        self, pool: LocalPool, code: str
    ) -> None:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: pool.redeem(code), range(8)))

        assert sorted(answer.status for answer in answers) == [200] + [400] * 7

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"code": "made-up"}, "invalid_grant"),
            ({"code": None}, "invalid_request"),
            ({"redirect_uri": "https://evil.example/"}, "invalid_grant"),
            ({"redirect_uri": f"{CALLBACK}/"}, "invalid_grant"),
            ({"redirect_uri": None}, "invalid_request"),
            ({"code_verifier": VERIFIER[:-1] + "x"}, "invalid_grant"),
            ({"code_verifier": VERIFIER[:-1]}, "invalid_grant"),
            ({"code_verifier": "ü" * 43}, "invalid_grant"),
            ({"code_verifier": None}, "invalid_grant"),
            ({"grant_type": None}, "invalid_request"),
            ({"grant_type": "client_credentials"}, "unauthorized_client"),
            ({"grant_type": "password"}, "unsupported_grant_type"),
            ({"client_id": "somebody-else"}, "invalid_request"),
            ({"client_secret": CLIENT_SECRET}, "invalid_request"),
            ({"secret": "wrong"}, "invalid_client"),
            ({"secret": ""}, "invalid_client"),
        ],
    )
    def test_anything_wrong_yields_no_token(
        self, pool: LocalPool, code: str, changes: dict[str, Any], error: str
    ) -> None:
        assert error_of(pool.redeem(code, **changes)) == error

    def test_a_code_survives_a_wrong_client_but_not_a_wrong_verifier(
        self, pool: LocalPool, browser: Browser
    ) -> None:
        code = code_of(browser.authorize())
        pool.redeem(code, secret="wrong")
        assert pool.redeem(code).status == 200

        code = code_of(browser.authorize())
        pool.redeem(code, code_verifier="x" * 43)
        assert error_of(pool.redeem(code)) == "invalid_grant"

    def test_a_verifier_for_a_request_without_challenge_is_refused(
        self, pool: LocalPool, browser: Browser
    ) -> None:
        def plain() -> str:
            answer = browser.authorize(code_challenge=None, code_challenge_method=None)
            return code_of(answer)

        assert error_of(pool.redeem(plain())) == "invalid_grant"
        assert pool.redeem(plain(), code_verifier=None).status == 200

    def test_a_code_lives_for_five_minutes(self) -> None:
        with LocalPool() as pool:
            browser = Browser(pool)
            browser.sign_in("anna", PASSWORD)
            young, old = code_of(browser.authorize()), code_of(browser.authorize())
            pool.clock.advance(timedelta(seconds=299))
            assert pool.redeem(young).status == 200
            pool.clock.advance(timedelta(seconds=1))

            assert error_of(pool.redeem(old)) == "invalid_grant"

    def test_a_user_disabled_since_gets_no_tokens(self, pool: LocalPool) -> None:
        pool.cognito.users.create("dora", PASSWORD, status="CONFIRMED", attributes={})
        code = code_of(Browser(pool).sign_in("dora", PASSWORD))
        pool.cognito.users.change("dora", lambda user: attrs.evolve(user, enabled=False))

        assert error_of(pool.redeem(code)) == "invalid_grant"

    def test_both_active_secrets_are_accepted(self) -> None:
        with LocalPool(client_secrets=("old-secret", "new-secret")) as pool:
            browser = Browser(pool)
            browser.sign_in("anna", PASSWORD)
            for secret in ("old-secret", "new-secret"):
                assert pool.redeem(code_of(browser.authorize()), secret=secret).status == 200

    def test_the_secret_may_come_in_the_body(self, pool: LocalPool, code: str) -> None:
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }

        assert self._post(pool, urlencode(form)).status == 200
        assert error_of(self._post(pool, urlencode({**form, "client_secret": "x"}))) == (
            "invalid_client"
        )

    @pytest.mark.parametrize(
        "authorization",
        ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer abc", "Basic /w==", ""],
    )
    def test_a_malformed_authorization_header_is_an_unknown_client(
        self, pool: LocalPool, authorization: str
    ) -> None:
        answer = self._post(pool, "grant_type=authorization_code", authorization=authorization)

        assert error_of(answer) == "invalid_client"

    @pytest.mark.parametrize(
        ("content", "media_type"),
        [("{}", "application/json"), ("code=a&code=b", FORM["content-type"]), ("code=%ff", "")],
    )
    def test_a_body_that_is_no_form_is_refused(
        self, pool: LocalPool, content: str, media_type: str
    ) -> None:
        answer = self._post(pool, content, **{"content-type": media_type})

        assert error_of(answer) == "invalid_request"

    @staticmethod
    def _post(pool: LocalPool, content: str, **headers: str) -> HttpAnswer:
        return pool.http.request(
            "POST",
            f"{pool.url}/oauth2/token",
            headers={**FORM, **headers},
            content=content.encode(),
        )

    def test_secrets_are_in_no_repr_and_no_hop(self, pool: LocalPool, code: str) -> None:
        # SP-11
        body = json.loads(pool.redeem(code).body)
        said = repr((pool.config, pool.anna, pool.flow.since(0)))

        for secret in (CLIENT_SECRET, code, VERIFIER, PASSWORD, "anna@example.com"):
            assert secret not in said
        for name in ("access_token", "id_token", "refresh_token"):
            assert body[name] not in said


class TestTheTokens:
    """What is in them."""

    @pytest.fixture
    def tokens(self, pool: LocalPool, code: str) -> dict[str, Any]:
        body = json.loads(pool.redeem(code).body)
        assert isinstance(body, dict)
        return body

    def test_the_id_token_has_the_claims_of_cognito(
        self, pool: LocalPool, tokens: dict[str, Any]
    ) -> None:
        claims = claims_in(pool, tokens["id_token"])
        now = int(pool.clock.now().timestamp())

        assert {name: claims.pop(name) for name in ("origin_jti", "event_id", "jti", "at_hash")}
        assert claims == {
            "sub": pool.anna.subject,
            "iss": pool.config.issuer,
            "aud": CLIENT_ID,
            "token_use": "id",
            "cognito:username": "anna",
            "email": "anna@example.com",
            "email_verified": True,
            "name": "Anna",
            "custom:legacy_uid": "42",
            "nonce": "nonce-1",
            "auth_time": now,
            "iat": now,
            "exp": now + 3600,
        }

    def test_the_access_token_has_the_claims_of_cognito(
        self, pool: LocalPool, tokens: dict[str, Any]
    ) -> None:
        claims = claims_in(pool, tokens["access_token"])
        now = int(pool.clock.now().timestamp())

        assert {name: claims.pop(name) for name in ("origin_jti", "event_id", "jti")}
        assert claims == {
            "sub": pool.anna.subject,
            "iss": pool.config.issuer,
            "version": 2,
            "client_id": CLIENT_ID,
            "token_use": "access",
            "scope": "openid email profile",
            "username": "anna",
            "auth_time": now,
            "iat": now,
            "exp": now + 3600,
        }

    def test_both_tokens_belong_to_one_sign_in_and_to_each_other(
        self, pool: LocalPool, tokens: dict[str, Any]
    ) -> None:
        identity = claims_in(pool, tokens["id_token"])
        access = claims_in(pool, tokens["access_token"])

        for claim in ("sub", "origin_jti", "event_id"):
            assert identity[claim] == access[claim]
        assert identity["jti"] != access["jti"]

    def test_they_are_signed_by_two_different_published_keys(self, tokens: dict[str, Any]) -> None:
        kids = {header_of(tokens[name])["kid"] for name in ("id_token", "access_token")}

        assert len(kids) == 2

    def test_the_refresh_token_looks_like_cognitos(self, tokens: dict[str, Any]) -> None:
        token = tokens["refresh_token"]

        assert header_of(token) == {"cty": "JWT", "enc": "A256GCM", "alg": "RSA-OAEP"}
        assert token.count(".") == 4
        assert 1785 <= len(token) <= 1852

    def test_without_the_scope_openid_there_is_no_id_token(self) -> None:
        with LocalPool(scopes=("openid", "cms/read")) as pool:
            answer = Browser(pool).sign_in("anna", PASSWORD, scope="cms/read")
            tokens = json.loads(pool.redeem(code_of(answer)).body)

        assert "id_token" not in tokens

    def test_lifetimes_are_the_clients_and_auth_time_is_the_passwords(self) -> None:
        with LocalPool(
            access_token_lifetime=timedelta(minutes=5), id_token_lifetime=timedelta(days=1)
        ) as pool:
            browser = Browser(pool)
            browser.sign_in("anna", PASSWORD)
            typed_at = int(pool.clock.now().timestamp())
            pool.clock.advance(timedelta(minutes=10))
            tokens = json.loads(pool.redeem(code_of(browser.authorize())).body)
            access = claims_in(pool, tokens["access_token"])
            identity = claims_in(pool, tokens["id_token"])

        assert tokens["expires_in"] == 300
        assert (access["auth_time"], access["iat"]) == (typed_at, typed_at + 600)
        assert (access["exp"], identity["exp"]) == (typed_at + 900, typed_at + 600 + 86_400)


class TestTheProjectsOwnValidator:
    """``authcore.token_validator``, with the keys this pool publishes."""

    def test_it_accepts_what_a_sign_in_yields(self, pool: LocalPool, code: str) -> None:
        tokens = json.loads(pool.redeem(code).body)
        validator = token_validator(
            user_pool_id=POOL_ID,
            client_id=CLIENT_ID,
            issuer=pool.config.issuer,
            jwks=published_by(pool),
            clock=pool.clock,
        )

        access = validator.verify_access_token(tokens["access_token"])
        identity = validator.verify_id_token(
            tokens["id_token"], nonce="nonce-1", access_token=tokens["access_token"]
        )

        assert access.subject == identity.subject == pool.anna.subject
        assert access.scopes == {"openid", "email", "profile"}
        assert (identity.email, identity.email_verified) == ("anna@example.com", True)
        assert (identity.name, identity.legacy_uid) == ("Anna", "42")


class TestUserInfo:
    """GET and POST /oauth2/userInfo."""

    def ask(self, pool: LocalPool, authorization: str) -> HttpAnswer:
        headers = {"authorization": authorization} if authorization else {}
        return pool.http.request("GET", f"{pool.url}/oauth2/userInfo", headers=headers)

    def test_an_access_token_tells_the_attributes_as_text(self, pool: LocalPool, code: str) -> None:
        token = json.loads(pool.redeem(code).body)["access_token"]

        answer = self.ask(pool, f"Bearer {token}")

        assert json.loads(answer.body) == {
            "sub": pool.anna.subject,
            "username": "anna",
            "email": "anna@example.com",
            "email_verified": "true",
            "name": "Anna",
            "custom:legacy_uid": "42",
        }

    @pytest.mark.parametrize(
        ("authorization", "status", "error"),
        [("", 400, "invalid_request"), ("Bearer x.y.z", 401, "invalid_token")],
    )
    def test_anything_else_tells_nothing(
        self, pool: LocalPool, authorization: str, status: int, error: str
    ) -> None:
        answer = self.ask(pool, authorization)

        assert (answer.status, json.loads(answer.body)) == (status, {"error": error})

    def test_an_id_token_and_an_expired_token_tell_nothing(self) -> None:
        with LocalPool() as pool:
            browser = Browser(pool)
            tokens = json.loads(pool.redeem(code_of(browser.sign_in("anna", PASSWORD))).body)
            assert self.ask(pool, f"Bearer {tokens['id_token']}").status == 401
            assert self.ask(pool, f"Bearer {tokens['access_token']}").status == 200
            pool.clock.advance(timedelta(hours=1))

            assert self.ask(pool, f"Bearer {tokens['access_token']}").status == 401


class TestKeysAndDiscovery:
    """``/<pool id>/.well-known``."""

    def test_discovery_names_the_endpoints(self, pool: LocalPool) -> None:
        url = f"{pool.url}/{POOL_ID}/.well-known/openid-configuration"
        document = json.loads(pool.http.request("GET", url).body)

        assert document["issuer"] == f"{pool.url}/{POOL_ID}"
        assert document["jwks_uri"] == f"{pool.url}/{POOL_ID}/.well-known/jwks.json"
        assert document["authorization_endpoint"] == f"{pool.url}/oauth2/authorize"
        assert document["token_endpoint"] == f"{pool.url}/oauth2/token"

    def test_rotation_signs_with_new_keys_and_keeps_or_drops_the_old_ones(self) -> None:
        with LocalPool() as pool:
            browser = Browser(pool)
            browser.sign_in("anna", PASSWORD)

            def token() -> str:
                body = json.loads(pool.redeem(code_of(browser.authorize())).body)
                return str(body["access_token"])

            first = token()
            pool.cognito.rotate_keys(keep_old=True)
            second = token()
            assert header_of(first)["kid"] != header_of(second)["kid"]
            assert claims_in(pool, first)
            assert claims_in(pool, second)
            pool.cognito.rotate_keys(keep_old=False)

            for dropped in (first, second):
                with pytest.raises(UnknownKeyError):
                    claims_in(pool, dropped)


class TestTheProjectsOwnAdapter:
    """CognitoCodeExchanger against this pool."""

    def exchanger(self, pool: LocalPool, secret: str = CLIENT_SECRET) -> CognitoCodeExchanger:
        return CognitoCodeExchanger(
            http=pool.http,
            token_url=service_url(f"{pool.url}/oauth2/token"),
            client_id=CLIENT_ID,
            client_secret=secret,
        )

    def test_it_gets_three_tokens_for_a_code(self, pool: LocalPool, code: str) -> None:
        tokens = self.exchanger(pool).exchange(code, redirect_uri=CALLBACK, code_verifier=VERIFIER)

        assert claims_in(pool, tokens.id_token)["nonce"] == "nonce-1"
        assert tokens.refresh_token is not None

    def test_it_tells_a_bad_code_from_a_bad_client(self, pool: LocalPool, code: str) -> None:
        with pytest.raises(ClientMisconfiguredError):
            self.exchanger(pool, "wrong").exchange(
                code, redirect_uri=CALLBACK, code_verifier=VERIFIER
            )
        with pytest.raises(CodeRejectedError):
            self.exchanger(pool).exchange(code, redirect_uri=CALLBACK, code_verifier="x" * 43)
