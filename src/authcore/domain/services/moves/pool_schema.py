"""Whether a pool takes the attributes of a new user."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.pool_settings import AttributeKind, AttributeSettings
from authcore.domain.model.reasons.move_reasons import PlanReason


RESERVED: Final = frozenset(
    {"sub", "identities", "email", "email_verified", "custom:legacy_uid", "custom:legacy_linked"}
)
"""Attributes that a source may not give: they follow from the account, or are Cognito's own."""

FLAGS: Final[Mapping[str, str]] = {
    "email_verified": "email",
    "phone_number_verified": "phone_number",
}
"""Verified flags, each with the attribute that it is about.  No schema limits them."""

NEVER_GIVEN: Final = "sub"
"""Required in every schema, and Cognito's to give."""

_BOOLEAN: Final = re.compile("true|false")
_NUMBER: Final = re.compile(r"-?[0-9]{1,19}")
_KINDS: Final[Mapping[AttributeKind, re.Pattern[str]]] = {
    "String": re.compile(r".*", re.DOTALL),
    "Number": _NUMBER,
    "DateTime": _NUMBER,
    "Boolean": _BOOLEAN,
}
_FORMS: Final[Mapping[str, Callable[[str], object]]] = {
    "email": canonical_email,
    "phone_number": re.compile(r"\+[0-9]{1,15}").fullmatch,
    "birthdate": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch,
}
"""Forms that Cognito checks, of standard attributes: true of a value that has it."""


@attrs.frozen(repr=False, eq=False)
class PoolSchema:
    """
    The schema of one pool.

    Args:
        attributes: By name; see PoolSettings.

    See: Amazon Cognito "Working with user attributes".
    """

    attributes: Mapping[str, AttributeSettings]
    required: frozenset[str] = attrs.field(init=False)

    @required.default
    def _names_required(self) -> frozenset[str]:
        required = (name for name, each in self.attributes.items() if each.is_required)
        return frozenset(required) - {NEVER_GIVEN}

    def require(self, names: AbstractSet[str]) -> None:
        """
        Check that the pool has the attributes that every user gets.

        Raises:
            ConfigurationError: It lacks some; names all of them.
        """
        missing = sorted(name for name in names if name not in self.attributes)
        if missing:
            raise ConfigurationError(
                [f"the pool has no attribute {name}: add it to the pool" for name in missing]
            )

    def refusal(self, attributes: Mapping[str, str]) -> PlanReason | None:
        """Return the reason code why no user can have *attributes*; None where one can."""
        for name, value in attributes.items():
            if (reason := self._refusal_of(name, value)) is not None:
                return reason
        return None if self.required <= attributes.keys() else "required_attribute_missing"

    def _refusal_of(self, name: str, value: str) -> PlanReason | None:
        if name in FLAGS:
            return None if _BOOLEAN.fullmatch(value) else "attribute_not_valid"
        settings = self.attributes.get(name)
        if settings is None:
            return "attribute_not_in_pool"
        if len(value) > settings.max_length:
            return "attribute_too_long"
        has_form = name not in _FORMS or _FORMS[name](value)
        is_valid = len(value) >= settings.min_length and _KINDS[settings.kind].fullmatch(value)
        return None if has_form and is_valid else "attribute_not_valid"
