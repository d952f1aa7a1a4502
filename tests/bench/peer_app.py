"""
``POST /auth/verify`` the usual way: FastAPI, PyJWT, PyJWKClient.  What ours is compared with.

The same question and the same answer, and the checks a careful team writes.  All of it on the event
loop: the keys are in memory, and a hop to a thread would cost it more than it saves.
"""

import hmac
from typing import Annotated, Any, Final

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from authcore.adapters.system import environment


_variables: Final = environment()

ISSUER: Final = _variables["PEER_ISSUER"]
CLIENT_ID: Final = _variables["PEER_CLIENT_ID"]
CALLER_KEY: Final = _variables["PEER_CALLER_KEY"].encode()

app: Final = FastAPI()
_keys: Final = jwt.PyJWKClient(_variables["PEER_JWKS_URL"], cache_keys=True)
_bearer: Final = HTTPBearer()


class Tokens(BaseModel):
    """The question."""

    access_token: str
    id_token: str
    refresh_token: str | None = None


class User(BaseModel):
    """Who the tokens are of."""

    subject: str
    username: str
    name: str | None
    email: str | None
    email_verified: bool
    legacy_uid: str | None
    groups: list[str]


class Verdict(BaseModel):
    """The answer."""

    verified: bool
    user: User | None = None
    reason: str | None = None


async def known_caller(
    shown: Annotated[HTTPAuthorizationCredentials, Depends(_bearer)],
) -> None:
    """401 for whoever shows no good key."""
    if not hmac.compare_digest(shown.credentials.encode(), CALLER_KEY):
        raise HTTPException(401, "caller_rejected")


@app.post("/auth/verify", dependencies=[Depends(known_caller)])
async def verify(tokens: Tokens) -> Verdict:
    """Whether both tokens are good and of one person, and who that is."""
    try:
        access = _claims(tokens.access_token, use="access")
        identity = _claims(tokens.id_token, use="id", audience=CLIENT_ID)
    except jwt.PyJWTError as error:
        return Verdict(verified=False, reason=type(error).__name__)
    if access.get("client_id") != CLIENT_ID or access["sub"] != identity["sub"]:
        return Verdict(verified=False, reason="mismatch")
    return Verdict(verified=True, user=_user(identity))


def _claims(token: str, *, use: str, audience: str | None = None) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        _keys.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        issuer=ISSUER,
        audience=audience,
        options={"require": ["exp", "iat", "sub"], "verify_aud": audience is not None},
    )
    if claims.get("token_use") != use:
        raise jwt.InvalidTokenError("token_use")
    return claims


def _user(identity: dict[str, Any]) -> User:
    return User(
        subject=identity["sub"],
        username=identity["cognito:username"],
        name=identity.get("name"),
        email=identity.get("email"),
        email_verified=identity.get("email_verified") is True,
        legacy_uid=identity.get("custom:legacy_uid"),
        groups=identity.get("cognito:groups", []),
    )
