"""``authcore keys new``."""

import json as json_module
import re
from typing import Annotated, Final

import attrs
from cyclopts import Parameter

from authcore.domain.services.doctor.fresh_keys import fresh_keys
from authcore_cli.doctor_command import Json
from authcore_cli.process import CommandContext, ExitStatus


NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def _name(_: object, text: str) -> None:
    if not NAME.fullmatch(text):
        raise ValueError("must be 1 to 64 of a-z, 0-9, dot, underscore and hyphen")


Name = Annotated[str, Parameter(validator=_name)]


@attrs.frozen
class KeysCommands:
    """Makes keys."""

    context: CommandContext

    def new(
        self, *, caller: Name = "app", legacy: Name = "legacy", json: Json = False
    ) -> ExitStatus:
        """
        Print a fresh key for every setting that needs one, as lines of an environment file.

        Each run makes other keys, and nothing is stored.  To rotate a key ring, put the new key
        beside the old one: docs/operating.md says in which order.

        Args:
            caller: Name of the guarded application in AUTHCORE_VERIFY_CALLER_KEYS.

            legacy: Name of the legacy system in AUTHCORE_OLD_LOGIN_CALLER_KEYS.

            json: One JSON document in place of lines.
        """
        made = fresh_keys(self.context.entropy, caller=caller, legacy_caller=legacy)
        lines = [f"{name}={value}" for name, value in made.items()]
        self.context.say(json_module.dumps(dict(made), indent=2) if json else "\n".join(lines))
        return ExitStatus.OK
