"""Sessions: check, refresh and end them."""
