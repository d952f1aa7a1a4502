"""``/auth/passkey.js``."""

from pathlib import Path
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore_web.routes.pictures import CACHED


PASSKEY: Final = Path(__file__).parents[1] / "scripts" / "passkey.js"


@attrs.frozen(repr=False)
class ScriptRoute:
    """
    Serves the script of the pages.

    Attributes:
        content: Read once.
    """

    content: bytes = attrs.field(factory=PASSKEY.read_bytes)

    async def passkey(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """The script, which may be kept for a day."""
        return Response(self.content, media_type="text/javascript", headers=CACHED)
