"""The ``cognito-idp`` API of the local pool."""
