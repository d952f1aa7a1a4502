"""
Request rates: ``GetProvisionedLimit``, and a throttle that is off until it is switched on.

Operations share the rate of their category.  Where Amazon's table of categories is silent about an
operation, it counts as ``UserUpdate`` here if it writes a user, the lowest rate of all.

See: Amazon Cognito developer guide, quotas; API ``GetProvisionedLimit``.
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from authcore.ports.system import Clock
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.idp_endpoint import Input


DEFAULT_RATES: Final[Mapping[str, int]] = {
    "UserAuthentication": 120,
    "UserCreation": 50,
    "UserFederation": 25,
    "UserAccountRecovery": 30,
    "UserRead": 120,
    "UserUpdate": 25,
    "UserToken": 120,
    "UserResourceRead": 50,
    "UserResourceUpdate": 25,
    "UserList": 30,
    "UserPoolRead": 15,
    "UserPoolUpdate": 15,
    "ClientAuthentication": 150,
}
"""Requests per second and category."""

_OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "UserAuthentication": ("InitiateAuth", "AdminInitiateAuth", "GetTokensFromRefreshToken"),
    "UserCreation": ("SignUp", "ConfirmSignUp", "AdminCreateUser", "AdminConfirmSignUp"),
    "UserAccountRecovery": ("ForgotPassword", "ConfirmForgotPassword", "ChangePassword"),
    "UserRead": ("GetUser", "AdminGetUser"),
    "UserResourceRead": ("ListWebAuthnCredentials",),
    "UserUpdate": (
        "AdminDeleteUser",
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminLinkProviderForUser",
        "AdminResetUserPassword",
        "AdminSetUserPassword",
        "AdminUpdateUserAttributes",
        "AdminUserGlobalSignOut",
        "DeleteUser",
        "GlobalSignOut",
        "UpdateUserAttributes",
        "VerifyUserAttribute",
    ),
    "UserToken": ("RevokeToken",),
    "UserResourceUpdate": (
        "AdminSetUserMFAPreference",
        "AssociateSoftwareToken",
        "CompleteWebAuthnRegistration",
        "DeleteWebAuthnCredential",
        "GetUserAttributeVerificationCode",
        "ResendConfirmationCode",
        "SetUserMFAPreference",
        "StartWebAuthnRegistration",
        "VerifySoftwareToken",
    ),
    "UserList": ("ListUsers",),
    "UserPoolRead": (
        "DescribeIdentityProvider",
        "DescribeRiskConfiguration",
        "DescribeUserImportJob",
        "DescribeUserPool",
        "DescribeUserPoolClient",
        "DescribeUserPoolDomain",
        "GetCSVHeader",
        "GetUserPoolMfaConfig",
        "ListIdentityProviders",
        "ListUserImportJobs",
        "ListUserPoolClients",
    ),
    "UserPoolUpdate": ("CreateUserImportJob", "StartUserImportJob", "StopUserImportJob"),
}
_CATEGORY_OF: Final = {
    operation: category for category, names in _OPERATIONS.items() for operation in names
}


@attrs.define
class _Bucket:
    """A second's worth of *rate* at most; *left* as of *at*."""

    rate: int
    left: float
    at: datetime


class RequestRates:
    """
    Counts calls by category, and refuses those beyond a rate that ``throttle`` has set.

    Safe to share between threads.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._provisioned = dict(DEFAULT_RATES)
        self._buckets: dict[str, _Bucket] = {}
        self._refused: dict[str, int] = {}

    def throttle(self, category: str, per_second: int) -> None:
        """
        Refuse calls of *category* beyond *per_second*, and report this limit.

        A burst of one second's worth of calls is let through.  See DEFAULT_RATES.
        """
        with self._lock:
            self._provisioned[category] = per_second
            self._buckets[category] = _Bucket(per_second, per_second, self._clock.now())

    def unthrottle(self) -> None:
        """Refuse no call for its rate, and report the default limits."""
        with self._lock:
            self._provisioned = dict(DEFAULT_RATES)
            self._buckets = {}

    def count_refused(self, category: str) -> int:
        """Number of calls of *category* that were refused."""
        with self._lock:
            return self._refused.get(category, 0)

    def check(self, operation: str) -> None:
        """
        Let a call of *operation* through.

        Raises:
            CognitoError: TooManyRequestsException.
        """
        category = _CATEGORY_OF.get(operation, "")
        with self._lock:
            bucket = self._buckets.get(category)
            if bucket is None or _take(bucket, self._clock.now()):
                return
            self._refused[category] = self._refused.get(category, 0) + 1
        raise CognitoError("TooManyRequestsException", "Rate exceeded")

    def get_provisioned_limit(self, given: Input) -> Mapping[str, object]:
        """``GetProvisionedLimit``; the member ``Attributes`` names the ``Category``."""
        wanted = given.members("LimitDefinition")
        category = wanted.texts("Attributes").get("Category", "")
        if wanted.text("LimitClass") != "API_CATEGORY" or category not in DEFAULT_RATES:
            raise invalid_parameter("Invalid value at 'LimitDefinition'")
        return {
            "Limit": {
                "LimitDefinition": {
                    "LimitClass": "API_CATEGORY",
                    "Attributes": {"Category": category},
                },
                "ProvisionedLimitValue": self._provisioned[category],
                "FreeLimitValue": DEFAULT_RATES[category],
            }
        }


def _take(bucket: _Bucket, now: datetime) -> bool:
    passed = max(0.0, (now - bucket.at).total_seconds())
    bucket.left = min(float(bucket.rate), bucket.left + passed * bucket.rate)
    bucket.at = now
    if bucket.left < 1:
        return False
    bucket.left -= 1
    return True
