"""The state behind all services: keys, the account, and one object a service."""
import dataclasses
import datetime
import secrets
import threading

from .faults import Faults
from .journal import Journal

ACCOUNT = "123456789012"
ACCESS_KEY, SECRET_KEY = "AKIDSAMARATEST00000", "samara/test+secret/key/of/no/account"


@dataclasses.dataclass
class Identity:
    secret: str
    arn: str
    user_id: str
    token: str | None = None
    expires: datetime.datetime | None = None
    account: str = ACCOUNT


@dataclasses.dataclass
class Call:
    """What a handler may want to know beside the members."""
    region: str
    identity: Identity | None
    request: object
    operation: str


class World:
    def __init__(self, options, services):
        self.options = options
        self.lock = threading.RLock()
        self.faults = Faults()
        self.journal = Journal(options.violations)
        self.endpoint = ""  # set once the port is known
        self.keys = {options.access_key: Identity(options.secret_key, f"arn:aws:iam::{ACCOUNT}:user/tester", "AIDATESTER")}
        self.services = {name: service(self) for name, service in services.items()}

    def __getattr__(self, name):
        try:
            return self.__dict__["services"][name.replace("_", "-") if name == "sso_oidc" else name]
        except KeyError:
            raise AttributeError(name) from None

    def add_session(self, arn, user_id, seconds):
        """Temporary credentials: (access key, identity)."""
        key = "ASIA" + secrets.token_hex(8).upper()
        expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        identity = Identity(secrets.token_urlsafe(30), arn, user_id, secrets.token_urlsafe(120), expires.replace(microsecond=0))
        self.keys[key] = identity
        return key, identity


class Service:
    def __init__(self, world):
        self.world = world
