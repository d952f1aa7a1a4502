"""One check for each behaviour: it returns where the emulator does as Amazon documents."""

import base64
import json
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, Final

import attrs
import jwt
from botocore.exceptions import ClientError

from behaviours.pools import ANNA, CALLBACK, FIVE_MINUTES, PASSWORD, WRONG, Pool, Wanted


@attrs.frozen
class Check:
    """
    A behaviour.

    Attributes:
        says: As a fact.
        run: Raises where it does not hold.
        wanted: Of its pool.
    """

    says: str
    run: Callable[[Pool], None]
    wanted: Wanted


CHECKS: Final[list[Check]] = []


def behaviour(says: str, **wanted: Any) -> Callable[[Callable[[Pool], None]], None]:
    def keep(run: Callable[[Pool], None]) -> None:
        CHECKS.append(Check(says, run, Wanted(**wanted)))

    return keep


@contextmanager
def refused(*kinds: str) -> Any:
    """The call is refused with one of the documented errors."""
    try:
        yield
    except ClientError as error:
        found = error.response["Error"]["Code"]
        assert found in kinds, found
    else:
        raise AssertionError("accepted")


def claims(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


@behaviour("`USER_PASSWORD_AUTH` answers the right password with three tokens")
def _(pool: Pool) -> None:
    assert {"AccessToken", "IdToken", "RefreshToken"} <= pool.sign_in().keys()


@behaviour("`USER_PASSWORD_AUTH` refuses a wrong password (`NotAuthorizedException`)")
def _(pool: Pool) -> None:
    with refused("NotAuthorizedException"):
        pool.sign_in(password=WRONG)


@behaviour("`USER_SRP_AUTH` signs in")
def _(pool: Pool) -> None:
    assert pool.sign_in_by_srp(PASSWORD)["AccessToken"]


@behaviour("`USER_SRP_AUTH` refuses the proof of a wrong password")
def _(pool: Pool) -> None:
    with refused("NotAuthorizedException"):
        pool.sign_in_by_srp(WRONG)


@behaviour("a confidential client signs in with `SECRET_HASH`", secret=True)
def _(pool: Pool) -> None:
    assert pool.secret
    assert pool.sign_in()["AccessToken"]


@behaviour("a confidential client without `SECRET_HASH` is refused", secret=True)
def _(pool: Pool) -> None:
    given = {"USERNAME": ANNA, "PASSWORD": PASSWORD}
    with refused("NotAuthorizedException", "InvalidParameterException"):
        pool.client.initiate_auth(
            ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
        )


@behaviour("a wrong `SECRET_HASH` is refused", secret=True)
def _(pool: Pool) -> None:
    given = {"USERNAME": ANNA, "PASSWORD": PASSWORD, **pool.secret_hash("another")}
    with refused("NotAuthorizedException"):
        pool.client.initiate_auth(
            ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
        )


@behaviour(
    "a flow that `ExplicitAuthFlows` does not list is refused", flows=("ALLOW_USER_SRP_AUTH",)
)
def _(pool: Pool) -> None:
    with refused("InvalidParameterException", "NotAuthorizedException"):
        pool.sign_in()


@behaviour("`PreventUserExistenceErrors` hides that a user does not exist")
def _(pool: Pool) -> None:
    with refused("NotAuthorizedException"):
        pool.sign_in(name="nobody")


@behaviour("with `LEGACY` an unknown user is a `UserNotFoundException`", existence="LEGACY")
def _(pool: Pool) -> None:
    with refused("UserNotFoundException"):
        pool.sign_in(name="nobody")


@behaviour(
    "user names match in any case, where the pool is not case-sensitive", case_sensitive=False
)
def _(pool: Pool) -> None:
    assert pool.sign_in(name=ANNA.upper())["AccessToken"]


@behaviour("five wrong passwords lock the user out, the right one too")
def _(pool: Pool) -> None:
    for _ in range(5):
        with refused("NotAuthorizedException"):
            pool.sign_in(password=WRONG)
    with refused("NotAuthorizedException"):
        pool.sign_in()


@behaviour("a disabled user cannot sign in")
def _(pool: Pool) -> None:
    pool.administer("admin_disable_user")
    with refused("NotAuthorizedException"):
        pool.sign_in()


@behaviour("a temporary password is asked to be changed (`NEW_PASSWORD_REQUIRED`)")
def _(pool: Pool) -> None:
    pool.administer("admin_set_user_password", Password=WRONG, Permanent=False)
    answer = pool.initiate("USER_PASSWORD_AUTH", {"USERNAME": ANNA, "PASSWORD": WRONG})
    assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


@behaviour("`REFRESH_TOKEN_AUTH` yields another access token")
def _(pool: Pool) -> None:
    first = pool.sign_in()
    given = {"REFRESH_TOKEN": first["RefreshToken"]}
    again = pool.initiate("REFRESH_TOKEN_AUTH", given)["AuthenticationResult"]
    assert again["AccessToken"] != first["AccessToken"]


@behaviour("a disabled user cannot refresh")
def _(pool: Pool) -> None:
    token = pool.sign_in()["RefreshToken"]
    pool.administer("admin_disable_user")
    with refused("NotAuthorizedException"):
        pool.initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": token})


@behaviour("`GetTokensFromRefreshToken` rotates refresh tokens", rotation=True)
def _(pool: Pool) -> None:
    first = pool.sign_in()["RefreshToken"]
    answer = pool.client.get_tokens_from_refresh_token(RefreshToken=first, ClientId=pool.client_id)
    assert answer["AuthenticationResult"]["RefreshToken"] != first


@behaviour("a refresh token that was rotated away is refused", rotation=True)
def _(pool: Pool) -> None:
    first = pool.sign_in()["RefreshToken"]
    given = {"RefreshToken": first, "ClientId": pool.client_id}
    pool.client.get_tokens_from_refresh_token(**given)
    with refused("RefreshTokenReuseException", "NotAuthorizedException"):
        pool.client.get_tokens_from_refresh_token(**given)


@behaviour("`RevokeToken` ends the session")
def _(pool: Pool) -> None:
    token = pool.sign_in()["RefreshToken"]
    pool.client.revoke_token(Token=token, ClientId=pool.client_id)
    with refused("NotAuthorizedException"):
        pool.initiate("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": token})


@behaviour("`GlobalSignOut` revokes access tokens")
def _(pool: Pool) -> None:
    token = pool.sign_in()["AccessToken"]
    pool.client.global_sign_out(AccessToken=token)
    with refused("NotAuthorizedException"):
        pool.client.get_user(AccessToken=token)


@behaviour("`GetUser` refuses an access token whose claims were changed")
def _(pool: Pool) -> None:
    head, body, signature = pool.sign_in()["AccessToken"].split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = json.dumps({**said, "scope": "more"}).encode()
    other = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
    with refused("NotAuthorizedException"):
        pool.client.get_user(AccessToken=f"{head}.{other}.{signature}")


@behaviour("the token lifetimes of the client are kept")
def _(pool: Pool) -> None:
    access = claims(pool.sign_in()["AccessToken"])
    assert access["exp"] - access["iat"] == FIVE_MINUTES


@behaviour("tokens verify by the key that `kid` names in the published JWKS")
def _(pool: Pool) -> None:
    token = pool.sign_in()["AccessToken"]
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(key for key in pool.published_keys() if key["kid"] == kid)
    signed = jwt.PyJWK(key)
    assert jwt.decode(token, signed, algorithms=["RS256"])["token_use"] == "access"


@behaviour("a pool publishes two keys of its own")
def _(pool: Pool) -> None:
    assert len({key["kid"] for key in pool.published_keys()}) == 2


@behaviour(
    "access tokens have `client_id`, `username`, `origin_jti`, `jti`, `auth_time`, `token_use`"
)
def _(pool: Pool) -> None:
    access = claims(pool.sign_in()["AccessToken"])
    assert {"client_id", "username", "origin_jti", "jti", "auth_time", "token_use"} <= access.keys()


@behaviour("ID tokens have `aud`, `cognito:username`, `origin_jti`, `event_id`, `email_verified`")
def _(pool: Pool) -> None:
    identity = claims(pool.sign_in()["IdToken"])
    assert identity["aud"] == pool.client_id
    assert {"cognito:username", "origin_jti", "event_id"} <= identity.keys()
    assert identity["email_verified"] is True


@behaviour("an unknown attribute is an `InvalidParameterException`")
def _(pool: Pool) -> None:
    with refused("InvalidParameterException"):
        _write(pool, "shoe_size", "42")


@behaviour("a standard attribute of more than 2,048 characters is refused")
def _(pool: Pool) -> None:
    with refused("InvalidParameterException"):
        _write(pool, "name", "x" * 2049)


@behaviour("`sub` cannot be written")
def _(pool: Pool) -> None:
    with refused("InvalidParameterException"):
        _write(pool, "sub", "another")


@behaviour("writing `email` makes it unverified")
def _(pool: Pool) -> None:
    _write(pool, "email", "other@example.com")
    assert pool.attributes()["email_verified"] == "false"


def _write(pool: Pool, name: str, value: str) -> None:
    pool.administer("admin_update_user_attributes", UserAttributes=[{"Name": name, "Value": value}])


@behaviour("`ListUsers` filters by e-mail address")
def _(pool: Pool) -> None:
    def found(address: str) -> int:
        answer = pool.client.list_users(UserPoolId=pool.pool_id, Filter=f'email = "{address}"')
        return len(answer["Users"])

    assert (found("anna@example.com"), found("other@example.com")) == (1, 0)


@behaviour("`AdminLinkProviderForUser` links a provider's user, and `AdminGetUser` shows it")
def _(pool: Pool) -> None:
    given = {
        "UserPoolId": pool.pool_id,
        "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": ANNA},
        "SourceUser": {
            "ProviderName": "Google",
            "ProviderAttributeName": "Cognito_Subject",
            "ProviderAttributeValue": "1234567890",
        },
    }
    pool.client.admin_link_provider_for_user(**given)
    assert "1234567890" in pool.attributes()["identities"]


@behaviour("`SignUp` refuses a password that breaks the policy (`InvalidPasswordException`)")
def _(pool: Pool) -> None:
    with refused("InvalidPasswordException"):
        pool.client.sign_up(ClientId=pool.client_id, Username="bert", Password="12345678")


@behaviour("`SignUp` refuses a name in use (`UsernameExistsException`)")
def _(pool: Pool) -> None:
    with refused("UsernameExistsException"):
        pool.client.sign_up(ClientId=pool.client_id, Username=ANNA, Password=PASSWORD)


@behaviour("`ConfirmSignUp` refuses a wrong code (`CodeMismatchException`)")
def _(pool: Pool) -> None:
    mail = [{"Name": "email", "Value": "bert@example.com"}]
    given = {"ClientId": pool.client_id, "Username": "bert"}
    pool.client.sign_up(**given, Password=PASSWORD, UserAttributes=mail)
    with refused("CodeMismatchException"):
        pool.client.confirm_sign_up(**given, ConfirmationCode="000000x")


@behaviour("an unconfirmed user cannot sign in (`UserNotConfirmedException`)")
def _(pool: Pool) -> None:
    mail = [{"Name": "email", "Value": "bert@example.com"}]
    pool.client.sign_up(
        ClientId=pool.client_id, Username="bert", Password=PASSWORD, UserAttributes=mail
    )
    with refused("UserNotConfirmedException"):
        pool.sign_in(name="bert")


@behaviour("`AssociateSoftwareToken` gives a secret, and a wrong code is refused")
def _(pool: Pool) -> None:
    token = pool.sign_in()["AccessToken"]
    assert pool.client.associate_software_token(AccessToken=token)["SecretCode"]
    with refused("EnableSoftwareTokenMFAException", "CodeMismatchException"):
        pool.client.verify_software_token(AccessToken=token, UserCode="000000")


REQUEST: Final = {"response_type": "code", "scope": "openid", "state": "s"}


@behaviour("`/oauth2/authorize` leads to the sign-in page")
def _(pool: Pool) -> None:
    answer = pool.get(
        "/oauth2/authorize", client_id=pool.client_id, redirect_uri=CALLBACK, **REQUEST
    )
    assert answer.status_code in {200, 302}
    assert answer.headers.get("location", "/login").partition("?")[0].endswith("/login")


@behaviour("`/oauth2/authorize` redirects to no address that is not registered")
def _(pool: Pool) -> None:
    there = "http://evil.example/"
    answer = pool.get("/oauth2/authorize", client_id=pool.client_id, redirect_uri=there, **REQUEST)
    assert answer.status_code in {302, 400}
    assert "evil.example" not in answer.headers.get("location", "").partition("?")[0]


@behaviour("the discovery document names the issuer of the tokens")
def _(pool: Pool) -> None:
    where = pool.keys_url.replace("jwks.json", "openid-configuration").removeprefix(pool.url)
    assert pool.get(where).json()["issuer"] == claims(pool.sign_in()["AccessToken"])["iss"]
