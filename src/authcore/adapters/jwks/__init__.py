"""Signature verification with the issuer's published keys."""
