"""What ``authcore legacy check`` asks a legacy system.  See: docs/legacy-api.yaml."""
