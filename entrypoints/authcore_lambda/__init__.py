"""Cognito's trigger functions, one module per trigger."""
