"""Lambda: functions that CloudFormation made, their code, layers."""
import base64
import hashlib
import re

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ..errors import ServiceError
from ..request import now
from ..world import ACCOUNT, Service


class Lambda(Service):
    def __init__(self, world):
        super().__init__(world)
        self.functions, self.layers = {}, {}

    # For CloudFormation.

    def put_from_template(self, name, region, properties):
        """Creates or updates; the code has to be there."""
        sha, size, location = self._code(properties)
        configuration = {
            "FunctionName": name, "FunctionArn": f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}", "CodeSha256": sha, "CodeSize": size,
            "Role": properties["Role"], "Handler": properties.get("Handler"), "Runtime": properties.get("Runtime"),
            "Timeout": int(properties.get("Timeout", 3)), "MemorySize": int(properties.get("MemorySize", 128)), "Version": "$LATEST",
            "PackageType": properties.get("PackageType", "Zip"), "State": "Active", "LastUpdateStatus": "Successful",
            "LastModified": now().strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "Environment": {"Variables": {k: str(v) for k, v in properties.get("Environment", {}).get("Variables", {}).items()}},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}", **properties.get("LoggingConfig", {})}}
        self.functions[name] = {"configuration": {k: v for k, v in configuration.items() if v is not None}, "location": location, "polls": 0}

    def _code(self, properties):
        code = properties.get("Code", {})
        if properties.get("PackageType") == "Image":
            return self._image(code.get("ImageUri", ""))
        if "ZipFile" in code:
            body = str(code["ZipFile"]).encode()
        elif "S3Bucket" in code and "S3Key" in code:
            try:
                body = self.world.services["s3"].read(code["S3Bucket"], code["S3Key"], code.get("S3ObjectVersion"))
            except ServiceError as error:
                raise _refused(f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}") from error
            if not body.startswith(b"PK"):
                raise _refused("Could not unzip uploaded file. Please check your file, then try to upload again.")
        else:
            raise _refused("Please provide a source for function code.")
        return base64.b64encode(hashlib.sha256(body).digest()).decode(), len(body), code

    def _image(self, uri):
        repository, _, tag = uri.partition("/")[2].rpartition(":")
        if uri.startswith(self.world.options.registry + "/"):
            digest = self.world.services["ecr"].digest(repository, tag)
            if digest is None:
                raise _refused(f"Source image {uri} does not exist. Provide a valid source image.")
            return digest.removeprefix("sha256:"), 0, {"ImageUri": uri}
        if not re.fullmatch(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/[^:@]+(:[^@]+|@sha256:[0-9a-f]{64})", uri):
            raise _refused(f"Source image {uri} is not valid. Provide a valid source image.")
        return hashlib.sha256(uri.encode()).hexdigest(), 0, {"ImageUri": uri}

    # Operations.

    def _function(self, members):
        name = members["FunctionName"].rpartition("function:")[2].partition(":")[0]
        if name not in self.functions:
            raise ServiceError("ResourceNotFoundException", f"Function not found: arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}", 404)
        return self.functions[name]

    def get_function_configuration(self, members, call):
        return self._function(members)["configuration"]

    def get_function(self, members, call):
        function = self._function(members)
        location = function["location"]
        if "ImageUri" in location:
            code = {"RepositoryType": "ECR", "ImageUri": location["ImageUri"], "ResolvedImageUri": location["ImageUri"]}
        else:
            code = {"RepositoryType": "S3", "Location": self._presigned(location.get("S3Bucket", ""), location.get("S3Key", ""))}
        return {"Configuration": function["configuration"], "Code": code}

    def list_functions(self, members, call):
        return {"Functions": [function["configuration"] for function in self.functions.values()]}

    def publish_layer_version(self, members, call):
        content = members["Content"]
        bucket, key = content.get("S3Bucket"), content.get("S3Key")
        body = content.get("ZipFile") or self.world.services["s3"].read(bucket, key)
        return self._describe_layer(call.region, self.add_layer(members["LayerName"], body, members))

    def add_layer(self, name, body, members):
        versions = self.layers.setdefault(name.rpartition(":")[2], [])
        versions.append({"name": name.rpartition(":")[2], "version": len(versions) + 1, "body": body, "members": members, "time": now()})
        store = self.world.services["s3"]
        if "aws-layers" not in store.buckets:
            store.create("aws-layers", "us-east-1")
        layer = versions[-1]
        store._store(store.buckets["aws-layers"], f"{layer['name']}-{layer['version']}", body, hashlib.md5(body).hexdigest(), {})
        return layer

    def _describe_layer(self, region, layer):
        arn = f"arn:aws:lambda:{region}:{ACCOUNT}:layer:{layer['name']}"
        sha = base64.b64encode(hashlib.sha256(layer["body"]).digest()).decode()
        return {"LayerArn": arn, "LayerVersionArn": f"{arn}:{layer['version']}", "Version": layer["version"],
                "CreatedDate": layer["time"].strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
                "Content": {"CodeSha256": sha, "CodeSize": len(layer["body"]),
                            "Location": self._presigned("aws-layers", f"{layer['name']}-{layer['version']}")}}

    def get_layer_version(self, members, call):
        name, number = members["LayerName"].rpartition(":")[2], members["VersionNumber"]
        found = next((layer for layer in self.layers.get(name, []) if layer["version"] == number), None)
        if found is None:
            raise ServiceError("ResourceNotFoundException", "The resource you requested does not exist.", 404)
        return self._describe_layer(call.region, found)

    def get_layer_version_by_arn(self, members, call):
        layer, _, number = members["Arn"].rpartition(":")
        return self.get_layer_version({"LayerName": layer, "VersionNumber": int(number)}, call)

    def _presigned(self, bucket, key):
        request = AWSRequest("GET", f"{self.world.endpoint}/{bucket}/{key}")
        access_key = self.world.options.access_key
        S3SigV4QueryAuth(Credentials(access_key, self.world.options.secret_key), "s3", "us-east-1", 600).add_auth(request)
        return request.url


def _refused(text):
    return ServiceError("InvalidParameterValueException", f"Resource handler returned message: \"{text} (Service: Lambda, Status Code: 400)\" "
                        "(HandlerErrorCode: InvalidRequest)")
