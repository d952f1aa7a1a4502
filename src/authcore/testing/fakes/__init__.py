"""An in-memory double for every port, one file per port file."""
