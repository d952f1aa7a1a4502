# The system of deploy/template.yaml in Terraform.  Its state holds secrets of providers and the link proof keys: keep it in an
# encrypted backend that few may read.
terraform {
  required_version = ">= 1.9.0" # before it no variable could be compared with another
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.12.0, < 7.0.0"
    }
  }
}

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}
