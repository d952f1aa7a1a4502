"""The hosted pages of the local pool."""
