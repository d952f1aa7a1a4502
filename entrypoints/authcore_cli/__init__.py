"""The ``authcore`` command: inspect tokens, build sign-in URLs, check settings, repair links."""
