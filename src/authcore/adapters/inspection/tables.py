"""DynamoDB tables, read through DynamoDB's API."""

from typing import Any, Final

from authcore.adapters.inspection.described import call, call_or_none
from authcore.domain.errors import (
    CoordinationMisconfiguredError,
    CoordinationUnavailableError,
    ProviderMisconfiguredError,
    ProviderUnavailableError,
)
from authcore.domain.model.surroundings import TableSettings
from authcore.ports.inspection import TableInspection


NO_SUCH: Final = "ResourceNotFoundException"
ENABLED: Final = frozenset({"ENABLED", "ENABLING"})


class DynamoDbTableInspection(TableInspection):
    """Calls DescribeTable and DescribeTimeToLive."""

    def __init__(self, client: Any) -> None:
        """Bind *client*, of DynamoDB, from ``aws_client``."""
        self._client = client

    def table(self, name: str) -> TableSettings | None:
        """See the port."""
        try:
            return self._describe(name)
        except ProviderMisconfiguredError as error:
            raise CoordinationMisconfiguredError(str(error), detail=error.detail) from None
        except ProviderUnavailableError as error:
            raise CoordinationUnavailableError(str(error), detail=error.detail) from None

    def _describe(self, name: str) -> TableSettings | None:
        found = call_or_none(self._client.describe_table, "table", NO_SUCH, TableName=name)
        if found is None:
            return None
        table = found.structure("Table")
        keys, types = table.structures("KeySchema"), table.structures("AttributeDefinitions")
        return TableSettings(
            status=table.text("TableStatus"),
            keys={each.text("AttributeName"): each.text("KeyType") for each in keys},
            key_types={each.text("AttributeName"): each.text("AttributeType") for each in types},
            ttl_attribute=self._ttl(name),
        )

    def _ttl(self, name: str) -> str | None:
        found = call(self._client.describe_time_to_live, "time to live", TableName=name)
        described = found.structure("TimeToLiveDescription")
        is_on = described.text("TimeToLiveStatus", "DISABLED") in ENABLED
        return described.text_or_none("AttributeName") if is_on else None
