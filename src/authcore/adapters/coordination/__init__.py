"""Storage that requests share: in this process, or between processes in DynamoDB."""
