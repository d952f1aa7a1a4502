"""Frozen values whose repr never shows a secret."""
