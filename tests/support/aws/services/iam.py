"""IAM, as far as it is asked here: who the caller is."""
import datetime

from ..errors import ServiceError
from ..world import Service


class Iam(Service):
    def get_user(self, members, call):
        if ":user/" not in call.identity.arn:
            raise ServiceError("ValidationError", "Must specify userName when calling with non-User credentials")
        name = call.identity.arn.rpartition("/")[2]
        if members.get("UserName", name) != name:
            raise ServiceError("NoSuchEntity", f"The user with name {members['UserName']} cannot be found.", 404)
        return {"User": {"Path": "/", "UserName": name, "UserId": call.identity.user_id, "Arn": call.identity.arn,
                         "CreateDate": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)}}

    def list_policies(self, members, call):
        return {"Policies": [], "IsTruncated": False}
