"""Cognito sign-in for web systems that have a login of their own."""
