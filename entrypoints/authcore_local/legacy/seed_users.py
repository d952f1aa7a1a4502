"""Initial users of the legacy system."""

from typing import Final

import attrs


@attrs.frozen
class SeedUser:
    """
    A user that only the legacy system knows.

    Attributes:
        username: The login name.
        password: In clear text, because the demo prints it; empty for no password.
        email: None where there is none.
        email_verified: Whether the legacy system once checked the address.
        display_name: For greetings.
        userid: The primary key.
        locked: The user may not sign in, even with the right password.
        story: What signing in as this user shows.
    """

    username: str
    password: str = attrs.field(repr=False)
    email: str | None
    email_verified: bool
    display_name: str | None
    userid: str
    locked: bool = False
    story: str = ""


SEED_USERS: Final = (
    SeedUser(
        username="jane",
        password="Thornfield-1847",
        email="jane@thornfield.example",
        email_verified=True,
        display_name="Jane Eyre",
        userid="1847",
        story="known to the legacy system only; the first sign-in migrates her",
    ),
    SeedUser(
        username="huck",
        password="raft-on-the-Mississippi-84",
        email="huck@stpetersburg.example",
        email_verified=False,
        display_name="Huckleberry Finn",
        userid="1884",
        story="his address was never checked; it stays unverified",
    ),
    SeedUser(
        username="gregor",
        password="Käfer☕früh-1915",
        email="gregor@samsa.example",
        email_verified=True,
        display_name="Gregor Samsa",
        userid="1915",
        story="his password arrives byte for byte, or not at all",
    ),
    SeedUser(
        username="bartleby",
        password="I-would-prefer-not-to-1853",
        email=None,
        email_verified=False,
        display_name="Bartleby",
        userid="1853",
        story="prefers to have no e-mail address",
    ),
    SeedUser(
        username="ahab",
        password="From-hells-heart-1851",
        email="ahab@pequod.example",
        email_verified=True,
        display_name="Captain Ahab",
        userid="1851",
        locked=True,
        story="locked: the right password looks like a wrong one",
    ),
)
