"""The usual linking script up to its call of Cognito: its imports, and the client it makes."""

# ruff: noqa: F401, TID251
import os
import random
import re
import string

import boto3
import requests


def handler(event, context):  # type: ignore[no-untyped-def]
    boto3.client("cognito-idp", region_name="us-east-1")
    attributes = event["request"]["userAttributes"]
    print("this user already has a legacy_uid", attributes["custom:legacy_uid"])
    return event
