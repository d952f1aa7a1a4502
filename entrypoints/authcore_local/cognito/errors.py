"""The answers of the API that are not success."""


class CognitoError(Exception):
    """
    A refusal in the words of the ``cognito-idp`` service model.

    Attributes:
        kind: The exception's name there, e.g. ``NotAuthorizedException``.
        message: For the API's caller.
        shown: What managed login shows above the sign-in prompt instead.
    """

    def __init__(self, kind: str, message: str, *, shown: str | None = None) -> None:
        self.kind = kind
        self.message = message
        self.shown = message if shown is None else shown
        super().__init__(f"{kind}: {message}")


def wrong_credentials() -> CognitoError:
    """One answer for the unknown user and the wrong password."""
    return CognitoError("NotAuthorizedException", "Incorrect username or password.")


def no_such_user() -> CognitoError:
    """What administrators, and clients whose existence errors are LEGACY, are told."""
    return CognitoError("UserNotFoundException", "User does not exist.")


def invalid_parameter(message: str) -> CognitoError:
    """A value that the service model or the pool's schema forbids."""
    return CognitoError("InvalidParameterException", message)
