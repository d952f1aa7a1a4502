"""User attributes after the pool's schema."""

from collections.abc import Mapping
from typing import Final

from authcore_local.cognito.config import VERIFIED_ATTRIBUTES, PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter


_VERIFIED_BY: Final = {"email": "email_verified", "phone_number": "phone_number_verified"}


def first_problem(config: PoolConfig, attributes: Mapping[str, str]) -> str | None:
    """Return why *attributes* do not conform to the schema; None when they do."""
    schema = config.schema
    for name, value in attributes.items():
        known = schema.get(name)
        if known is None:
            return "Attribute does not exist in the schema."
        if len(value) > known.max_length:
            return f"{name}: String length is greater than {known.max_length}."
        if name in VERIFIED_ATTRIBUTES and value not in {"true", "false", ""}:
            return f"{name}: Must be true or false."
    return None


def check_client_may_write(config: PoolConfig, given: Mapping[str, str]) -> None:
    """
    Refuse attributes that a user may not write, in any call that needs no IAM credentials.

    Attributes outside the schema are another error, of the functions below.

    Raises:
        CognitoError: NotAuthorizedException.
    """
    if (given.keys() & config.schema.keys()) - config.client_writable:
        raise CognitoError(
            "NotAuthorizedException", "A client attempted to write unauthorized attribute"
        )


def for_new_user(config: PoolConfig, given: Mapping[str, str]) -> dict[str, str]:
    """
    Return the attributes of a user created with *given*.

    Raises:
        CognitoError: InvalidParameterException.
    """
    _require_schema(config, given)
    return _write({}, given)


def update_attributes(
    config: PoolConfig, current: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    """
    Apply AdminUpdateUserAttributes to *current*: all of *given* is written, or nothing.

    A written ``email`` is unverified unless ``email_verified`` is ``"true"`` beside it.  An empty
    value deletes the attribute.

    Raises:
        CognitoError: InvalidParameterException.
    """
    if "sub" in given:
        raise invalid_parameter("user.sub: Attribute cannot be updated.")
    _require_schema(config, given)
    if any(not config.schema[name].mutable for name in given):
        raise invalid_parameter("user attributes: Attribute cannot be updated.")
    return _write(current, given)


def _require_schema(config: PoolConfig, given: Mapping[str, str]) -> None:
    if problem := first_problem(config, given):
        raise invalid_parameter(f"Attributes did not conform to the schema: {problem}")


def _write(current: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    result = {**current, **given}
    for claim, verified in _VERIFIED_BY.items():
        if claim in given:
            result[verified] = given.get(verified) or "false"
        if not result.get(claim):
            result.pop(verified, None)
    return {name: value for name, value in result.items() if value}
