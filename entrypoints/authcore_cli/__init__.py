"""The ``authcore`` command: look at tokens, build sign-in URLs, check settings."""
