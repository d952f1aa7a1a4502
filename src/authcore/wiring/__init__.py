"""Build the objects that settings describe: plain factories and one container."""
