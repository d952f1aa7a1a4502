"""One sign-in from end to end without a browser, every hop compared with what it must be."""
