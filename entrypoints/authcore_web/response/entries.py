"""What a page of sign-in asks its user to enter."""

from collections.abc import Mapping

import attrs


@attrs.frozen
class Field:
    """
    One line of text that the user enters.

    Attributes:
        name: Of the form's field, and of the label's text under ``entries`` in the catalogues.
        kind: ``type`` of the input.  Default: ``text``.
        autocomplete: What the browser may fill in.  Default: nothing.
        inputmode: Which keyboard a phone shows.  Default: that of *kind*.
        maxlength: Characters.
        label: Shown as it is; by default the catalogue's.
        value: Filled in; empty by default.
    """

    name: str
    maxlength: int
    kind: str = "text"
    autocomplete: str = "off"
    inputmode: str | None = None
    label: str | None = None
    value: str = attrs.field(default="", repr=False)


@attrs.frozen
class Button:
    """
    A further button, which sends the form without what its fields require.

    Attributes:
        name: Of the form's field.
        value: Sent, and the label's text under ``entries`` in the catalogues.
    """

    name: str
    value: str


@attrs.frozen
class Entries:
    """
    The form of one step.

    Attributes:
        fields: In order.
        buttons: Beside the form's own.
        hidden: Fields that the user does not see, by name.
        alert: Key of a text under ``entries`` that says what was wrong; None by default.
        setup_key: For an authenticator application; None by default.
        setup_url: The same as a URL that an application on this device opens; None by default.
        passkey: ``CREDENTIAL_REQUEST_OPTIONS`` for the page's script; None for a page without it.
    """

    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    hidden: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    alert: str | None = None
    setup_key: str | None = attrs.field(default=None, repr=False)
    setup_url: str | None = attrs.field(default=None, repr=False)
    passkey: str | None = attrs.field(default=None, repr=False)
