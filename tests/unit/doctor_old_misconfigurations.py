"""Every misconfiguration of the pool that users move from, by the check that finds it."""

from typing import Final

from unit.doctor_plants import Plant, both, from_old_pool, mark, old, own, variable
from unit.doctor_world import POOL_ID, arn_of


def length(lowest: str, highest: str) -> dict[str, str]:
    return {"MinLength": lowest, "MaxLength": highest}


COUNTS: Final = {"CaseSensitive": True}

OF_THE_OLD_POOL: Final[dict[str, list[Plant]]] = {
    "old_pool_is_another": [both(from_old_pool, variable("OLD_POOL_USER_POOL_ID", POOL_ID))],
    "old_pool_client_exists": [both(from_old_pool, variable("OLD_POOL_CLIENT_ID", "gone"))],
    "old_pool_flow": [old("client", ExplicitAuthFlows=[])],
    "old_pool_client_of_its_own": [
        old(
            "client",
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        ),
        old("client", AllowedOAuthFlows=["code"], AllowedOAuthFlowsUserPoolClient=True),
    ],
    "old_pool_secret": [
        old("client", ClientSecret="another-secret-0123456789"),
        old("client", ClientSecret=None),
    ],
    "old_pool_mark_present": [old("pool", SchemaAttributes=[{"Name": "email", "Mutable": True}])],
    "old_pool_mark_mutable": [mark(Mutable=False)],
    "old_pool_mark_holds_ids": [
        mark(AttributeDataType="Number"),
        mark(StringAttributeConstraints=length("0", "35")),
        mark(StringAttributeConstraints=length("37", "64")),
    ],
    "old_pool_mark_not_writable": [
        old("client", WriteAttributes=None),
        old("application", WriteAttributes=["email", "custom:cognito_id"]),
    ],
    "old_pool_kind": [
        old("pool", UsernameAttributes=["email"]),
        old("pool", AliasAttributes=["email"]),
        both(from_old_pool, own("OLD_POOL_KIND", "email")),
    ],
    "old_pool_second_factors": [old("pool", MfaConfiguration="ON")],
    "old_pool_letter_case": [old("pool", UsernameConfiguration=COUNTS)],
    "old_pool_migrates_none": [
        old("pool", LambdaConfig={"UserMigration": arn_of("user_migration")})
    ],
}
