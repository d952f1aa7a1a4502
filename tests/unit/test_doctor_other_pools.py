"""Deployments that are set up otherwise, and as well: doctor finds nothing."""

import json
from typing import Any, Final

import pytest

from unit.doctor_answers import ACCOUNT
from unit.doctor_plants import (
    Plant,
    another_client,
    both,
    client,
    from_old_pool,
    old,
    own,
    policy,
    pool,
    provider,
    site,
    trigger,
    variable,
)
from unit.doctor_world import APP, AUTH, POOL_ARN, SECRET_ARN, TRIGGERS, World, arn_of


VERIFIED: Final = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
ALL_PROVIDERS: Final = ["COGNITO", "Google", "Facebook"]


def unset(name: str) -> Plant:
    return lambda world: world.environment.pop(f"AUTHCORE_{name}")


def leads(question: str, status: int, url: str) -> Plant:
    return site(question, (status, {"location": url}, b""))


def own_page(flow: str) -> Plant:
    return both(
        variable("PASSWORD_SIGN_IN", "on"),
        variable("PASSWORD_FLOW", flow),
        leads("sign-in", 302, f"{AUTH}/auth/password?redirect=x"),
        leads("long sign-in", 302, f"{AUTH}/auth/password?redirect=x"),
    )


def one_more(name: str, kind: str, scopes: str, claim: str) -> Plant:
    return both(
        provider(name, kind, scopes, email=claim),
        client(SupportedIdentityProviders=[*ALL_PROVIDERS, name]),
        variable("SIGN_IN_PROVIDERS", f"Google Facebook {name}"),
    )


def without_providers(world: World) -> None:
    world.providers.clear()
    world.client["SupportedIdentityProviders"] = ["COGNITO"]


def on_aliases(world: World) -> None:
    """Attach aliases of the functions, as a deployment by CodeDeploy does."""
    for name, function in TRIGGERS.items():
        arn = f"{arn_of(function)}:live"
        world.pool["LambdaConfig"][name] = arn
        world.functions[arn] = world.functions[arn_of(function)]
        world.policies[arn] = world.policies[arn_of(function)]


def of_containers(world: World) -> None:
    for function in world.functions.values():
        del function["Handler"]


def three_keys(world: World) -> None:
    keys = [{"kty": "RSA", "kid": kid} for kid in "abc"]
    world.sites.answers["keys"] = (200, {}, json.dumps({"keys": keys}).encode())


def admits(**condition: Any) -> Plant:
    return policy("user_migration", Condition=condition)


OTHERS: Final[dict[str, Plant]] = {
    "addresses as names": both(
        pool(UsernameAttributes=["email"], UserAttributeUpdateSettings=VERIFIED),
        own("MIGRATION_POOL", "email"),
    ),
    "addresses as aliases": both(
        pool(AliasAttributes=["email", "phone_number"], UserAttributeUpdateSettings=VERIFIED),
        own("MIGRATION_POOL", "alias"),
    ),
    "no providers": both(
        without_providers, unset("SIGN_IN_PROVIDERS"), unset("LINKING_EMAIL_PROVIDERS")
    ),
    "own page": own_page("USER_PASSWORD_AUTH"),
    "own page with SRP": both(
        own_page("USER_SRP_AUTH"),
        client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"]),
    ),
    "sessions in a table": variable("COOKIE_FORMAT", "stored"),
    "no refresh by the guard": both(
        variable("GUARD_REFRESH", "off"), unset("GUARD_RESPONSE_BUDGET")
    ),
    "issuer of the later type": pool(IssuerConfiguration={"Type": "UPDATED"}),
    "table in a second region": variable("STORE_REGION", "us-east-1"),
    "further client": both(
        another_client("mobile", WriteAttributes=["name"], ReadAttributes=["email"]),
        variable("COGNITO_FURTHER_CLIENT_IDS", "mobile"),
    ),
    "client of programs": another_client(
        "program",
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
    ),
    "no sign-up": both(
        pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}), trigger("PreSignUp", None)
    ),
    "devices, managed login only": pool(
        DeviceConfiguration={"DeviceOnlyRememberedOnUserPrompt": True}
    ),
    "aliases of functions": both(on_aliases, unset("DOCTOR_FUNCTIONS")),
    "container images": of_containers,
    "secret that Cognito rotates": both(
        unset("SIGN_IN_CLIENT_SECRET"),
        variable("SIGN_IN_CLIENT_SECRET_ARN", SECRET_ARN),
        client(ClientSecretArn=SECRET_ARN),
    ),
    "no rotation": client(
        RefreshTokenRotation={"Feature": "DISABLED"},
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    ),
    "Apple": one_more("SignInWithApple", "SignInWithApple", "email name", "email"),
    "Entra by name": one_more("Entra", "OIDC", "openid profile", "preferred_username"),
    "SAML": one_more("Corp", "SAML", "", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/x"),
    "application with an API": both(
        site("app", (401, {}, b"")), site("app with cookies", (401, {}, b""))
    ),
    "sign-in below the application": both(
        leads("app", 302, "/auth/signin?redirect=x"), leads("app with cookies", 302, "/auth/signin")
    ),
    "public front page": both(
        variable("GUARD_PUBLIC_PATHS", "/"),
        site("app", (200, {}, b"")),
        site("app with cookies", (200, {}, b"")),
    ),
    "applications by a star": variable("SIGN_IN_REDIRECTS", "https://*.example.com"),
    "sign-in page of the team": both(
        variable("GUARD_SIGNIN_URL", f"{APP}/login"),
        variable("GUARD_VERIFY_URL", f"{AUTH}/auth/verify"),
        unset("GUARD_RESPONSE_BUDGET"),
        leads("app", 302, f"{APP}/login"),
        leads("app with cookies", 302, f"{APP}/login"),
    ),
    "keys between two rotations": three_keys,
    "permission of an account": admits(StringEquals={"AWS:SourceAccount": ACCOUNT}),
    "permission of pool and account": admits(
        StringEquals={"AWS:SourceAccount": ACCOUNT}, ArnLike={"AWS:SourceArn": POOL_ARN}
    ),
    "scope openid alone": variable("SIGN_IN_SCOPES", "openid"),
}


OTHER_OLD_POOLS: Final[dict[str, Plant]] = {
    "old pool with addresses as names": both(
        old("pool", UsernameAttributes=["email"]), own("OLD_POOL_KIND", "email")
    ),
    "old pool with addresses as aliases": both(
        old("pool", AliasAttributes=["email", "phone_number"]),
        trigger("UserMigration", None),
        variable("OLD_POOL_KIND", "alias"),
    ),
    "letter case counts, every user has moved": both(
        old("pool", UsernameConfiguration={"CaseSensitive": True}),
        variable("DOCTOR_PHASE", "moved"),
    ),
    "required second factors, resets at the old pool": both(
        old("pool", MfaConfiguration="ON"), own("MIGRATION_RESETS", "legacy")
    ),
    "required second factors, which are dropped": both(
        old("pool", MfaConfiguration="ON"), own("OLD_POOL_MFA", "drop")
    ),
    "letter case counts, no sign-up": both(
        old("pool", UsernameConfiguration={"CaseSensitive": True}),
        pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}),
    ),
    "letter case counts by default, no sign-up": both(
        old("pool", UsernameConfiguration=None),
        pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}),
    ),
    "secret of the old pool elsewhere": both(
        from_old_pool,
        unset("OLD_POOL_CLIENT_SECRET"),
        variable("OLD_POOL_CLIENT_SECRET_ARN", SECRET_ARN),
    ),
    "public client of the old pool": both(
        old("client", ClientSecret=None), unset("OLD_POOL_CLIENT_SECRET")
    ),
    "client of programs at the old pool": old(
        "application",
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
        AllowedOAuthFlows=["client_credentials"],
        WriteAttributes=None,
    ),
}


@pytest.mark.parametrize("plant", OTHER_OLD_POOLS.values(), ids=OTHER_OLD_POOLS.keys())
def test_nothing_is_found_in_another_old_pool(plant: Plant) -> None:
    world = World()
    from_old_pool(world)
    plant(world)

    found = {each for each in world.found() if each.startswith("old_pool")}

    assert found == set()


@pytest.mark.parametrize("plant", OTHERS.values(), ids=OTHERS.keys())
def test_nothing_is_found(plant: Plant) -> None:
    world = World()
    plant(world)

    assert world.report().findings == ()
