"""The auth service: sign-in, callback, session (Starlette)."""
