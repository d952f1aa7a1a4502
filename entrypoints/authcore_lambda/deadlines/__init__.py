"""One deadline over all calls that a trigger makes."""
