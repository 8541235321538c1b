"""IAM Identity Center: role credentials for a token, and the refresh of tokens."""
import secrets

from ..errors import ServiceError
from ..world import ACCOUNT, Service


class Sso(Service):
    """Tokens are what a test announced by sso/token, or what the refresh gave."""

    def __init__(self, world):
        super().__init__(world)
        self.tokens = set()

    def control_token(self, body):
        self.tokens.add(body["token"])

    def control_revoke(self, body):
        self.tokens.discard(body["token"])

    def get_role_credentials(self, members, call):
        if members["accessToken"] not in self.tokens:
            raise ServiceError("UnauthorizedException", "Session token not found or invalid", 401)
        if members["roleName"].startswith("Denied"):
            raise ServiceError("ForbiddenException", "No access", 403)
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_{members['roleName']}/tester"
        key, identity = self.world.add_session(arn, "AROASSO:tester", 3600)
        return {"roleCredentials": {"accessKeyId": key, "secretAccessKey": identity.secret, "sessionToken": identity.token,
                                    "expiration": int(identity.expires.timestamp() * 1000)}}


class SsoOidc(Service):
    def __init__(self, world):
        super().__init__(world)
        self.refresh_tokens = {}  # token -> (client id, client secret)

    def control_refresh(self, body):
        self.refresh_tokens[body["refreshToken"]] = (body["clientId"], body["clientSecret"])

    def create_token(self, members, call):
        if members["grantType"] != "refresh_token":
            raise ServiceError("UnsupportedGrantTypeException", "only refresh_token is known here")
        client = (members["clientId"], members["clientSecret"])
        if self.refresh_tokens.get(members.get("refreshToken")) != client:
            raise ServiceError("InvalidGrantException", "Invalid refresh token provided")
        token = "aoa" + secrets.token_urlsafe(24)
        self.world.services["sso"].tokens.add(token)
        return {"accessToken": token, "tokenType": "Bearer", "expiresIn": 28800, "refreshToken": members["refreshToken"]}
