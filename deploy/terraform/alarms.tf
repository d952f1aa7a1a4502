# The functions print the metrics of the namespace authcore/<name> into their logs.
resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = aws_kms_key.data.id
}

resource "aws_sns_topic_subscription" "mail" {
  count     = var.alarm_mail == null ? 0 : 1
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_mail
}

locals {
  sums = merge({
    misconfigured = {
      about      = "An operator must act - the audit log names the reason (docs/reasons.md)"
      namespace  = local.namespace
      metric     = "audit_events"
      dimensions = { outcome = "misconfigured" }
      period     = 300
      statistic  = "Sum"
    }
    repairs = {
      about      = "Links were postponed in an hour - they wait for the next sign-in or `authcore links repair`"
      namespace  = local.namespace
      metric     = "audit_events"
      dimensions = { action = "account_linking.postponed", outcome = "unavailable" }
      period     = 3600
      statistic  = "Sum"
    }
    }, {
    for queue in aws_sqs_queue.dead_letters : "dead-letters" => {
      about      = "A profile message failed ten times (docs/profile-sync.md)"
      namespace  = "AWS/SQS"
      metric     = "ApproximateNumberOfMessagesVisible"
      dimensions = { QueueName = queue.name }
      period     = 300
      statistic  = "Maximum"
    }
  })
}

resource "aws_cloudwatch_metric_alarm" "any" {
  for_each            = local.sums
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.about
  alarm_actions       = [aws_sns_topic.alarms.arn]
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "migration_failures" {
  alarm_name          = "${var.name}-migration-failures"
  alarm_description   = "More than 5 % of 20 or more migrations got no answer from the legacy system"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  treat_missing_data  = "notBreaching"
  metric_query {
    id          = "percent"
    label       = "migrations without an answer, in percent"
    expression  = "IF(all >= 20, 100 * FILL(unavailable, 0) / all, 0)"
    return_data = true
  }
  metric_query {
    id         = "all"
    expression = "FILL(accepted, 0) + FILL(rejected, 0) + FILL(unavailable, 0)"
  }
  dynamic "metric_query" {
    for_each = toset(["accepted", "rejected", "unavailable"])
    content {
      id = metric_query.key
      metric {
        namespace   = local.namespace
        metric_name = "audit_events"
        dimensions  = { action = "user_migration.authenticate", outcome = metric_query.key }
        period      = 300
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "trigger_duration" {
  for_each            = local.triggers
  alarm_name          = "${var.name}-${each.key}-duration"
  alarm_description   = "The trigger took longer than 3.5 s - Cognito waits 5 s, cold start included"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  dimensions          = { FunctionName = aws_lambda_function.trigger[each.key].function_name }
  extended_statistic  = "p99"
  period              = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = 3500
  treat_missing_data  = "notBreaching"
}

resource "aws_cloudwatch_metric_alarm" "trigger_crashes" {
  for_each            = local.triggers
  alarm_name          = "${var.name}-${each.key}-crashes"
  alarm_description   = "The trigger fails without an audit line - time limit, memory, or it does not start; read its log"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  evaluation_periods  = 2 # an error and its failure may be counted in two periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  metric_query {
    id          = "crashes"
    label       = "errors that the function has not counted itself"
    expression  = "FILL(errors, 0) - FILL(failures, 0)"
    return_data = true
  }
  metric_query {
    id = "errors"
    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Errors"
      dimensions  = { FunctionName = aws_lambda_function.trigger[each.key].function_name }
      period      = 300
      stat        = "Sum"
    }
  }
  metric_query {
    id = "failures"
    metric {
      namespace   = local.namespace
      metric_name = "failures"
      dimensions  = { function = each.key }
      period      = 300
      stat        = "Sum"
    }
  }
}
