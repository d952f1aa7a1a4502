"""
The tables of docs/least-privilege.md, made from ``deploy/policies``.

``make tables`` writes them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from deploy.policies import Statement, statements
from documentation.generated import GeneratedPart


TITLES: Final[Mapping[str, str]] = {
    "web": "The auth service",
    "web-function": "The auth service on Lambda",
    "guard": "A guarded application",
    "authorizer": "The Lambda authorizer",
    "user-migration": "User migration",
    "account-linking": "Account linking",
    "pre-sign-up": "Pre sign-up",
    "pre-token-generation": "Pre token generation",
    "profile-sync": "Profile sync",
    "inbound-federation": "Inbound federation",
    "doctor": "`authcore doctor`",
    "links": "`authcore links`",
    "move-ready": "`authcore move ready` and `rollback`",
    "sync": "`authcore sync`",
    "move": "`authcore move plan`, `check`, `run`, `link`, `open` and `undo`",
    "sessions": "`authcore sessions`",
    "signin": "`authcore signin --flow ADMIN_USER_PASSWORD_AUTH`",
}

STORE: Final = "`AUTHCORE_STORE_TABLE`"
OLD_POOL: Final = "`AUTHCORE_OLD_POOL_USER_POOL_ID`"
ON_PASSWORDS: Final = "`AUTHCORE_PASSWORD_SIGN_IN=on`"
WHERE: Final[Mapping[str, str]] = {
    "AllowCreate": "`allow-create`",
    "Attempts": f"{STORE}, and {ON_PASSWORDS} or `AUTHCORE_OLD_LOGIN_CALLER_KEYS`",
    "Audit": "always",
    "BegunCreates": "`AUTHCORE_LINKING_CREATION=lease` or `once`",
    "Challenges": f"{STORE}, {ON_PASSWORDS}",
    "Connect": "`AUTHCORE_CONNECT_ACCOUNTS=on`",
    "DeadLetters": "`AUTHCORE_READY_DEAD_LETTERS`",
    "EndSessions": "always",
    "Functions": "the pool has triggers",
    "LinkLeases": "`AUTHCORE_LINKING_CREATION=lease`",
    "Links": "always",
    "Logs": "always",
    "MoveCreates": "`run` with `AUTHCORE_MOVE_TARGET=create`, and `open`",
    "MoveImports": "`AUTHCORE_MOVE_TARGET=import`",
    "MoveLinks": "`link`",
    "MoveQuotas": "always",
    "MoveReads": "always",
    "MoveTurns": STORE,
    "MoveUndo": "`undo`",
    "NativeLinks": "`AUTHCORE_LINKING_EMAIL_PROVIDERS`",
    "OldLogin": "`AUTHCORE_OLD_LOGIN_CALLER_KEYS`",
    "OldPool": OLD_POOL,
    "OldPoolMarks": OLD_POOL,
    "OldPoolSettings": OLD_POOL,
    "OwnedFields": "always",
    "Pool": "always",
    "PoolWithoutResource": "always",
    "Profiles": "always",
    "Queue": "always",
    "RecentRefreshes": STORE,
    "RefreshLeases": STORE,
    "Repair": "`repair`",
    "RevocationsRead": "`AUTHCORE_REVOCATIONS_KEPT_IN=table`",
    "RevocationsWritten": "`AUTHCORE_REVOCATIONS_KEPT_IN=table`",
    "Secrets": "a variable that ends with `_ARN`",
    "Sessions": "`AUTHCORE_COOKIE_FORMAT=stored`",
    "SignIn": "always",
    "SyncTurns": STORE,
    "Tables": f"{STORE} or `AUTHCORE_LINKING_TABLE`",
    "UsedCodes": STORE,
    "Webhooks": f"{STORE}, `AUTHCORE_WEBHOOK_KEYS`",
    "WriteQuota": "always",
}
"""The setting without which a statement can be left out."""

WHERE_OF_DOORS: Final[Mapping[tuple[str, str], str]] = {
    ("web", "Profiles"): "`AUTHCORE_WEBHOOK_KEYS`",
    ("web", "SyncTurns"): f"{STORE}, `AUTHCORE_WEBHOOK_KEYS`",
    ("web", "WriteQuota"): "`AUTHCORE_WEBHOOK_KEYS`",
    ("guard", "RecentRefreshes"): f"{STORE}, `AUTHCORE_GUARD_REFRESH` other than `off`",
    ("guard", "RefreshLeases"): f"{STORE}, `AUTHCORE_GUARD_REFRESH=direct`",
}

WHY: Final[Mapping[str, Mapping[str, str]]] = {
    "AllowCreate": {"UpdateItem": "forgets a create whose outcome is unknown"},
    "Attempts": {"UpdateItem": "counts the passwords of a user, an address, or a caller"},
    "Audit": {"ListUsers": "reads all users"},
    "BegunCreates": {
        "GetItem": "reads which account an earlier attempt created",
        "UpdateItem": "notes that a create begins, and how it ended",
    },
    "Challenges": {"UpdateItem": "a challenge is answered once"},
    "Connect": {
        "AdminDeleteUser": "deletes the empty external user",
        "AdminGetUser": "reads both users right before anything is changed",
        "AdminLinkProviderForUser": "links the provider's identity to the native user",
    },
    "DeadLetters": {"GetQueueAttributes": "counts the messages"},
    "EndSessions": {
        "AdminGetUser": "reads the user's `sub`",
        "AdminUserGlobalSignOut": "ends the sessions at Cognito",
    },
    "Functions": {
        "GetFunctionConfiguration": "reads handler, time limit, state and pool id",
        "GetPolicy": "reads whether the pool may invoke the function",
    },
    "LinkLeases": {"UpdateItem": "lets one attempt at a user run at a time"},
    "Links": {
        "AdminDeleteUser": "deletes a user whom migration created for an account that has changed",
        "AdminGetUser": "reads the user again before a claim is taken away, or a token is issued",
        "AdminUpdateUserAttributes": "writes the legacy id and its proof",
    },
    "Logs": {
        "CreateLogStream": "Lambda's own, for the function's log",
        "PutLogEvents": "the same",
    },
    "MoveCreates": {
        "AdminCreateUser": "creates the users of a run",
        "AdminSetUserPassword": "`open`: sets a random password",
    },
    "MoveImports": {
        "CreateUserImportJob": "creates a job for each file",
        "DescribeUserImportJob": "looks how far the job is",
        "GetCSVHeader": "`plan`: reads the columns of a file",
        "ListUserImportJobs": "finds the job that a killed run created",
        "StartUserImportJob": "starts it",
    },
    "MoveLinks": {"AdminUpdateUserAttributes": "writes the legacy id and its proof"},
    "MoveQuotas": {"GetProvisionedLimit": "reads the quotas; refused, the documented ones count"},
    "MoveReads": {
        "AdminGetUser": "reads a user right before and after a write",
        "DescribeUserPool": "reads how the pool names users",
        "ListUsers": "compares the pool with the plan",
    },
    "MoveTurns": {"UpdateItem": "lets one run at a time write to the pool"},
    "MoveUndo": {
        "AdminDeleteUser": "removes a user who has not signed in",
        "AdminDisableUser": "before that, so that no sign-in begins",
        "AdminEnableUser": "lets a user in again who was used meanwhile",
    },
    "NativeLinks": {
        "AdminGetUser": "looks whether a refused link exists already",
        "AdminLinkProviderForUser": "links the identity to the native user",
        "ListUsers": "finds the native user with the same address",
    },
    "OldLogin": {
        "AdminGetUser": "reads the linked user",
        "AdminInitiateAuth": "checks the password",
        "AdminSetUserPassword": "sets the changed password",
        "AdminUserGlobalSignOut": "ends the user's sessions after a change",
        "ListUsers": "finds users who exist only through a provider",
    },
    "OldPool": {
        "AdminGetUser": "reads the user of the old pool, and whether there is a second factor",
        "AdminInitiateAuth": "checks the old password",
        "ListUsers": "finds the user by e-mail address",
    },
    "OldPoolMarks": {
        "AdminGetUser": "reads whether the user of the old pool is still the same, and has moved",
        "AdminUpdateUserAttributes": "notes there that the user has moved",
    },
    "OldPoolSettings": {
        "DescribeUserPool": "reads the old pool's settings",
        "DescribeUserPoolClient": "reads the flows of the old app client, and compares its secret",
        "ListUserPoolClients": "finds the app clients, any of which could write marks",
    },
    "OwnedFields": {"AdminGetUser": "reads what the legacy system owns"},
    "Pool": {
        "DescribeIdentityProvider": "reads what a provider writes",
        "DescribeRiskConfiguration": "reads threat protection",
        "DescribeUserPool": "reads the pool's settings",
        "DescribeUserPoolClient": "reads an app client's settings, and compares its secret",
        "GetWebACLForResource": "WAF asks for it, too",
        "ListIdentityProviders": "finds the providers",
        "ListUserPoolClients": "finds the app clients, any of which could write links",
    },
    "PoolWithoutResource": {
        "DescribeUserPoolDomain": "reads whether the domain is the pool's",
        "GetProvisionedLimit": "reads the quota of writes",
        "GetWebACLForResource": "reads whether a web ACL is in front of the pool",
    },
    "Profiles": {
        "AdminDeleteUser": "with `AUTHCORE_SYNC_ON_DELETION=delete`",
        "AdminDisableUser": "unless locks and deletions are to `keep` the user",
        "AdminEnableUser": "with `AUTHCORE_SYNC_ON_LOCK=follow`",
        "AdminGetUser": "reads the user right before each write",
        "AdminUpdateUserAttributes": "writes names and addresses",
        "ListUsers": "finds users of providers by `sub`, and users with the same address",
    },
    "Queue": {
        "DeleteMessage": "Lambda's own, for the queue",
        "GetQueueAttributes": "the same",
        "ReceiveMessage": "the same",
    },
    "RecentRefreshes": {
        "GetItem": "reads what another process got, and whether the session has ended",
        "PutItem": "stores it",
    },
    "RefreshLeases": {"UpdateItem": "lets one process refresh a session at a time"},
    "Repair": {
        "AdminGetUser": "reads the user right before the write",
        "AdminUpdateUserAttributes": "writes the legacy id and its proof",
    },
    "RevocationsRead": {"BatchGetItem": "whether a session, or its user, is revoked"},
    "RevocationsWritten": {"UpdateItem": "revokes"},
    "Secrets": {"GetSecretValue": "reads the secret again while the process runs"},
    "Sessions": {
        "DeleteItem": "deletes an ended session",
        "GetItem": "reads a session",
        "PutItem": "stores a session that began or was refreshed",
    },
    "SignIn": {
        "AdminInitiateAuth": "signs the user in",
        "AdminRespondToAuthChallenge": "answers a challenge",
    },
    "SyncTurns": {"UpdateItem": "lets one process write to a user at a time"},
    "Tables": {
        "DescribeTable": "reads the key",
        "DescribeTimeToLive": "reads whether items expire",
    },
    "UsedCodes": {"UpdateItem": "an attempt, and its code, count once"},
    "Webhooks": {
        "GetItem": "reads what a repeated message did",
        "UpdateItem": "notes the id of a message, and what it did",
    },
    "WriteQuota": {"GetProvisionedLimit": "reads the quota of writes; refused, it counts as 25"},
}

SECRETS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "web": (
        "COOKIE_KEYS",
        "LEGACY_API_KEY",
        "OLD_LOGIN_CALLER_KEYS",
        "SIGN_IN_CLIENT_SECRET",
        "VERIFY_CALLER_KEYS",
        "WEBHOOK_KEYS",
    ),
    "guard": ("COOKIE_KEYS", "GUARD_CALLER_KEY", "LEGACY_API_KEY", "SIGN_IN_CLIENT_SECRET"),
    "authorizer": ("COOKIE_KEYS", "LEGACY_API_KEY"),
    "user-migration": ("LEGACY_API_KEY", "OLD_POOL_CLIENT_SECRET"),
    "account-linking": ("LEGACY_API_KEY",),
    "pre-sign-up": ("LEGACY_API_KEY",),
    "pre-token-generation": ("LEGACY_API_KEY",),
    "profile-sync": ("LEGACY_API_KEY",),
    "links": ("LEGACY_API_KEY",),
    "move": ("LEGACY_API_KEY",),
    "move-ready": ("LEGACY_API_KEY",),
    "sync": ("LEGACY_API_KEY",),
    "signin": ("SIGN_IN_CLIENT_SECRET",),
}
"""Variables ``AUTHCORE_*`` whose values a door may read from Secrets Manager."""

_HEAD: Final = "| statement | where | action | on | why |\n|---|---|---|---|---|"


def tables() -> str:
    """One table a door, one row a permission."""
    return "\n\n".join(
        f"### {title}\n\n`deploy/policies/{door}.json`\n\n" + _table(door)
        for door, title in TITLES.items()
    )


def _table(door: str) -> str:
    if door == "web-function":
        return "As the auth service, and `Logs`."
    rows = "\n".join((_HEAD, *_rows(door)))
    return f"{rows}\n{_secrets(door)}".rstrip()


def _rows(door: str) -> Iterator[str]:
    for statement in statements(door):
        where = WHERE_OF_DOORS.get((door, statement.sid), WHERE[statement.sid])
        for action in statement.actions:
            why = WHY[statement.sid][action.partition(":")[2]]
            cells = (f"`{statement.sid}`", where, f"`{action}`", _on(statement), why)
            yield f"| {' | '.join(cells)} |"


def _on(statement: Statement) -> str:
    return ", ".join(f"`{each}`" for each in statement.keys or (statement.resource,))


def _secrets(door: str) -> str:
    named = SECRETS_OF.get(door)
    if named is None:
        return ""
    return f"\n`${{SecretArns}}`: {', '.join(f'`AUTHCORE_{each}_ARN`' for each in named)}."


PART: Final = GeneratedPart("least-privilege.md", "permissions", tables)


if __name__ == "__main__":
    PART.write()
