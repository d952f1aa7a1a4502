"""Values in a browser's cookies, sealed or plain, in chunks."""
