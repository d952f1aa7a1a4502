"""A file, YAML or JSON, that configures the local Cognito."""

from authcore_local.pool_file.members import PoolFileError
from authcore_local.pool_file.pool_file import DEFAULT_PORT, EXAMPLE, PoolFile, User, read_pool_file


__all__ = ["DEFAULT_PORT", "EXAMPLE", "PoolFile", "PoolFileError", "User", "read_pool_file"]
