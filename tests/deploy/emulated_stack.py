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
from deploy.stack import REGION, REQUIRED
from lambda_zips.functions import FUNCTIONS


UNKNOWN: Final = (
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::Cognito::UserPoolIdentityProvider",
    "AWS::WAFv2::WebACLAssociation",
)
"""Resources that ministack does not make; nor does it do sums of metrics in alarms."""

ATTEMPTS: Final = 60
"""Seconds that the stack may take."""


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

    def parameters(self) -> dict[str, str]:
        """Make the secrets, and return what must be given to the stack."""
        secrets = self._client("secretsmanager")
        made = {
            name: secrets.create_secret(Name=name, SecretString="A" * 43 + "=")["ARN"]
            for name in REQUIRED
            if name.endswith("SecretArn")
        }
        return {**REQUIRED, **made}

    def create(self, template: Mapping[str, Any], given: Mapping[str, str]) -> str:
        """Create the stack; return its status."""
        self.stacks.create_stack(
            StackName="authcore",
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": n, "ParameterValue": given[n]} for n in given],
        )
        waiter = self.stacks.get_waiter("stack_create_complete")
        try:
            waiter.wait(StackName="authcore", WaiterConfig={"Delay": 1, "MaxAttempts": ATTEMPTS})
        except WaiterError as error:
            return str(error)
        return str(self._described()["StackStatus"])

    def _described(self) -> Any:
        return self.stacks.describe_stacks(StackName="authcore")["Stacks"][0]

    def failures(self) -> list[str]:
        """Return the resources that were not made, with the emulator's reason."""
        events = self.stacks.describe_stack_events(StackName="authcore")["StackEvents"]
        return [
            f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason')}"
            for each in events
            if each["ResourceStatus"].endswith("FAILED")
        ]

    def made(self) -> int:
        """Count the resources of the stack."""
        listed = self.stacks.describe_stack_resources(StackName="authcore")
        return len(listed["StackResources"])

    def pool(self) -> Any:
        """Return the pool that the outputs name."""
        outputs = {
            each["Description"]: each["OutputValue"] for each in self._described()["Outputs"]
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
    given = account.parameters()
    for name in REQUIRED:
        without = {each: given[each] for each in given if each != name}
        yield from _unnamed(account, template, without, name)
    yield from _unnamed(account, template, {**given, "AuthHost": "https://example.com"}, "AuthHost")
    if (status := account.create(template, given)) != "CREATE_COMPLETE":
        yield from (status, *account.failures())
        return
    attached = account.pool()["LambdaConfig"]
    if not {"UserMigration", "PostConfirmation", "PostAuthentication"} <= {*attached}:
        yield f"the pool calls {sorted(attached)} alone"


def _unnamed(
    account: Account, template: Mapping[str, Any], given: Mapping[str, str], name: str
) -> Iterator[str]:
    try:
        account.create(template, given)
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
        made = 0 if found else account.made()
    left = sorted({*whole["Resources"]} - {*template["Resources"]})
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    sys.stdout.write(
        f"{emulator.name}: {made} resources made; not known there: {', '.join(left)}\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
