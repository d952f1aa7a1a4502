"""The users of the local pool."""
