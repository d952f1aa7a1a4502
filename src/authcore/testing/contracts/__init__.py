"""One pytest suite per port, which the fake and every adapter pass."""
