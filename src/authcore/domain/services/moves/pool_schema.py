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

Form = Callable[[str], object]
"""True of a value that has it."""

_BOOLEAN: Final[Form] = frozenset({"true", "false"}).__contains__
_NUMBER: Final[Form] = re.compile(r"-?[0-9]{1,19}").fullmatch
_KINDS: Final[Mapping[AttributeKind, Form]] = {
    "Number": _NUMBER,
    "DateTime": _NUMBER,
    "Boolean": _BOOLEAN,
}
_FORMS: Final[Mapping[str, Form]] = {
    "email": canonical_email,
    "phone_number": re.compile(r"\+[0-9]{1,15}").fullmatch,
    "birthdate": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch,
}
"""Forms that Cognito checks, of standard attributes."""


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
    limits: Mapping[str, tuple[int, int, Form | None]] = attrs.field(init=False)

    @required.default
    def _names_required(self) -> frozenset[str]:
        required = (name for name, each in self.attributes.items() if each.is_required)
        return frozenset(required) - {NEVER_GIVEN}

    @limits.default
    def _compile_limits(self) -> Mapping[str, tuple[int, int, Form | None]]:
        """Put what is asked of a value of each attribute beside each other, for a million users."""
        return {
            name: (each.min_length, each.max_length, _FORMS.get(name, _KINDS.get(each.kind)))
            for name, each in self.attributes.items()
        } | dict.fromkeys(FLAGS, (4, 5, _BOOLEAN))

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
        limits = self.limits
        for name, value in attributes.items():
            if name not in limits:
                return "attribute_not_in_pool"
            shortest, longest, form = limits[name]
            length = len(value)
            if length > longest:
                return "attribute_too_long"
            if length < shortest or (form is not None and not form(value)):
                return "attribute_not_valid"
        return None if self.required <= attributes.keys() else "required_attribute_missing"
