"""How a world is configured."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import attrs

from authcore_local.legacy import Mode
from faults.dice import Dice


@attrs.frozen(kw_only=True)
class Variant:
    """
    One configuration of pool, functions and legacy system.

    Attributes:
        legacy_mode: What the legacy system promises about creates.
        case_sensitive: Whether user names that differ in case alone are two.
        native_linking: Whether pre sign-up links external users to native ones; None for the
            default.
        writable: Whether the app client may write the attributes that only authcore should.
        trusts_apple: Whether the addresses of Apple's accounts link.
        post_authentication: Whether managed login fires it for passwords.
        token_version: Of events before tokens.
        blocks: Whether a failed link keeps users out.
        resets: Who resets forgotten passwords of users who did not move: ``pool`` or ``legacy``.
        issuers: AUTHCORE_LINKING_ISSUERS.
        folds_accents: Whether the legacy system takes ``jané`` for ``jane``, as collations do.
    """

    legacy_mode: Mode = "unique"
    case_sensitive: bool = True
    native_linking: bool | None = None
    writable: bool = False
    trusts_apple: bool = False
    post_authentication: bool = True
    token_version: Literal["V1_0", "V2_0"] = "V1_0"
    blocks: bool = False
    resets: Literal["", "pool", "legacy"] = ""
    issuers: str = ""
    folds_accents: bool = False

    @property
    def email_providers(self) -> tuple[str, ...]:
        """Whose verified addresses link."""
        return ("Google", "Cognito", *(("Apple",) if self.trusts_apple else ()))

    @property
    def variables(self) -> Mapping[str, str]:
        """What differs from the local stack's own."""
        native = {None: "", True: "on", False: "off"}[self.native_linking]
        variables = {
            "AUTHCORE_LINKING_EMAIL_PROVIDERS": " ".join(self.email_providers),
            "AUTHCORE_LINKING_ON_FAILURE": "block" if self.blocks else "allow",
            "AUTHCORE_LINKING_ISSUERS": self.issuers,
            "AUTHCORE_MIGRATION_CASE_SENSITIVE": "on" if self.case_sensitive else "off",
            "AUTHCORE_MIGRATION_RESETS": self.resets,
            "AUTHCORE_PRE_SIGN_UP_LINK_NATIVE": native,
        }
        return {name: value for name, value in variables.items() if value}

    def __str__(self) -> str:
        """What differs from the default, as ``read_variant`` takes it."""
        held = attrs.asdict(self).items()
        usual = attrs.asdict(Variant())
        changed = [f"{name}={value}" for name, value in held if value != usual[name]]
        return " ".join(changed) or "usual"


_WORDS: Final[Mapping[str, bool | None]] = {"True": True, "False": False, "None": None}


def read_variant(text: str) -> Variant:
    """Read what ``str`` of a variant says."""
    if text == "usual":
        return Variant()
    pairs = (each.split("=", 1) for each in text.split())
    values = {name: _WORDS.get(value, value) for name, value in pairs}
    return Variant(**values)  # type: ignore[arg-type]


def draw_variant(dice: Dice) -> Variant:
    """Any of them; the common ones more often."""
    modes: tuple[Mode, ...] = ("unique", "unique", *get_args(Mode))
    return Variant(
        legacy_mode=dice.pick(modes),
        case_sensitive=dice.roll(3) > 0,
        native_linking=dice.pick((None, None, True, False)),
        writable=dice.roll(4) == 0,
        trusts_apple=dice.roll(2) == 0,
        post_authentication=dice.roll(3) > 0,
        token_version=dice.pick(("V1_0", "V2_0")),
        blocks=dice.roll(5) == 0,
        resets=dice.pick(("", "", "pool", "legacy")),
    )
