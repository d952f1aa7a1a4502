"""Middleware of the auth service."""
