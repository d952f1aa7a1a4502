"""
The functions of the pool's triggers, as Lambda's API describes them.

They are Python objects in this process; name, limit and policy are what a template gives them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from authcore_local.cognito.app_client_secrets import ACCOUNT
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.lambda_triggers.triggers import TriggerHandler, Triggers


CONFIG_NAMES: Final = {
    "UserMigration": "user_migration",
    "PreSignUp": "pre_sign_up",
    "PostConfirmation": "post_confirmation",
    "PreAuthentication": "pre_authentication",
    "PostAuthentication": "post_authentication",
    "PreTokenGeneration": "pre_token_generation",
    "InboundFederation": "inbound_federation",
}
"""Field of Triggers, by member of LambdaConfig."""

_VERSIONS: Final = {"InboundFederation": "V1_0"}
"""Of events, where the member is a structure."""


@attrs.define(kw_only=True, eq=False, repr=False)
class FunctionDescriptions:
    """
    Describes what is attached to the pool.

    Attributes:
        config: Of the pool.
        triggers: What is described as attached; a test may replace it.
    """

    config: PoolConfig
    triggers: Triggers

    @property
    def pool_arn(self) -> str:
        """ARN of the pool."""
        return f"arn:aws:cognito-idp:{self.config.region}:{ACCOUNT}:userpool/{self.config.pool_id}"

    def lambda_config(self) -> dict[str, object]:
        """``LambdaConfig`` of the pool."""
        described: dict[str, object] = {}
        for name, handler in self._attached_functions():
            arn, version = self._arn(handler), _VERSIONS.get(name)
            described[name] = arn if version is None else _version_config(arn, version)
            if name == "PreTokenGeneration":
                config = _version_config(arn, self.triggers.pre_token_version)
                described["PreTokenGenerationConfig"] = config
        return described

    def configuration(self, arn: str) -> Mapping[str, object]:
        """``GetFunctionConfiguration``."""
        return {
            "FunctionArn": arn,
            "FunctionName": arn.rpartition(":")[2],
            "Handler": f"{self._handler(arn).__module__}.handler",
            "Timeout": int(self.triggers.limit.total_seconds()),
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "Environment": {"Variables": {"AUTHCORE_COGNITO_USER_POOL_ID": self.config.pool_id}},
        }

    def policy(self, arn: str) -> Mapping[str, object]:
        """``GetPolicy``."""
        self._handler(arn)
        statement = {
            "Sid": "cognito",
            "Effect": "Allow",
            "Principal": {"Service": "cognito-idp.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": arn,
            "Condition": {"ArnLike": {"AWS:SourceArn": self.pool_arn}},
        }
        return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}

    def _handler(self, arn: str) -> TriggerHandler:
        found = {self._arn(handler): handler for _, handler in self._attached_functions()}
        if arn not in found:
            raise CognitoError("ResourceNotFoundException", f"Function not found: {arn}")
        return found[arn]

    def _attached_functions(self) -> Iterator[tuple[str, TriggerHandler]]:
        for name, field in CONFIG_NAMES.items():
            handler: TriggerHandler | None = getattr(self.triggers, field)
            if handler is not None:
                yield name, handler

    def _arn(self, handler: TriggerHandler) -> str:
        name = handler.__module__.rpartition(".")[2].replace("_", "-")
        return f"arn:aws:lambda:{self.config.region}:{ACCOUNT}:function:{name}"


def _version_config(arn: str, version: str) -> dict[str, str]:
    return {"LambdaVersion": version, "LambdaArn": arn}
