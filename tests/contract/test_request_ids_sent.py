"""The request id reaches the systems that are asked for the request, and no call without one."""

import pytest

from authcore.adapters.auth_service.token_refresher import AuthServiceTokenRefresher
from authcore.adapters.correlation import correlate
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.domain.errors import UnavailableError
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import service_url
from support.gate import AMPLE
from support.scripted_server import ScriptedServer, answer


GIVEN = "4bf92f3577b34da6a3ce929d0e0e4736"
TOKENS = TokenSet("access.token.x", "id.token.x", RefreshToken("refresh"))


def test_calls_to_the_legacy_system_and_the_auth_service_carry_it() -> None:
    http = HttpClient(within=AMPLE, max_bytes=65_536)
    with ScriptedServer(lambda _: [answer(503)]) as server:
        legacy = HttpLegacyAccounts(
            http=http, base_url=service_url(server.url), api_key="canary-key"
        )
        refresher = AuthServiceTokenRefresher(
            http=http, verify_url=service_url(f"{server.url}/auth/verify"), caller_key="canary"
        )
        for call in (
            lambda: legacy.authenticate(Credentials("anna", "canary-password")),
            lambda: refresher.refresh(TOKENS, username=None),
        ):
            with pytest.raises(UnavailableError), correlate(GIVEN):
                call()
            with pytest.raises(UnavailableError):
                call()
        http.close()
        first, without, second, also_without = server.heard(4)

    for named, unnamed in ((first, without), (second, also_without)):
        assert f"x-request-id: {GIVEN}\r\n".encode() in named.lower()
        assert b"x-request-id" not in unnamed.lower()
