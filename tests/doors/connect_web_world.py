"""The auth service with connecting on, a pool in memory, and Jane, who has two users in it."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from dependency_injector import providers

from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.tokens import TokenSet
from authcore.testing.fakes.user_directory import InMemoryProviderLinks, InMemoryUserDirectory
from authcore.wiring.pool import PoolUsers
from doors.live_web_world import AUTH_ORIGIN, LiveWebWorld
from doors.web_world import DEEP_LINK
from unit.asgi_calls import PAGE, Answer, Headers


CONNECT: Final = "/auth/connect"
CONNECT_URL: Final = f"{AUTH_ORIGIN}/auth/connect"
COOKIE: Final = "__Host-authcore_connect"
EMAIL: Final = "jane@thornfield.example"
VERIFIED: Final = {"email": EMAIL, "email_verified": "true"}
APPLE: Final = ExternalIdentity("SignInWithApple", "001847.0a1B2c3D4e5f.1847")


class ConnectWebWorld(LiveWebWorld):
    """Jane's native user has account 1847; her Apple sign-in became an empty user of its own."""

    def __init__(self, **changes: str) -> None:
        self.pool = InMemoryUserDirectory()
        self.native = self.pool.add("jane", {**VERIFIED, "custom:legacy_uid": "1847"})
        self.external = self.pool.federate(APPLE, VERIFIED)
        given = {"CONNECT_ACCOUNTS": "on", **changes}
        self._is_on = given["CONNECT_ACCOUNTS"] == "on"
        super().__init__(**given)

    def parts(self) -> dict[str, Any]:
        """The pool in memory beside the rest; where connecting is off, none is reached."""
        if not self._is_on:
            return super().parts()
        users = PoolUsers(self.pool, InMemoryProviderLinks(self.pool))
        return {**super().parts(), "pool_users": providers.Object(users)}

    def complete(
        self, claims: dict[str, object], query: dict[str, str], headers: Headers
    ) -> Answer:
        answer = self.visit("/auth/signin?" + urlencode({"redirect": DEEP_LINK, **query}))
        asked = parse(answer)
        tokens = self.tokens(nonce=asked["nonce"], **claims)
        return self.visit(self.issue(asked, tokens), headers=headers)

    def sign_in_with_apple(self, *, headers: Headers = (PAGE,), **claims: object) -> Answer:
        """Sign in as the external user, whom linking refused the account."""
        return self.complete({**self.apple_claims, **claims}, {}, headers)

    @property
    def apple_claims(self) -> dict[str, object]:
        """Claims of the external user's ID token."""
        identity = {
            "userId": APPLE.user_id,
            "providerName": APPLE.provider_name,
            "providerType": "SignInWithApple",
            "issuer": None,
            "primary": "true",
            "dateCreated": "1642699117273",
        }
        return {
            **claims_of(self.external),
            "custom:legacy_uid": None,
            "identities": [identity],
            "authcore_link": "link_taken",
        }

    def issued_at(self, auth_time: int, nonce: str) -> TokenSet:
        """Tokens of the external user, who authenticated at *auth_time*."""
        begun = {"auth_time": auth_time, "origin_jti": "before", "sub": self.external.subject}
        claims = {**self.apple_claims, "nonce": nonce}
        return self.provider.sign_in(lambda token: self.issued(token, begun, **{**claims, **begun}))

    def sign_in_as(
        self, user: DirectoryUser | None = None, *, provider: str | None = None, **claims: object
    ) -> Answer:
        """Sign in as a native user, Jane by default."""
        query = {"provider": provider} if provider else {}
        return self.complete({**claims_of(user or self.native), **claims}, query, (PAGE,))

    def press(
        self,
        page: Answer | None = None,
        *,
        headers: Headers = (("origin", AUTH_ORIGIN),),
        accept: str = "text/html",
        body: bytes | None = None,
    ) -> Answer:
        """Press the button of *page*; by default of the page as it is now."""
        found = re.search('name="pair" value="([0-9a-f]{64})"', (page or self.visit(CONNECT)).text)
        fields = {"pair": found[1]} if found else {}
        form = ("content-type", "application/x-www-form-urlencoded")
        return self.visit(
            CONNECT,
            method="POST",
            headers=[("accept", accept), form, *headers],
            body=urlencode(fields).encode() if body is None else body,
        )

    @property
    def users(self) -> list[str]:
        """Names in the pool."""
        return [user.username for user in self.pool.everybody()]

    @property
    def is_connected(self) -> bool:
        found = self.pool.find("jane")
        return found is not None and APPLE.user_id in found.attributes.get("identities", "")

    @property
    def session_user(self) -> dict[str, Any]:
        """The user whom the session cookies name."""
        answer: dict[str, Any] = self.visit("/auth/session").json
        return answer


def claims_of(user: DirectoryUser) -> dict[str, object]:
    return {
        "sub": user.subject,
        "cognito:username": user.username,
        "name": "Jane Eyre",
        "email": user.attributes.get("email"),
        "email_verified": user.attributes.get("email_verified") == "true",
        "custom:legacy_uid": user.attributes.get("custom:legacy_uid"),
    }


def parse(answer: Answer) -> dict[str, str]:
    """The parameters of the authorize request."""
    assert answer.status == 302, answer.text
    return dict(parse_qsl((answer.header("location") or "").partition("?")[2], strict_parsing=True))
