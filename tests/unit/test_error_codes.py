"""The codes of errors, as audit lines, answers and metrics carry them: they do not change."""

from collections.abc import Iterator
from typing import Final

import pytest

from authcore.domain import errors
from authcore.domain.errors import AuthcoreError


CODES: Final[dict[type[AuthcoreError], str]] = {
    errors.AuthcoreError: "authcore_error",
    errors.ConfigurationError: "configuration",
    errors.RejectedError: "rejected",
    errors.TokenRejectedError: "token_rejected",
    errors.MalformedTokenError: "token_malformed",
    errors.UnknownKeyError: "token_unknown_key",
    errors.SignatureRejectedError: "token_signature",
    errors.TokenExpiredError: "token_expired",
    errors.TokenNotYetValidError: "token_not_yet_valid",
    errors.ClaimRejectedError: "token_claim",
    errors.RefreshTokenRejectedError: "refresh_rejected",
    errors.GroupRequiredError: "group_required",
    errors.UserInactiveError: "user_inactive",
    errors.LoginRejectedError: "login_rejected",
    errors.AttemptRejectedError: "login_attempt",
    errors.ParameterRejectedError: "login_parameter",
    errors.CodeRejectedError: "login_code",
    errors.ProviderRefusedError: "login_provider_refused",
    errors.ClientRejectedError: "login_client",
    errors.RedirectRejectedError: "redirect_rejected",
    errors.ScopeRejectedError: "scope_rejected",
    errors.CredentialsRejectedError: "credentials_rejected",
    errors.PasswordResetRequiredError: "password_reset_required",
    errors.SecondFactorRequiredError: "second_factor_required",
    errors.UserUnconfirmedError: "user_unconfirmed",
    errors.AnswerRejectedError: "answer_rejected",
    errors.ChallengeMismatchError: "challenge_mismatch",
    errors.PasswordPolicyError: "password_policy",
    errors.NewLoginRequiredError: "needs_new_login",
    errors.NoPoolPasswordError: "no_pool_password",
    errors.AccountNotFoundError: "account_not_found",
    errors.AccountMismatchError: "legacy_mismatch",
    errors.AttributesRejectedError: "attributes_rejected",
    errors.TriggerRejectedError: "trigger_refused",
    errors.ProfileMessageError: "profile_message",
    errors.SessionTooLargeError: "session_too_large",
    errors.CookiesRemainError: "cookies_remain",
    errors.WebhookRejectedError: "webhook_rejected",
    errors.LinkRejectedError: "link_rejected",
    errors.AmbiguousAccountError: "link_ambiguous",
    errors.AccountTakenError: "link_taken",
    errors.AccountLockedError: "link_account_locked",
    errors.IssuerRejectedError: "link_issuer",
    errors.StaleProofError: "link_stale",
    errors.UnprovenLinkError: "link_unproven",
    errors.OneSidedLinkError: "link_one_sided",
    errors.BlindRetryRefusedError: "link_blind_retry",
    errors.ConnectTicketError: "connect_ticket",
    errors.ConnectSignInError: "connect_sign_in",
    errors.ConnectAddressError: "connect_address",
    errors.UnavailableError: "unavailable",
    errors.KeySourceUnavailableError: "keys_unavailable",
    errors.KeySourceMisconfiguredError: "keys_misconfigured",
    errors.ProviderUnavailableError: "provider_unavailable",
    errors.ProviderNotReachedError: "provider_unavailable",
    errors.RefreshNotDueError: "refresh_not_due",
    errors.LoginLostError: "login_lost",
    errors.LegacyUnavailableError: "legacy_unavailable",
    errors.LegacyNotReachedError: "legacy_unavailable",
    errors.LeaseHeldError: "lease_held",
    errors.CoordinationUnavailableError: "coordination_unavailable",
    errors.TooManyAttemptsError: "too_many_attempts",
    errors.MisconfiguredError: "misconfigured",
    errors.ProviderMisconfiguredError: "provider_misconfigured",
    errors.ProviderMisconfiguredNotReachedError: "provider_misconfigured",
    errors.ClientMisconfiguredError: "login_client",
    errors.UnknownChallengeError: "challenge_unknown",
    errors.AttributesMissingError: "provider_misconfigured",
    errors.LoginLostMisconfiguredError: "login_lost",
    errors.LoginClientMisconfiguredError: "login_client",
    errors.LegacyMisconfiguredError: "legacy_misconfigured",
    errors.LegacyMisconfiguredNotReachedError: "legacy_misconfigured",
    errors.CoordinationMisconfiguredError: "coordination_misconfigured",
    errors.SecretUnavailableError: "secret_unavailable",
    errors.SecretMisconfiguredError: "secret_misconfigured",
}


def _errors(kind: type[AuthcoreError] = AuthcoreError) -> Iterator[type[AuthcoreError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _errors(below)


def test_every_error_has_the_code_that_it_always_had() -> None:
    found = {kind: kind.code for kind in _errors() if kind.__module__.startswith(errors.__name__)}
    assert found == CODES


OUTAGES: Final[dict[type[errors.MisconfiguredError], type[errors.UnavailableError]]] = {
    errors.KeySourceMisconfiguredError: errors.KeySourceUnavailableError,
    errors.ProviderMisconfiguredError: errors.ProviderUnavailableError,
    errors.ProviderMisconfiguredNotReachedError: errors.ProviderNotReachedError,
    errors.ClientMisconfiguredError: errors.ProviderUnavailableError,
    errors.UnknownChallengeError: errors.ProviderUnavailableError,
    errors.AttributesMissingError: errors.ProviderUnavailableError,
    errors.LoginLostMisconfiguredError: errors.LoginLostError,
    errors.LoginClientMisconfiguredError: errors.LoginLostError,
    errors.LegacyMisconfiguredError: errors.LegacyUnavailableError,
    errors.LegacyMisconfiguredNotReachedError: errors.LegacyNotReachedError,
    errors.CoordinationMisconfiguredError: errors.CoordinationUnavailableError,
    errors.SecretMisconfiguredError: errors.SecretUnavailableError,
}


def test_what_an_operator_must_repair_is_an_outage_to_every_caller() -> None:
    kinds = {*_errors(errors.MisconfiguredError)} - {errors.MisconfiguredError}
    assert kinds == OUTAGES.keys()
    assert all(issubclass(kind, outage) for kind, outage in OUTAGES.items())


@pytest.mark.parametrize(
    "kind", [errors.LegacyMisconfiguredError, errors.ProviderMisconfiguredError]
)
def test_what_is_refused_is_not_certain_to_have_had_no_effect(
    kind: type[errors.MisconfiguredError],
) -> None:
    # AL-07
    not_reached = (errors.LegacyNotReachedError, errors.ProviderNotReachedError)
    assert not issubclass(kind, not_reached)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (errors.CoordinationUnavailableError("why", detail="d"), errors.LoginLostError),
        (
            errors.CoordinationMisconfiguredError("why", detail="d"),
            errors.LoginLostMisconfiguredError,
        ),
        (
            errors.ClientMisconfiguredError("why", detail="d"),
            errors.LoginClientMisconfiguredError,
        ),
    ],
)
def test_a_lost_sign_in_keeps_its_cause(
    cause: errors.UnavailableError, kind: type[errors.LoginLostError]
) -> None:
    lost = errors.LoginLostError.after(cause)
    assert (type(lost), str(lost), lost.detail) == (kind, "why", "d")


def test_the_tree_in_the_docstring_names_every_error() -> None:
    assert errors.__doc__
    named = [word for word in errors.__doc__.replace(".", " ").split() if word.endswith("Error")]
    assert {kind.__name__ for kind in CODES} <= {*named}
