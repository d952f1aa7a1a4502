"""Error responses of the API."""


class CognitoError(Exception):
    """
    An error of the ``cognito-idp`` service model.

    Attributes:
        kind: The exception's name there, e.g. ``NotAuthorizedException``.
        message: For the API's caller.
        shown: Text for managed login; *message* by default.
    """

    def __init__(self, kind: str, message: str, *, shown: str | None = None) -> None:
        self.kind = kind
        self.message = message
        self.shown: str = message if shown is None else shown
        super().__init__(f"{kind}: {message}")


def wrong_credentials() -> CognitoError:
    """Same error for an unknown user and a wrong password."""
    return CognitoError("NotAuthorizedException", "Incorrect username or password.")


def no_such_user() -> CognitoError:
    """Unknown user, for administrators and for clients whose existence errors are LEGACY."""
    return CognitoError("UserNotFoundException", "User does not exist.")


def invalid_parameter(message: str) -> CognitoError:
    """A value that the service model or the pool's schema forbids."""
    return CognitoError("InvalidParameterException", message)
