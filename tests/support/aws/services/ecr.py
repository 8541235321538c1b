"""ECR: repositories here, images in the Docker registry that --registry names (user AWS, password "secret")."""
import base64
import dataclasses
import datetime
import json
import urllib.error
import urllib.request

from ..errors import ServiceError
from ..request import now
from ..world import ACCOUNT, Service

PASSWORD = "secret"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@dataclasses.dataclass
class Repository:
    region: str
    created: datetime.datetime
    policy: str | None = None


class Ecr(Service):
    def __init__(self, world):
        super().__init__(world)
        self.repositories = {}

    def create(self, name, region):
        self.repositories[name] = Repository(region, now())

    def control_create(self, body):
        self.create(body["repository"], body.get("region", "us-east-1"))

    def control_images(self, body):
        return self.images(body["repository"])

    # The registry.

    def _registry(self, path, method="GET"):
        request = urllib.request.Request(f"http://{self.world.options.registry}/v2/{path}", method=method, headers={
            "Authorization": "Basic " + base64.b64encode(f"AWS:{PASSWORD}".encode()).decode(), "Accept": MANIFEST})
        try:
            return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def images(self, repository):
        """The tags in the registry."""
        try:
            reply = self._registry(f"{repository}/tags/list")
        except urllib.error.URLError:
            return []  # no registry runs: no images
        return (json.load(reply)["tags"] or []) if reply else []

    def digest(self, repository, tag):
        reply = self._registry(f"{repository}/manifests/{tag}", "HEAD")
        return reply.headers["Docker-Content-Digest"] if reply else None

    # Operations.

    def get_authorization_token(self, members, call):
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        return {"authorizationData": [{"authorizationToken": token, "expiresAt": now() + datetime.timedelta(hours=12),
                                       "proxyEndpoint": f"http://{self.world.options.registry}"}]}

    def _repository(self, name):
        if name not in self.repositories:
            raise ServiceError("RepositoryNotFoundException", f"The repository with name '{name}' does not exist in the registry with id "
                               f"'{ACCOUNT}'")
        return self.repositories[name]

    def _describe(self, name, repository):
        return {"repositoryArn": f"arn:aws:ecr:{repository.region}:{ACCOUNT}:repository/{name}", "registryId": ACCOUNT,
                "repositoryName": name, "repositoryUri": f"{self.world.options.registry}/{name}", "createdAt": repository.created}

    def create_repository(self, members, call):
        name = members["repositoryName"]
        if name in self.repositories:
            raise ServiceError("RepositoryAlreadyExistsException", f"The repository with name '{name}' already exists in the registry with "
                               f"id '{ACCOUNT}'")
        self.create(name, call.region)
        return {"repository": self._describe(name, self.repositories[name])}

    def describe_repositories(self, members, call):
        names = members.get("repositoryNames") or sorted(self.repositories)
        return {"repositories": [self._describe(name, self._repository(name)) for name in names]}

    def delete_repository(self, members, call):
        name = members["repositoryName"]
        repository = self._repository(name)
        tags = self.images(name)
        if tags and not members.get("force"):
            raise ServiceError("RepositoryNotEmptyException", f"The repository with name '{name}' in registry with id '{ACCOUNT}' cannot be "
                               "deleted because it still contains images")
        for tag in tags:
            if digest := self.digest(name, tag):
                self._registry(f"{name}/manifests/{digest}", "DELETE")
        del self.repositories[name]
        return {"repository": self._describe(name, repository)}

    def describe_images(self, members, call):
        name = members["repositoryName"]
        self._repository(name)
        return {"imageDetails": [{"registryId": ACCOUNT, "repositoryName": name, "imageTags": [tag],
                                  "imageDigest": self.digest(name, tag)} for tag in self.images(name)]}

    def list_images(self, members, call):
        name = members["repositoryName"]
        self._repository(name)
        return {"imageIds": [{"imageTag": tag, "imageDigest": self.digest(name, tag)} for tag in self.images(name)]}

    def batch_delete_image(self, members, call):
        name = members["repositoryName"]
        self._repository(name)
        deleted, failures = [], []
        for image in members["imageIds"]:
            digest = image.get("imageDigest") or self.digest(name, image["imageTag"])
            if digest and self._registry(f"{name}/manifests/{digest}", "DELETE"):
                deleted.append({**image, "imageDigest": digest})
            else:
                failures.append({"imageId": image, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"})
        return {"imageIds": deleted, "failures": failures}
