"""
Storage between processes, in one DynamoDB table; the mirror image of ``coordination.process``.

The table has a string partition key ``pk``; each kind of item has its own prefix.  DynamoDB
serialises the calls for one item within one region, not across the replicas of a global table.
Only ``ends_at`` (milliseconds since 1970) says whether an item is valid: the table's TTL on
``expires`` (seconds since 1970) deletes days late.

Permissions on the table, by class::

    DynamoDbLease             UpdateItem
    DynamoDbReplayCache       UpdateItem
    DynamoDbAttemptLimiter    UpdateItem
    DynamoDbSealedStore       GetItem, PutItem, DeleteItem
    DynamoDbRevocationList    BatchGetItem to ask, UpdateItem to revoke

See: Amazon DynamoDB "Condition expressions", "Read consistency", "Using time to live (TTL)".
"""
