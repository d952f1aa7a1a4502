"""Test kit for authcore and embedding applications: fakes, a token mint, contract suites."""
