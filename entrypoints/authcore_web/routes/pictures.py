"""``/auth/icon``, ``/favicon.ico`` and ``/auth/logo``."""

from pathlib import Path
from string import Template
from typing import Final

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.brand import Brand
from authcore.settings.pages import PICTURES, AuthPageSettings


MAX_PICTURE_BYTES: Final = 65_536

CACHED: Final = {"cache-control": "public, max-age=86400", "vary": "Accept-Encoding"}
"""A picture is the same for every user: it may be kept for a day."""

_DISC: Final = Template(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<circle cx="16" cy="16" r="14" fill="$accent"/>'
    '<circle cx="16" cy="12.5" r="4.5" fill="$paper"/>'
    '<path d="M7.5 25a8.5 8 0 0 1 17 0z" fill="$paper"/></svg>\n'
)


@attrs.frozen(repr=False)
class Picture:
    """
    A picture in memory.

    Attributes:
        media_type: As browsers need it.
        content: At most MAX_PICTURE_BYTES.
    """

    media_type: str
    content: bytes


@attrs.frozen(repr=False)
class PictureRoutes:
    """
    Serve the pictures of the pages.

    Attributes:
        icon_picture: In tabs.
        logo_picture: At the top of pages; None where there is none here.
    """

    icon_picture: Picture
    logo_picture: Picture | None

    async def icon(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """The icon, also for browsers that ask for it by themselves."""
        return _serve(self.icon_picture)

    async def logo(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """The logo; 404 where it is not a file of this service."""
        if self.logo_picture is None:
            raise HTTPException(404)
        return _serve(self.logo_picture)


def picture_routes_of(settings: AuthPageSettings) -> PictureRoutes:
    """
    Read the pictures.

    Raises:
        ConfigurationError: A file cannot be read or has more than MAX_PICTURE_BYTES.
    """
    logo = settings.logo if isinstance(settings.logo, Path) else None
    return PictureRoutes(
        _read(settings.icon) if settings.icon else _disc(settings.brand),
        _read(logo) if logo else None,
    )


def _disc(brand: Brand) -> Picture:
    drawn = _DISC.substitute(accent=brand.accent, paper="#ffffff")
    return Picture(PICTURES[".svg"], drawn.encode())


def _read(path: Path) -> Picture:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise ConfigurationError([f"{path.name} cannot be read: {error.strerror}"]) from None
    if len(content) > MAX_PICTURE_BYTES:
        raise ConfigurationError([f"{path.name} has more than {MAX_PICTURE_BYTES} bytes"])
    return Picture(PICTURES[path.suffix.lower()], content)


def _serve(picture: Picture) -> Response:
    return Response(picture.content, media_type=picture.media_type, headers=CACHED)
