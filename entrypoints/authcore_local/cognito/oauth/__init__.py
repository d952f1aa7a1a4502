"""The OAuth 2.0 endpoints of the local pool."""
