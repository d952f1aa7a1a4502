"""Read and check requests."""
