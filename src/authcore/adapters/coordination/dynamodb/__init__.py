"""
What processes that share nothing else agree on and remember, in one DynamoDB table.

The table has a string partition key ``pk``; each kind of item has a prefix of its own.  Questions
are single calls, and DynamoDB decides those of one item one after the other: in one region, not
across the replicas of a global table.  ``ends_at`` (milliseconds since 1970) alone says whether an
item still counts: the table's TTL on ``expires`` (seconds) deletes days late.

Permissions on the table, by what is used::

    DynamoDbLease             UpdateItem
    DynamoDbReplayCache        UpdateItem
    DynamoDbSealedStore       GetItem, PutItem, DeleteItem
    DynamoDbRevocationList    BatchGetItem to ask, UpdateItem to revoke

See: Amazon DynamoDB "Condition expressions", "Read consistency", "Using time to live (TTL)".
"""
