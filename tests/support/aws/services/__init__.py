"""One handler class a service: a method an operation, named as boto names it, given the parsed members and the Call."""
from .cloudformation import CloudFormation
from .iam import Iam
from .s3 import S3
from .sts import Sts

SERVICES = {"cloudformation": CloudFormation, "iam": Iam, "s3": S3, "sts": Sts}
