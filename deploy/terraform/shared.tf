# What processes share: key, table, queue.
data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:In a key's policy the resource "*" is the key
  #checkov:skip=CKV_AWS_111:as above
  #checkov:skip=CKV_AWS_356:as above
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.this.partition}:iam::${data.aws_caller_identity.this.account_id}:root"]
    }
  }
  statement {
    sid       = "Functions"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [for door in setsubtract(local.doors, ["user-migration", "pre-sign-up"]) : aws_iam_role.function[door].arn]
    }
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["dynamodb", "secretsmanager"] : "${service}.${data.aws_region.this.region}.${data.aws_partition.this.dns_suffix}"]
    }
  }
  # Lambda makes a grant for this if the deployer may; a role that is made again does not have it.
  statement {
    sid       = "Variables"
    actions   = ["kms:Decrypt"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [for door in local.doors : aws_iam_role.function[door].arn]
    }
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["lambda.${data.aws_region.this.region}.${data.aws_partition.this.dns_suffix}"]
    }
  }
  statement {
    sid       = "Logs"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.this.region}.${data.aws_partition.this.dns_suffix}"]
    }
    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.this.partition}:logs:${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}:log-group:*"]
    }
  }
  statement {
    sid       = "Alarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

resource "aws_kms_key" "data" {
  description         = "${var.name} - table, logs, alarms, client secret and the functions' variables"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_dynamodb_table" "shared" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  deletion_protection_enabled = true
  attribute {
    name = "pk"
    type = "S"
  }
  ttl {
    attribute_name = "expires"
    enabled        = true
  }
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_sqs_queue" "profiles" {
  count                      = local.has_old_pool ? 0 : 1
  name                       = "${var.name}-profiles"
  sqs_managed_sse_enabled    = true
  visibility_timeout_seconds = 360 # six times the function's timeout
  message_retention_seconds  = 1209600
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters[0].arn, maxReceiveCount = 10 })
}

resource "aws_sqs_queue" "dead_letters" {
  count                     = local.has_old_pool ? 0 : 1
  name                      = "${var.name}-profiles-dead"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue_policy" "profiles" {
  count     = local.has_old_pool ? 0 : 1
  queue_url = aws_sqs_queue.profiles[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "Encrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.profiles[0].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for sender in var.profile_sender_arns : {
        Sid       = "LegacySystem"
        Effect    = "Allow"
        Principal = { AWS = sender }
        Action    = ["sqs:GetQueueUrl", "sqs:SendMessage"]
        Resource  = aws_sqs_queue.profiles[0].arn
      }],
    )
  })
}

resource "aws_sqs_queue_policy" "dead_letters" {
  count     = local.has_old_pool ? 0 : 1
  queue_url = aws_sqs_queue.dead_letters[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Encrypted"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = aws_sqs_queue.dead_letters[0].arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
