"""What Cognito's admin API says on the wire."""

import json
from typing import Final

from support.scripted_server import answer


AMZ_JSON: Final = "application/x-amz-json-1.1"
CANARY: Final = "canary@example.com"
USER: Final = {
    "Username": "anna",
    "UserAttributes": [{"Name": "sub", "Value": "s-1"}, {"Name": "email", "Value": CANARY}],
    "Enabled": True,
    "UserStatus": "CONFIRMED",
}

# Every error class of the API that an operation of a pool's users can answer with, and one that
# nobody has heard of.
ERROR_CLASSES: Final = [
    "AccessDenied",
    "AliasExists",
    "CodeDeliveryFailure",
    "CodeMismatch",
    "ConcurrentModification",
    "ExpiredCode",
    "FeatureUnavailableInTier",
    "Forbidden",
    "InternalError",
    "InvalidEmailRoleAccessPolicy",
    "InvalidLambdaResponse",
    "InvalidParameter",
    "InvalidPassword",
    "InvalidSmsRoleAccessPolicy",
    "InvalidSmsRoleTrustRelationship",
    "InvalidUserPoolConfiguration",
    "LimitExceeded",
    "MFAMethodNotFound",
    "NotAuthorized",
    "OperationNotEnabled",
    "PasswordHistoryPolicyViolation",
    "PasswordResetRequired",
    "PreconditionNotMet",
    "RefreshTokenReuse",
    "ResourceNotFound",
    "SoftwareTokenMFANotFound",
    "TooManyFailedAttempts",
    "TooManyRequests",
    "Throttling",
    "Unauthorized",
    "UnexpectedLambda",
    "UnsupportedOperation",
    "UnsupportedTokenType",
    "UnsupportedUserState",
    "UserLambdaValidation",
    "UserNotConfirmed",
    "UserNotFound",
    "UsernameExists",
    "NobodyHasHeardOfThis",
]


def says(status: int, members: object, media_type: str = AMZ_JSON) -> list[bytes]:
    return [answer(status, json.dumps(members).encode(), media_type=media_type)]


def refuses(error_class: str, status: int = 400) -> list[bytes]:
    return says(status, {"__type": f"{error_class}Exception", "message": f"{CANARY} is taken"})
