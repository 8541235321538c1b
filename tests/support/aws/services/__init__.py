"""One handler class a service: a method an operation, named as boto names it, given the parsed members and the Call."""
from .apis import ApiGateway, ApiGatewayV2, CloudControl, StepFunctions
from .cloudformation import CloudFormation
from .ecr import Ecr
from .iam import Iam
from .lambda_functions import Lambda
from .logs import Logs
from .s3 import S3
from .signer import Signer
from .sso import Sso, SsoOidc
from .sts import Sts
from .xray import XRay

SERVICES = {"apigateway": ApiGateway, "apigatewayv2": ApiGatewayV2, "cloudcontrol": CloudControl, "cloudformation": CloudFormation,
            "ecr": Ecr, "iam": Iam, "lambda": Lambda, "logs": Logs, "s3": S3, "signer": Signer, "sso": Sso, "sso-oidc": SsoOidc,
            "stepfunctions": StepFunctions, "sts": Sts, "xray": XRay}
