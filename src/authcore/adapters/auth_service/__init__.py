"""Client of the auth service, over HTTP."""
