"""The local Cognito's sign-up, forgotten passwords and own accounts, over the API."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from support.local_pool import PASSWORD, POOL_ID, LocalPool, Recorder
from support.local_sign_in import (
    WRONG,
    access_token,
    bearing,
    called,
    hash_of,
    new_user,
    respond,
    with_password,
)


NEW_PASSWORD = "canary-Changed 2"
SERIAL = count(1)


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture(scope="module")
def legacy() -> Iterator[LocalPool]:
    """A pool whose existence errors are LEGACY."""
    with LocalPool(prevent_user_existence_errors="LEGACY") as pool:
        yield pool


@pytest.fixture
def name(pool: LocalPool) -> str:
    return new_user(pool, f"user-{next(SERIAL)}")


def last_code(pool: LocalPool) -> str:
    return pool.cognito.outbox.messages()[0].code


def about(pool: LocalPool, operation: str, name: str, **members: object) -> Any:
    return called(pool, operation, Username=name, SecretHash=hash_of(name), **members)


def sign_up(pool: LocalPool, name: str, **members: object) -> Any:
    profile = [{"Name": "email", "Value": f"{name}@example.com"}]
    return about(
        pool, "SignUp", name, **{"Password": PASSWORD, "UserAttributes": profile, **members}
    )


class TestSignUp:
    def test_a_new_user_is_unconfirmed_and_mailed_a_code(self, pool: LocalPool) -> None:
        answer = sign_up(pool, "new-1")

        assert not answer["UserConfirmed"]
        assert answer["CodeDeliveryDetails"] == {
            "Destination": "n***@e***",
            "DeliveryMedium": "EMAIL",
            "AttributeName": "email",
        }
        assert with_password(pool, "new-1")[0] == "UserNotConfirmedException"
        code = {"ConfirmationCode": last_code(pool)}
        assert about(pool, "ConfirmSignUp", "new-1", **code) == {}
        user = pool.cognito.users.find("new-1")
        assert user is not None
        assert (user.subject, user.verified_email) == (answer["UserSub"], "new-1@example.com")

    @pytest.mark.parametrize(
        ("members", "kind"),
        [
            ({"Password": "weak"}, "InvalidPasswordException"),
            ({"Username": "anna", "SecretHash": hash_of("anna")}, "UsernameExistsException"),
            ({"Username": "a b", "SecretHash": hash_of("a b")}, "InvalidParameterException"),
            ({"SecretHash": hash_of("anna")}, "NotAuthorizedException"),
            ({"SecretHash": ""}, "NotAuthorizedException"),
            ({"ClientId": "another"}, "ResourceNotFoundException"),
            (
                {"UserAttributes": [{"Name": "email", "Value": "no address"}]},
                "InvalidParameterException",
            ),
            (
                {"UserAttributes": [{"Name": "email_verified", "Value": "true"}]},
                "NotAuthorizedException",
            ),
        ],
    )
    def test_what_cannot_be_signed_up_is_refused(
        self, pool: LocalPool, members: dict[str, object], kind: str
    ) -> None:
        name = f"refused-{next(SERIAL)}"
        given = {
            "Username": name,
            "SecretHash": hash_of(name),
            "Password": PASSWORD,
            "UserAttributes": [{"Name": "email", "Value": "x@example.com"}],
            **members,
        }

        assert called(pool, "SignUp", **given)[0] == kind

    def test_triggers_get_what_the_caller_sends(self) -> None:
        recorder = Recorder()
        with LocalPool(triggers=recorder.triggers()) as pool:
            sign_up(
                pool,
                "new",
                ValidationData=[{"Name": "captcha", "Value": "7"}],
                ClientMetadata={"from": "app"},
            )
            confirm = {"ConfirmationCode": last_code(pool), "ClientMetadata": {"from": "app"}}
            about(pool, "ConfirmSignUp", "new", **confirm)

        before, after = (event["request"] for event in recorder.events)
        assert before["validationData"] == {"captcha": "7"}
        assert before["clientMetadata"] == after["clientMetadata"] == {"from": "app"}

    def test_a_code_is_mailed_again_until_it_is_redeemed(self, pool: LocalPool) -> None:
        sign_up(pool, "new-2")
        assert about(pool, "ResendConfirmationCode", "new-2")["CodeDeliveryDetails"]
        about(pool, "ConfirmSignUp", "new-2", ConfirmationCode=last_code(pool))

        assert about(pool, "ResendConfirmationCode", "new-2") == (
            "InvalidParameterException",
            "User is already confirmed.",
        )

    def test_a_pool_may_let_nobody_sign_up(self) -> None:
        with LocalPool(self_sign_up=False) as pool:
            assert sign_up(pool, "new")[0] == "NotAuthorizedException"


class TestForgottenPassword:
    def test_a_mailed_code_sets_a_new_password(self, pool: LocalPool, name: str) -> None:
        assert about(pool, "ForgotPassword", name)["CodeDeliveryDetails"]["Destination"] == (
            "u***@e***"
        )
        new = {"Password": NEW_PASSWORD}
        wrong = about(pool, "ConfirmForgotPassword", name, ConfirmationCode="x", **new)
        assert wrong[0] == "CodeMismatchException"
        assert (
            about(pool, "ConfirmForgotPassword", name, ConfirmationCode=last_code(pool), **new)
            == {}
        )

        assert with_password(pool, name, NEW_PASSWORD)["AuthenticationResult"]

    @pytest.mark.parametrize("operation", ["ForgotPassword", "ResendConfirmationCode"])
    def test_an_unknown_user_is_told_of_a_mail_that_is_always_the_same(
        self, pool: LocalPool, operation: str
    ) -> None:
        mails = len(pool.cognito.outbox.messages())
        first, second = (about(pool, operation, "nobody") for _ in range(2))

        assert first == second
        assert first["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
        assert len(pool.cognito.outbox.messages()) == mails

    @pytest.mark.parametrize(
        "operation",
        ["ForgotPassword", "ConfirmForgotPassword", "ConfirmSignUp", "ResendConfirmationCode"],
    )
    def test_a_pool_with_legacy_existence_errors_names_an_unknown_user(
        self, legacy: LocalPool, operation: str
    ) -> None:
        given = {"ConfirmationCode": "123456", "Password": NEW_PASSWORD}

        assert about(legacy, operation, "nobody", **given)[0] == "UserNotFoundException"

    def test_an_operator_makes_a_password_worthless(self, pool: LocalPool, name: str) -> None:
        assert pool.administer("AdminResetUserPassword", name).status == 200

        assert with_password(pool, name)[0] == "PasswordResetRequiredException"
        new = {"Password": NEW_PASSWORD, "ConfirmationCode": last_code(pool)}
        about(pool, "ConfirmForgotPassword", name, **new)
        assert with_password(pool, name, NEW_PASSWORD)["AuthenticationResult"]

    @pytest.mark.parametrize(
        ("email_verified", "username", "kind"),
        [("true", "nobody", "UserNotFoundException"), ("false", "", "InvalidParameterException")],
    )
    def test_an_operator_resets_no_user_whom_no_code_can_reach(
        self, pool: LocalPool, email_verified: str, username: str, kind: str
    ) -> None:
        unreachable = new_user(pool, f"user-{next(SERIAL)}", email_verified=email_verified)
        answer = pool.administer("AdminResetUserPassword", username or unreachable)

        assert json.loads(answer.body)["__type"] == kind
        assert with_password(pool, unreachable)["AuthenticationResult"]

    @pytest.mark.parametrize("existence", ["ENABLED", "LEGACY"])
    def test_nobody_resets_a_temporary_password(
        self, pool: LocalPool, legacy: LocalPool, existence: str
    ) -> None:
        """As of a user whom an administrator has just created: Amazon's refuses, too."""
        asked = legacy if existence == "LEGACY" else pool
        name = new_user(asked, f"user-{next(SERIAL)}")
        asked.administer("AdminSetUserPassword", name, Password="canary-Password-2")
        sent = len(asked.cognito.outbox.messages())

        assert about(asked, "ForgotPassword", name)[0] == "NotAuthorizedException"
        answer = asked.administer("AdminResetUserPassword", name)
        assert json.loads(answer.body)["__type"] == "NotAuthorizedException"
        assert len(asked.cognito.outbox.messages()) == sent

        asked.administer("AdminSetUserPassword", name, Password="canary-Password-2", Permanent=True)
        about(asked, "ForgotPassword", name)
        assert len(asked.cognito.outbox.messages()) == sent + 1


class TestOwnAccount:
    """Calls with an access token."""

    def test_a_user_reads_the_own_attributes(self, pool: LocalPool, name: str) -> None:
        shown = bearing(pool, "GetUser", access_token(pool, name))
        attributes = {each["Name"]: each["Value"] for each in shown["UserAttributes"]}

        assert shown["Username"] == name
        assert attributes["email"] == f"{name}@example.com"
        assert attributes["sub"]

    def test_a_new_address_is_unverified_until_its_code_comes_back(
        self, pool: LocalPool, name: str
    ) -> None:
        token = access_token(pool, name)

        def write(address: str) -> Any:
            wanted = [{"Name": "email", "Value": address}, {"Name": "name", "Value": "Nina"}]
            return bearing(pool, "UpdateUserAttributes", token, UserAttributes=wanted)

        def verify(code: str) -> Any:
            return bearing(pool, "VerifyUserAttribute", token, AttributeName="email", Code=code)

        (sent,) = write("one@example.com")["CodeDeliveryDetailsList"]
        assert sent["Destination"] == "o***@e***"
        earlier = last_code(pool)
        write("two@example.com")
        assert verify(earlier)[0] == "CodeMismatchException"
        user = pool.cognito.users.find(name)
        assert user is not None
        assert user.verified_email is None
        assert verify(last_code(pool)) == {}
        user = pool.cognito.users.find(name)
        assert user is not None
        assert user.verified_email == "two@example.com"

    def test_a_code_may_be_asked_for_again(self, pool: LocalPool, name: str) -> None:
        token = access_token(pool, name)
        asked = bearing(pool, "GetUserAttributeVerificationCode", token, AttributeName="email")

        assert asked["CodeDeliveryDetails"]["AttributeName"] == "email"
        other = bearing(pool, "GetUserAttributeVerificationCode", token, AttributeName="name")
        assert other[0] == "InvalidParameterException"

    @pytest.mark.parametrize(
        ("claim", "kind"),
        [
            ("email_verified", "NotAuthorizedException"),
            ("sub", "InvalidParameterException"),
            ("custom:unknown", "InvalidParameterException"),
        ],
    )
    def test_what_users_do_not_own_they_do_not_write(
        self, pool: LocalPool, name: str, claim: str, kind: str
    ) -> None:
        wanted = [{"Name": claim, "Value": "true"}]
        answer = bearing(
            pool, "UpdateUserAttributes", access_token(pool, name), UserAttributes=wanted
        )

        assert answer[0] == kind

    @pytest.mark.parametrize("claim", ["custom:legacy_uid", "custom:legacy_linked"])
    def test_a_client_may_list_what_its_users_write(self, claim: str) -> None:
        wanted = [{"Name": claim, "Value": "1"}]
        refused = "A client attempted to write unauthorized attribute"
        with LocalPool(write_attributes=frozenset({"email", "name"})) as pool:
            token = access_token(pool, "anna")
            update = bearing(pool, "UpdateUserAttributes", token, UserAttributes=wanted)
            signed_up = sign_up(pool, "new", UserAttributes=wanted)
            pool.cognito.users.set_password("anna", PASSWORD, "FORCE_CHANGE_PASSWORD")
            answer = {"NEW_PASSWORD": NEW_PASSWORD, f"userAttributes.{claim}": "1"}
            responded = respond(pool, with_password(pool, "anna"), answer)

            assert {update, signed_up, responded} == {("NotAuthorizedException", refused)}
            assert pool.administer("AdminUpdateUserAttributes", UserAttributes=wanted).status == 200

    def test_a_password_changes_with_the_previous_one(self, pool: LocalPool, name: str) -> None:
        token = access_token(pool, name)

        def change(previous: str, proposed: str) -> Any:
            given = {"PreviousPassword": previous, "ProposedPassword": proposed}
            return bearing(pool, "ChangePassword", token, **given)

        assert change("canary-wrong", NEW_PASSWORD) == WRONG
        assert change(PASSWORD, "weak")[0] == "InvalidPasswordException"
        assert change(PASSWORD, NEW_PASSWORD) == {}
        assert with_password(pool, name) == WRONG
        assert with_password(pool, name, NEW_PASSWORD)["AuthenticationResult"]
        assert bearing(pool, "GetUser", token)["Username"] == name

    def test_previous_passwords_cannot_be_guessed_without_end(
        self, pool: LocalPool, name: str
    ) -> None:
        token = access_token(pool, name)
        for _ in range(5):
            bearing(
                pool,
                "ChangePassword",
                token,
                PreviousPassword="canary-wrong",
                ProposedPassword=NEW_PASSWORD,
            )
        answer = bearing(
            pool,
            "ChangePassword",
            token,
            PreviousPassword=PASSWORD,
            ProposedPassword=NEW_PASSWORD,
        )

        assert answer == ("NotAuthorizedException", "Password attempts exceeded")

    @pytest.mark.parametrize(
        "operation",
        ["GetUser", "UpdateUserAttributes", "ChangePassword", "AssociateSoftwareToken"],
    )
    def test_a_token_is_worth_nothing_after_a_sign_out(
        self, pool: LocalPool, name: str, operation: str
    ) -> None:
        token = access_token(pool, name)
        bearing(pool, "GlobalSignOut", token)

        assert bearing(pool, operation, token)[0] == "NotAuthorizedException"

    def test_a_user_deletes_the_account_and_its_sessions(self, pool: LocalPool, name: str) -> None:
        token = access_token(pool, name)
        assert bearing(pool, "DeleteUser", token) == {}

        assert bearing(pool, "GetUser", token) == (
            "NotAuthorizedException",
            "Access Token has been revoked",
        )
        assert with_password(pool, name) == WRONG

    def test_a_disabled_or_deleted_user_has_no_account(self, pool: LocalPool) -> None:
        disabled, deleted = (new_user(pool, f"user-{next(SERIAL)}") for _ in range(2))
        tokens = access_token(pool, disabled), access_token(pool, deleted)
        pool.disable(disabled)
        pool.cognito.users.delete(deleted)

        assert bearing(pool, "GetUser", tokens[0]) == (
            "NotAuthorizedException",
            "User is disabled.",
        )
        assert bearing(pool, "GetUser", tokens[1])[0] == "UserNotFoundException"


class TestDescriptions:
    def described(self, pool: LocalPool, operation: str, **members: object) -> Any:
        given = {"UserPoolId": POOL_ID, **members}
        return json.loads(pool.call(operation, given, signed=True).body)

    def test_the_pool_is_described(self, pool: LocalPool) -> None:
        described = self.described(pool, "DescribeUserPool")["UserPool"]

        assert described["Id"] == POOL_ID
        assert described["MfaConfiguration"] == "OPTIONAL"
        assert "custom:legacy_uid" in {each["Name"] for each in described["SchemaAttributes"]}

    def test_the_client_is_described(self, pool: LocalPool) -> None:
        from support.local_pool import CLIENT_ID, CLIENT_SECRET

        described = self.described(pool, "DescribeUserPoolClient", ClientId=CLIENT_ID)
        client = described["UserPoolClient"]

        assert client["ClientSecret"] == CLIENT_SECRET
        assert "ALLOW_USER_SRP_AUTH" in client["ExplicitAuthFlows"]
        assert client["TokenValidityUnits"]["AccessToken"] == "seconds"
        assert client["AccessTokenValidity"] == 3600

    def test_a_public_client_has_no_secret_to_show(self) -> None:
        from support.local_pool import CLIENT_ID

        with LocalPool(client_secrets=()) as pool:
            described = self.described(pool, "DescribeUserPoolClient", ClientId=CLIENT_ID)

        assert "ClientSecret" not in described["UserPoolClient"]

    @pytest.mark.parametrize("operation", ["DescribeUserPool", "DescribeUserPoolClient"])
    def test_it_takes_a_signature(self, pool: LocalPool, operation: str) -> None:
        answer = pool.call(operation, {"UserPoolId": POOL_ID})

        assert json.loads(answer.body)["__type"] == "MissingAuthenticationTokenException"
