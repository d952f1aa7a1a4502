"""Test kit for authcore and for those who embed it: fakes, a token mint, contract suites."""
