"""
Makes the stack in ministack, an emulator of AWS: ``python -m deploy.emulated_stack TEMPLATE``.

Prints one line; exit status 1 with what went wrong.  What the emulator does not know is left out,
and named.  Nothing leaves the machine.
"""

import io
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError, WaiterError
from botocore.session import get_session

from behaviours.others import ministack
from deploy.parameters import FROM_OLD_POOL, LEGACY, OLD_POOL, REGION, REQUIRED, WITHOUT_DEFAULT
from lambda_zips.functions import FUNCTIONS


UNKNOWN: Final = (
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::Cognito::UserPoolIdentityProvider",
    "AWS::WAFv2::WebACLAssociation",
)
"""Resources that ministack does not make; nor does it do sums of metrics in alarms."""

ATTEMPTS: Final = 60
"""Seconds that a stack may take."""

OTHERS: Final = {"DomainPrefix": "another-organisation", "AuthHost": "other-api.example.com"}
STACKS: Final = {
    "authcore": (REQUIRED, "UserMigration"),
    "authcore-from-old-pool": ({**FROM_OLD_POOL, **OTHERS}, "OldPoolMigration"),
}
"""Parameters of each stack and its function for user migration: one for each old side."""


class Account:
    """The emulator, as one account sees it."""

    def __init__(self, url: str) -> None:
        """Connect to the emulator at *url*."""
        self._url = url
        self.stacks = self._client("cloudformation")

    def _client(self, service: str) -> Any:
        return get_session().create_client(
            service,
            REGION,
            endpoint_url=self._url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def upload_functions(self) -> None:
        """Store an empty zip for each function."""
        stored = io.BytesIO()
        with zipfile.ZipFile(stored, "w") as archive:
            archive.writestr("empty.py", "")
        storage = self._client("s3")
        place = {"LocationConstraint": REGION}
        storage.create_bucket(Bucket="uploaded", CreateBucketConfiguration=place)
        for name in FUNCTIONS:
            key = f"{name}-arm64.zip"
            storage.put_object(Bucket="uploaded", Key=key, Body=stored.getvalue())

    def _upload(self, template: Mapping[str, Any]) -> str:
        """Store the template, which is longer than what CloudFormation takes by itself."""
        body = json.dumps(template).encode()
        self._client("s3").put_object(Bucket="uploaded", Key="template.json", Body=body)
        return f"{self._url}/uploaded/template.json"

    def make_secrets(self) -> dict[str, str]:
        """Make the secrets, and return their ARNs by the names of the parameters."""
        secrets = self._client("secretsmanager")
        return {
            name: secrets.create_secret(Name=name, SecretString="A" * 43 + "=")["ARN"]
            for name in {**WITHOUT_DEFAULT, **LEGACY, **OLD_POOL}
            if name.endswith("SecretArn")
        }

    def create(self, name: str, template: Mapping[str, Any], given: Mapping[str, str]) -> str:
        """Create the stack *name*; return its status."""
        self.stacks.create_stack(
            StackName=name,
            TemplateURL=self._upload(template),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": n, "ParameterValue": given[n]} for n in given],
        )
        waiter = self.stacks.get_waiter("stack_create_complete")
        try:
            waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": ATTEMPTS})
        except WaiterError as error:
            return str(error)
        return str(self._described(name)["StackStatus"])

    def _described(self, name: str) -> Any:
        return self.stacks.describe_stacks(StackName=name)["Stacks"][0]

    def failures(self, name: str) -> list[str]:
        """Return the resources that were not made, with the emulator's reason."""
        events = self.stacks.describe_stack_events(StackName=name)["StackEvents"]
        return [
            f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason')}"
            for each in events
            if each["ResourceStatus"].endswith("FAILED")
        ]

    def made(self, name: str) -> int:
        """Count the resources of the stack."""
        listed = self.stacks.describe_stack_resources(StackName=name)
        return len(listed["StackResources"])

    def pool(self, name: str) -> Any:
        """Return the pool that the outputs name."""
        outputs = {
            each["Description"]: each["OutputValue"] for each in self._described(name)["Outputs"]
        }
        found = self._client("cognito-idp").describe_user_pool(
            UserPoolId=outputs["AUTHCORE_COGNITO_USER_POOL_ID"]
        )
        return found["UserPool"]


def emulated(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template without what ministack does not know."""
    made = {
        name: dict(resource)
        for name, resource in template["Resources"].items()
        if resource["Type"] not in UNKNOWN and "Metrics" not in resource.get("Properties", {})
    }
    for resource in made.values():
        if resource["Type"] == "AWS::IAM::RolePolicy":
            properties = dict(resource["Properties"])
            properties["Roles"] = [properties.pop("RoleName")]
            resource.update(Type="AWS::IAM::Policy", Properties=properties)
    client = dict(made["AppClient"]["Properties"], SupportedIdentityProviders=["COGNITO"])
    made["AppClient"] = {**made["AppClient"], "Properties": client}
    return {**template, "Resources": made}


def _problems(account: Account, template: Mapping[str, Any]) -> Iterator[str]:
    account.upload_functions()
    secrets = account.make_secrets()
    yield from _unnamed(
        account, template, {**REQUIRED, "AuthHost": "https://a.example"}, "AuthHost"
    )
    yield from _unnamed(account, template, {**REQUIRED, **OLD_POOL}, "OldPoolId")
    for name, (parameters, function) in STACKS.items():
        for wanted in parameters:
            without = {each: parameters[each] for each in parameters if each != wanted}
            yield from _unnamed(account, template, without, wanted)
        given = {each: secrets.get(each, text) for each, text in parameters.items()}
        for problem in _of_stack(account, name, template, given, function):
            yield f"{name}: {problem}"


def _of_stack(
    account: Account,
    name: str,
    template: Mapping[str, Any],
    given: Mapping[str, str],
    function: str,
) -> Iterator[str]:
    if (status := account.create(name, template, given)) != "CREATE_COMPLETE":
        yield from (status, *account.failures(name))
        return
    attached = account.pool(name)["LambdaConfig"]
    if not {"UserMigration", "PostConfirmation", "PostAuthentication"} <= {*attached}:
        yield f"the pool calls {sorted(attached)} alone"
    if f"-{function}-" not in attached.get("UserMigration", ""):
        yield f"the pool does not call {function}"


def _unnamed(
    account: Account, template: Mapping[str, Any], given: Mapping[str, str], name: str
) -> Iterator[str]:
    try:
        account.create("refused", template, given)
    except ClientError as refusal:
        if name not in str(refusal):
            yield f"{name} is not named by: {refusal}"
    else:
        yield f"the stack is made although {name} is missing or wrong"


def main(source: Path) -> int:
    """Make the stack of the transformed template at *source*."""
    whole = json.loads(source.read_text())
    template = emulated(whole)
    with ministack() as emulator:
        account = Account(emulator.url)
        found = [*_problems(account, template)]
        made = [] if found else [f"{account.made(name)} of {name}" for name in STACKS]
    left = sorted({*whole["Resources"]} - {*template["Resources"]})
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    sys.stdout.write(
        f"{emulator.name}: resources made: {', '.join(made)}; not known there: {', '.join(left)}\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
