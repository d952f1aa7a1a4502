"""The auth service with sessions that go on and end: refreshed, revoked, and the old login."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from dependency_injector import providers

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.fakes.legacy_sessions import InMemoryLegacySessions, InMemoryLegacySignOut
from authcore.testing.fakes.revocation import InMemoryRevocationList
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher, InMemoryTokenRevoker
from doors.web_world import AUTH_HOST, WebWorld
from unit.asgi_calls import Answer, Headers


AUTH_ORIGIN: Final = "https://auth.example.com"
CMS_ORIGIN: Final = "https://cms.example.com"
LOGOUT_URL: Final = "https://example.auth.eu-west-1.amazoncognito.com/logout"
SIGNED_OUT: Final = "https://cms.example.com/goodbye"
SHOP: Final = "https://shop.example.com/"
CALLER_KEY: Final = "caller-key-canary-0123456789-abcdef"
OLD_CALLER_KEY: Final = "old-key-canary-0123456789-abcdefgh"
DUE: Final = timedelta(minutes=50)
EXPIRED: Final = timedelta(hours=1, minutes=1)
JANE: Final = LegacyAccount(
    legacy_uid="1847",
    username="jane",
    email="jane@thornfield.example",
    email_verified=True,
    display_name="Jane Eyre",
    cognito_id=None,
)


class LiveWebWorld(WebWorld):
    """The service, one browser, and everybody who is told of refreshes and sign-outs."""

    def __init__(self, **changes: str) -> None:
        self.sign_ins = 0
        super().__init__(
            **{
                "SIGN_OUT_TARGETS": f"{SIGNED_OUT} {SHOP}",
                "VERIFY_CALLER_KEYS": f"cms={CALLER_KEY} cms={OLD_CALLER_KEY}",
                **changes,
            }
        )

    def parts(self) -> dict[str, Any]:
        """All of it in memory."""
        self.provider = InMemoryTokenRefresher(self.clock)
        self.revoker = InMemoryTokenRevoker(self.provider)
        self.legacy = InMemoryLegacySessions()
        self.legacy_sign_out = InMemoryLegacySignOut(self.legacy)
        self.revocations = InMemoryRevocationList(self.clock)
        return {
            **super().parts(),
            "token_refresher": providers.Object(self.provider),
            "token_revoker": providers.Object(self.revoker),
            "legacy_sessions": providers.Object(self.legacy),
            "legacy_sign_out": providers.Object(self.legacy_sign_out),
            "revocations": providers.Object(self.revocations),
        }

    def tokens(self, **identity: object) -> TokenSet:
        """The first tokens of a session that the provider goes on with."""
        self.sign_ins += 1
        begun: dict[str, Any] = {
            "auth_time": int(self.clock.now().timestamp()),
            "origin_jti": f"sign-in-{self.sign_ins}",
        }
        begun |= {"sub": identity["sub"]} if "sub" in identity else {}
        return self.provider.sign_in(lambda token: self.issued(token, begun, **identity))

    def issued(self, token: RefreshToken, begun: dict[str, Any], **identity: object) -> TokenSet:
        access = self.mint.access(**begun)
        claims: dict[str, Any] = {
            "at_hash": self.mint.at_hash(access),
            "name": "Ada",
            "email": "canary@example.com",
            "custom:legacy_uid": "42",
            **begun,
            **identity,
        }
        return TokenSet(access, self.mint.identity(**claims), token)

    def sign_in_to_legacy(self, account: LegacyAccount = JANE) -> None:
        cookie = self.legacy.open(account)
        self.browser.apply([f"{cookie}; Domain=example.com; Path=/; Secure"], AUTH_HOST)

    def press_sign_out(
        self,
        *,
        headers: Headers = (("origin", AUTH_ORIGIN),),
        accept: str = "text/html",
        query: str = "",
        **fields: str,
    ) -> Answer:
        """Send the form of the sign-out page."""
        form = ("content-type", "application/x-www-form-urlencoded")
        return self.visit(
            f"/auth/signout{query}",
            method="POST",
            headers=[("accept", accept), form, *headers],
            body=urlencode(fields).encode(),
        )
