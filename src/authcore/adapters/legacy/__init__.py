"""The system that is being replaced, over HTTP."""
