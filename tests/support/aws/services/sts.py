"""STS: identities and temporary credentials. A role named Denied* may not be assumed; MFA code is 123456."""
from ..errors import ServiceError
from ..world import ACCOUNT, Service


class Sts(Service):
    def get_caller_identity(self, members, call):
        return {"UserId": call.identity.user_id, "Account": call.identity.account, "Arn": call.identity.arn}

    def assume_role(self, members, call):
        self._refuse(members["RoleArn"], call.identity.arn)
        if "SerialNumber" in members and members.get("TokenCode") != "123456":
            raise ServiceError("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.", 403)
        return self._session(members)

    def assume_role_with_web_identity(self, members, call):
        if members["WebIdentityToken"].startswith("expired"):
            raise ServiceError("ExpiredTokenException", "Token expired", 400)
        self._refuse(members["RoleArn"], "web identity")
        return {**self._session(members), "SubjectFromWebIdentityToken": "subject"}

    @staticmethod
    def _refuse(arn, caller):
        if arn.rpartition("/")[2].startswith("Denied"):
            raise ServiceError("AccessDenied", f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403)

    def _session(self, members):
        role = members["RoleArn"].rpartition("/")[2]
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{members['RoleSessionName']}"
        user_id = f"AROATEST:{members['RoleSessionName']}"
        key, identity = self.world.add_session(arn, user_id, members.get("DurationSeconds", 3600))
        return {"Credentials": {"AccessKeyId": key, "SecretAccessKey": identity.secret, "SessionToken": identity.token,
                                "Expiration": identity.expires},
                "AssumedRoleUser": {"AssumedRoleId": user_id, "Arn": arn}}
