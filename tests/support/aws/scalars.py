"""Text of the wire to values of the model's scalar types, strictly."""
import base64
import binascii
import datetime
import email.utils
import re

from .errors import Malformed

NUMBERS = {"integer": int, "long": int, "float": float, "double": float, "bigdecimal": float}


def from_text(shape, text, where):
    kind = shape.type_name
    if kind in ("string", "character"):
        return text
    if kind in ("integer", "long"):
        if not re.fullmatch(r"-?\d+", text):
            raise Malformed(f"{where}: {text!r} is no integer")
        return int(text)
    if kind in NUMBERS:
        try:
            return float(text)
        except ValueError:
            raise Malformed(f"{where}: {text!r} is no number") from None
    if kind == "boolean":
        if text not in ("true", "false"):
            raise Malformed(f"{where}: {text!r} is no boolean")
        return text == "true"
    if kind == "blob":
        return from_base64(text, where)
    if kind == "timestamp":
        return time_from_text(shape, text, where)
    raise Malformed(f"{where}: a {kind} cannot be text")


def from_base64(text, where):
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Malformed(f"{where}: not base64") from None


def time_from_text(shape, text, where):
    form = shape.serialization.get("timestampFormat")
    try:
        if form == "unixTimestamp":
            return datetime.datetime.fromtimestamp(float(text), datetime.timezone.utc)
        if form == "rfc822" or re.match(r"[A-Z][a-z]{2},", text):
            return email.utils.parsedate_to_datetime(text)
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (ValueError, TypeError):
        raise Malformed(f"{where}: {text!r} is no time") from None


def time_to_text(moment, form):
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
    moment = moment.astimezone(datetime.timezone.utc)
    if form == "rfc822":
        return email.utils.format_datetime(moment, usegmt=True)
    if form == "unixTimestamp":
        return round(moment.timestamp(), 3)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
