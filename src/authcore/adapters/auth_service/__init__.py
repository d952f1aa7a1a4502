"""Another process's auth service, over HTTP."""
