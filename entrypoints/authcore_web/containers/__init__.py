"""Wire the auth service, a part in each module."""
