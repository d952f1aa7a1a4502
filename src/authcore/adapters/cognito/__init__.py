"""Amazon Cognito, over HTTP and over boto3."""
