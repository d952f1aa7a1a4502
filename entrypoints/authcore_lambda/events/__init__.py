"""Lambda events as typed values."""
