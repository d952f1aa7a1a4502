"""Memory shared by requests."""
