"""Frozen values; a secret never shows in their repr."""
