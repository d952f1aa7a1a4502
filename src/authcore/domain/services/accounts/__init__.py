"""Legacy accounts and pool users: migration, linking, sign-up and the link audit."""
