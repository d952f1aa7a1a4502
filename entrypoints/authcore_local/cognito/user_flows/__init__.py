"""Sign-up, sign-in, migration, federation and password reset of the local pool."""
