"""The local Cognito's ``cognito-idp`` API, as boto3 speaks it."""

import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.jwks.key_set import StaticKeys
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.model.urls import service_url
from authcore_local.cognito.idp_api.authentication import secret_hash
from support.gate import AMPLE
from support.local_pool import CLIENT_ID, CLIENT_SECRET, PASSWORD, POOL_ID, LocalPool


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

TARGET = "AWSCognitoIdentityProviderService."
NEW = "canary-new-password"
SERIAL = count(1)


def client_of(pool: LocalPool) -> "CognitoIdentityProviderClient":
    return cognito_client(region="eu-local-1", endpoint_url=service_url(pool.url), within=AMPLE)


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture(scope="module")
def client(pool: LocalPool) -> Iterator["CognitoIdentityProviderClient"]:
    client = client_of(pool)
    yield client
    client.close()


def hash_for(username: str, secret: str = CLIENT_SECRET) -> str:
    return secret_hash(secret, f"{username}{CLIENT_ID}")


def parameters(username: str, password: str, **changes: str) -> dict[str, str]:
    return {
        "USERNAME": username,
        "PASSWORD": password,
        "SECRET_HASH": hash_for(username),
        **changes,
    }


def sign_in(
    client: "CognitoIdentityProviderClient",
    given: Mapping[str, str],
    metadata: Mapping[str, str] | None = None,
) -> Any:
    return client.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=CLIENT_ID,
        AuthParameters=given,
        ClientMetadata=metadata or {},
    )


def attributes_of(client: "CognitoIdentityProviderClient", username: str) -> dict[str, str]:
    user = client.admin_get_user(UserPoolId=POOL_ID, Username=username)
    return {entry["Name"]: entry.get("Value", "") for entry in user["UserAttributes"]}


def write(
    client: "CognitoIdentityProviderClient", username: str, values: Mapping[str, str]
) -> None:
    client.admin_update_user_attributes(
        UserPoolId=POOL_ID,
        Username=username,
        UserAttributes=[{"Name": name, "Value": value} for name, value in values.items()],
    )


def error_of(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


class TestInitiateAuth:
    """USER_PASSWORD_AUTH and ADMIN_USER_PASSWORD_AUTH."""

    def test_the_right_password_yields_three_tokens_with_the_api_scope(
        self, pool: LocalPool, client: "CognitoIdentityProviderClient"
    ) -> None:
        answer = sign_in(client, parameters("anna", PASSWORD))

        result = answer["AuthenticationResult"]
        jwks = pool.http.request("GET", f"{pool.config.issuer}/.well-known/jwks.json").body
        keys = StaticKeys(jwks)
        access = JwksSignatureVerifier(keys).verify(result["AccessToken"])
        identity = JwksSignatureVerifier(keys).verify(result["IdToken"])
        assert (result["TokenType"], result["ExpiresIn"]) == ("Bearer", 3600)
        assert result["RefreshToken"].count(".") == 4
        assert access["scope"] == "aws.cognito.signin.user.admin"
        assert identity["sub"] == pool.anna.subject
        assert not identity.keys() & {"nonce", "at_hash"}

    def test_such_a_token_is_not_good_at_user_info(
        self, pool: LocalPool, client: "CognitoIdentityProviderClient"
    ) -> None:
        token = sign_in(client, parameters("anna", PASSWORD))["AuthenticationResult"]["AccessToken"]

        answer = pool.http.request(
            "GET", f"{pool.url}/oauth2/userInfo", headers={"authorization": f"Bearer {token}"}
        )

        assert answer.status == 401

    def test_the_admin_flow_yields_tokens(self, client: "CognitoIdentityProviderClient") -> None:
        answer = client.admin_initiate_auth(
            UserPoolId=POOL_ID,
            ClientId=CLIENT_ID,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters=parameters("anna", PASSWORD),
        )

        assert answer["AuthenticationResult"]["AccessToken"]

    @pytest.mark.parametrize("username", ["anna", "nobody"])
    def test_wrong_password_and_unknown_user_read_the_same(
        self, client: "CognitoIdentityProviderClient", username: str
    ) -> None:
        with pytest.raises(ClientError) as raised:
            sign_in(client, parameters(username, "wrong"))

        assert error_of(raised) == (
            "NotAuthorizedException",
            "Incorrect username or password.",
        )

    def test_unknown_users_are_named_as_such_where_existence_errors_are_legacy(self) -> None:
        with LocalPool(prevent_user_existence_errors="LEGACY") as pool:
            client = client_of(pool)
            with pytest.raises(ClientError) as raised:
                sign_in(client, parameters("nobody", "wrong"))
            client.close()

        assert error_of(raised) == ("UserNotFoundException", "User does not exist.")

    @pytest.mark.parametrize(
        "given",
        [
            {"SECRET_HASH": hash_for("other")},
            {"SECRET_HASH": hash_for("anna", "other-secret")},
            {"SECRET_HASH": ""},
            {"SECRET_HASH": "ü"},
        ],
    )
    def test_a_wrong_secret_hash_is_refused_before_the_password_is_looked_at(
        self, client: "CognitoIdentityProviderClient", given: dict[str, str]
    ) -> None:
        for password in (PASSWORD, "wrong"):
            with pytest.raises(ClientError) as raised:
                sign_in(client, parameters("anna", password, **given))
            assert error_of(raised) == (
                "NotAuthorizedException",
                f"Unable to verify secret hash for client {CLIENT_ID}",
            )

    def test_a_missing_secret_hash_is_refused(
        self, client: "CognitoIdentityProviderClient"
    ) -> None:
        with pytest.raises(ClientError) as raised:
            sign_in(client, {"USERNAME": "anna", "PASSWORD": PASSWORD})

        assert error_of(raised)[0] == "NotAuthorizedException"

    @pytest.mark.parametrize("left_out", ["USERNAME", "PASSWORD"])
    def test_a_missing_parameter_is_named(
        self, client: "CognitoIdentityProviderClient", left_out: str
    ) -> None:
        given = parameters("anna", PASSWORD)
        del given[left_out]
        given["SECRET_HASH"] = hash_for(given.get("USERNAME", ""))
        with pytest.raises(ClientError) as raised:
            sign_in(client, given)

        assert error_of(raised) == (
            "InvalidParameterException",
            f"Missing required parameter {left_out}",
        )

    def test_a_flow_the_client_does_not_allow_is_refused(self) -> None:
        with LocalPool(auth_flows=frozenset({"ALLOW_ADMIN_USER_PASSWORD_AUTH"})) as pool:
            client = client_of(pool)
            with pytest.raises(ClientError) as raised:
                sign_in(client, parameters("anna", PASSWORD))
            client.close()

        assert error_of(raised)[0] == "InvalidParameterException"

    @pytest.mark.parametrize("flow", ["USER_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH", "CUSTOM_AUTH"])
    def test_a_flow_that_is_not_here_is_refused(
        self, client: "CognitoIdentityProviderClient", flow: Any
    ) -> None:
        with pytest.raises(ClientError) as raised:
            client.initiate_auth(
                AuthFlow=flow, ClientId=CLIENT_ID, AuthParameters=parameters("anna", PASSWORD)
            )

        assert error_of(raised)[0] == "InvalidParameterException"

    def test_another_client_is_not_found(self, client: "CognitoIdentityProviderClient") -> None:
        with pytest.raises(ClientError) as raised:
            client.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", ClientId="other")

        assert error_of(raised)[0] == "ResourceNotFoundException"

    def test_an_unknown_user_is_migrated_and_the_metadata_is_validation_data(self) -> None:
        events: list[Any] = []

        def handler(event: Any, context: Any) -> object:
            events.append(event["request"])
            attributes = {"custom:legacy_uid": "7"}
            response = {"userAttributes": attributes, "finalUserStatus": "CONFIRMED"}
            return {**event, "response": response}

        with LocalPool(user_migration=handler) as pool:
            client = client_of(pool)
            sign_in(client, parameters("bob", "old-password"), {"app": "mobile"})
            sign_in(client, parameters("bob", "old-password"))
            client.close()

        assert events == [
            {
                "password": "old-password",
                "validationData": {"app": "mobile"},
                "clientMetadata": None,
            }
        ]

    def test_a_failed_migration_is_an_exception_migrating_user(self) -> None:
        def handler(event: Any, context: Any) -> object:
            raise RuntimeError("down")

        with LocalPool(user_migration=handler) as pool:
            client = client_of(pool)
            with pytest.raises(ClientError) as raised:
                sign_in(client, parameters("bob", "old-password"))
            client.close()

        assert error_of(raised) == (
            "UserNotFoundException",
            f"Exception migrating user in app client {CLIENT_ID}",
        )


class TestAdministration:
    """The ``Admin…`` operations."""

    def test_a_user_is_described_with_sub_and_attributes(
        self, pool: LocalPool, client: "CognitoIdentityProviderClient"
    ) -> None:
        user = client.admin_get_user(UserPoolId=POOL_ID, Username="anna")

        assert (user["Username"], user["Enabled"], user["UserStatus"]) == (
            "anna",
            True,
            "CONFIRMED",
        )
        assert user["UserCreateDate"] == pool.anna.created_at
        assert attributes_of(client, "anna")["sub"] == pool.anna.subject

    def test_a_user_of_the_pools_own_is_found_by_sub(
        self, pool: LocalPool, client: "CognitoIdentityProviderClient"
    ) -> None:
        user = client.admin_get_user(UserPoolId=POOL_ID, Username=pool.anna.subject)

        assert user["Username"] == "anna"

    def test_a_sub_is_no_name_to_sign_in_with(
        self, pool: LocalPool, client: "CognitoIdentityProviderClient"
    ) -> None:
        with pytest.raises(ClientError) as raised:
            sign_in(client, parameters(pool.anna.subject, PASSWORD))

        assert error_of(raised)[0] == "NotAuthorizedException"

    def test_a_created_user_signs_in_once_the_password_is_permanent(
        self, client: "CognitoIdentityProviderClient"
    ) -> None:
        created = client.admin_create_user(
            UserPoolId=POOL_ID, Username="carl", TemporaryPassword=NEW, MessageAction="SUPPRESS"
        )
        assert created["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
        assert sign_in(client, parameters("carl", NEW))["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

        client.admin_set_user_password(
            UserPoolId=POOL_ID, Username="carl", Password=NEW, Permanent=True
        )

        assert sign_in(client, parameters("carl", NEW))["AuthenticationResult"]

    def test_a_name_is_given_once(self, client: "CognitoIdentityProviderClient") -> None:
        with pytest.raises(ClientError) as raised:
            client.admin_create_user(UserPoolId=POOL_ID, Username="anna")

        assert error_of(raised)[0] == "UsernameExistsException"

    def test_a_short_password_is_refused(self, client: "CognitoIdentityProviderClient") -> None:
        with pytest.raises(ClientError) as raised:
            client.admin_set_user_password(UserPoolId=POOL_ID, Username="anna", Password="short12")

        assert error_of(raised)[0] == "InvalidPasswordException"

    def test_a_disabled_user_is_out_until_enabled(
        self, client: "CognitoIdentityProviderClient"
    ) -> None:
        client.admin_create_user(UserPoolId=POOL_ID, Username="dora")
        client.admin_set_user_password(
            UserPoolId=POOL_ID, Username="dora", Password=NEW, Permanent=True
        )
        client.admin_disable_user(UserPoolId=POOL_ID, Username="dora")
        with pytest.raises(ClientError) as raised:
            sign_in(client, parameters("dora", NEW))
        assert error_of(raised) == ("NotAuthorizedException", "User is disabled.")
        client.admin_enable_user(UserPoolId=POOL_ID, Username="dora")

        assert sign_in(client, parameters("dora", NEW))["AuthenticationResult"]

    @pytest.mark.parametrize(
        ("pool_id", "username", "kind"),
        [
            (POOL_ID, "nobody", "UserNotFoundException"),
            (POOL_ID, "a b", "InvalidParameterException"),
            ("eu-local-1_Other0001", "anna", "ResourceNotFoundException"),
        ],
    )
    def test_who_is_not_there_is_not_found(
        self, client: "CognitoIdentityProviderClient", pool_id: str, username: str, kind: str
    ) -> None:
        with pytest.raises(ClientError) as got:
            client.admin_get_user(UserPoolId=pool_id, Username=username)
        with pytest.raises(ClientError) as disabled:
            client.admin_disable_user(UserPoolId=pool_id, Username=username)

        assert error_of(got)[0] == error_of(disabled)[0] == kind


class TestAttributes:
    """AdminUpdateUserAttributes."""

    @pytest.fixture
    def user(self, client: "CognitoIdentityProviderClient") -> str:
        name = f"user-{next(SERIAL)}"
        client.admin_create_user(
            UserPoolId=POOL_ID,
            Username=name,
            UserAttributes=[
                {"Name": "email", "Value": "old@example.com"},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "name", "Value": "Old"},
            ],
        )
        return name

    def test_values_are_written_kept_and_deleted(
        self, client: "CognitoIdentityProviderClient", user: str
    ) -> None:
        write(client, user, {"custom:legacy_uid": "7", "name": ""})

        attributes = attributes_of(client, user)
        assert attributes["custom:legacy_uid"] == "7"
        assert attributes["email_verified"] == "true"
        assert "name" not in attributes

    @pytest.mark.parametrize(
        ("values", "verified"),
        [
            ({"email": "new@example.com"}, "false"),
            ({"email": "old@example.com"}, "false"),
            ({"email": "new@example.com", "email_verified": "false"}, "false"),
            ({"email": "new@example.com", "email_verified": ""}, "false"),
            ({"email": "new@example.com", "email_verified": "true"}, "true"),
        ],
    )
    def test_a_written_email_is_verified_only_if_that_is_said_beside_it(
        self,
        client: "CognitoIdentityProviderClient",
        user: str,
        values: dict[str, str],
        verified: str,
    ) -> None:
        write(client, user, values)

        assert attributes_of(client, user)["email_verified"] == verified

    @pytest.mark.parametrize(
        "values",
        [
            {"sub": "11111111-2222-4333-8444-555555555555"},
            {"custom:role": "admin"},
            {"nickname_": "x"},
            {"custom:legacy_uid": "7" * 2049},
            {"email_verified": "yes"},
            {"identities": "[]"},
        ],
    )
    def test_what_the_schema_forbids_is_refused_and_nothing_is_written(
        self, client: "CognitoIdentityProviderClient", user: str, values: dict[str, str]
    ) -> None:
        before = attributes_of(client, user)
        with pytest.raises(ClientError) as raised:
            write(client, user, {"name": "New", **values})

        assert error_of(raised)[0] == "InvalidParameterException"
        assert attributes_of(client, user) == before

    def test_an_immutable_attribute_is_set_once(self) -> None:
        from authcore_local.cognito import SchemaAttribute

        once = SchemaAttribute("custom:legacy_uid", mutable=False)
        with LocalPool(custom_attributes=(once,)) as pool:
            client = client_of(pool)
            with pytest.raises(ClientError) as raised:
                write(client, "anna", {"custom:legacy_uid": "43"})
            client.close()

        assert error_of(raised)[0] == "InvalidParameterException"


class TestTheProtocol:
    """What boto3 never sends."""

    def call(
        self, pool: LocalPool, operation: str, body: bytes = b"{}", *, signed: bool = True
    ) -> tuple[int, str]:
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": operation,
            **({"authorization": "AWS4-HMAC-SHA256 Credential=local"} if signed else {}),
        }
        answer = pool.http.request("POST", f"{pool.url}/", headers=headers, content=body)
        kind = json.loads(answer.body)["__type"]
        assert answer.header("x-amzn-errortype") == kind
        assert answer.media_type == "application/x-amz-json-1.1"
        return answer.status, kind

    @pytest.mark.parametrize(
        "operation", ["AdminGetUser", "AdminUpdateUserAttributes", "AdminInitiateAuth"]
    )
    def test_an_unsigned_admin_call_is_refused(self, pool: LocalPool, operation: str) -> None:
        assert self.call(pool, TARGET + operation, signed=False) == (
            400,
            "MissingAuthenticationTokenException",
        )

    @pytest.mark.parametrize("target", ["", "AdminGetUser", TARGET, TARGET + "DeleteUserPool"])
    def test_an_unknown_operation_is_refused(self, pool: LocalPool, target: str) -> None:
        assert self.call(pool, target) == (400, "UnknownOperationException")

    @pytest.mark.parametrize(
        "body",
        [b"", b"[]", b"{", b"\xff", b'{"a":"\\ud800"}', b"[" * 20_000, b"9" * 5000],
        ids=["empty", "list", "torn", "not UTF-8", "lone surrogate", "deep", "huge number"],
    )
    def test_a_malformed_body_is_refused(self, pool: LocalPool, body: bytes) -> None:
        assert self.call(pool, TARGET + "AdminGetUser", body) == (400, "SerializationException")

    @pytest.mark.parametrize(
        "members",
        [
            {},
            {"UserPoolId": 1},
            {"UserPoolId": POOL_ID, "Username": ""},
            {"UserPoolId": POOL_ID, "Username": "anna", "UserAttributes": ["x"]},
            {"UserPoolId": POOL_ID, "Username": "anna", "UserAttributes": [{"Name": 1}]},
            {
                "UserPoolId": POOL_ID,
                "Username": "anna",
                "UserAttributes": [{"Name": "name", "Value": 1}],
            },
            {
                "UserPoolId": POOL_ID,
                "Username": "anna",
                "UserAttributes": [{"Name": "name"}, {"Name": "name"}],
            },
            {"UserPoolId": POOL_ID, "Username": "anna", "UserAttributes": [{"Name": "name"}] * 101},
        ],
    )
    def test_a_mistyped_member_is_an_invalid_parameter(
        self, pool: LocalPool, members: dict[str, object]
    ) -> None:
        body = json.dumps(members).encode()

        assert self.call(pool, TARGET + "AdminUpdateUserAttributes", body) == (
            400,
            "InvalidParameterException",
        )
