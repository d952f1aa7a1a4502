"""Moving all users of a source into a pool, in runs."""
