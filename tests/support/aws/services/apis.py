"""API Gateway (both versions), Cloud Control and Step Functions: what `list` and `logs` read of resources."""
import json

from ..errors import ServiceError
from ..request import now
from ..world import ACCOUNT, Service


class ApiGateway(Service):
    def __init__(self, world):
        super().__init__(world)
        self.apis = {}  # id -> stage name -> properties, of REST and HTTP APIs

    def stages(self, identifier):
        if identifier not in self.apis:
            raise ServiceError("NotFoundException", f"Invalid API identifier specified {ACCOUNT}:{identifier}", 404)
        return self.apis[identifier]

    def get_stages(self, members, call):
        return {"item": [{"stageName": name, "deploymentId": "abcdef"} for name in self.stages(members["restApiId"])]}


class ApiGatewayV2(Service):
    def _stages(self, members):
        return self.world.services["apigateway"].stages(members["ApiId"])

    def get_stages(self, members, call):
        return {"Items": [self._describe(name, stage) for name, stage in self._stages(members).items()]}

    def get_stage(self, members, call):
        stages = self._stages(members)
        if members["StageName"] not in stages:
            raise ServiceError("NotFoundException", "Invalid stage identifier specified", 404)
        return self._describe(members["StageName"], stages[members["StageName"]])

    @staticmethod
    def _describe(name, properties):
        result = {"StageName": name, "AutoDeploy": bool(properties.get("AutoDeploy")), "CreatedDate": now()}
        if "AccessLogSettings" in properties:
            result["AccessLogSettings"] = {k: str(v) for k, v in properties["AccessLogSettings"].items()}
        return result


class CloudControl(Service):
    def __init__(self, world):
        super().__init__(world)
        self.urls = {}  # function ARN -> URL

    def get_resource(self, members, call):
        if members["TypeName"] != "AWS::Lambda::Url":
            raise ServiceError("UnsupportedActionException", f"Resource type {members['TypeName']} does not support READ action")
        name = members["Identifier"].rpartition(":")[2]
        arn = next((arn for arn in self.urls if arn.rpartition(":")[2] == name), None)
        if arn is None:
            raise ServiceError("ResourceNotFoundException", f"AWS::Lambda::Url Handler returned status FAILED: Resource of type "
                               f"'AWS::Lambda::Url' with identifier '{members['Identifier']}' was not found.")
        properties = {"FunctionArn": arn, "FunctionUrl": self.urls[arn], "AuthType": "NONE"}
        return {"TypeName": members["TypeName"],
                "ResourceDescription": {"Identifier": members["Identifier"], "Properties": json.dumps(properties)}}


class StepFunctions(Service):
    def __init__(self, world):
        super().__init__(world)
        self.machines = {}  # ARN -> properties

    def describe_state_machine(self, members, call):
        arn = members["stateMachineArn"]
        if arn not in self.machines:
            raise ServiceError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
        properties = self.machines[arn]
        result = {"stateMachineArn": arn, "name": arn.rpartition(":")[2], "definition": "{}", "roleArn": properties["RoleArn"],
                  "type": properties.get("StateMachineType", "STANDARD"), "creationDate": now()}
        if logging := properties.get("LoggingConfiguration"):
            result["loggingConfiguration"] = {
                "level": logging.get("Level", "OFF"), "includeExecutionData": bool(logging.get("IncludeExecutionData", False)),
                "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": d["CloudWatchLogsLogGroup"]["LogGroupArn"]}}
                                 for d in logging.get("Destinations", [])]}
        return result
