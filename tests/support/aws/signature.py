"""Checks signature version 4 with botocore's signer: header, pre-signed URL, chunked payloads."""
import calendar
import datetime
import hashlib
import hmac
import re
import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .checksums import check_trailer
from .errors import ServiceError
from .request import now

ALLOWED_SKEW = 15 * 60
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")
SHA256 = re.compile(r"[0-9a-f]{64}")
STREAMING = {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
             "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}


class Signed:
    """Who signed, for which region and service."""

    def __init__(self, access_key, date, region, service, headers, signature):
        self.access_key, self.date, self.region, self.service = access_key, date, region, service
        self.headers, self.signature = headers, signature


def read_scope(request):
    """What the request says about its signature; None when it is not signed."""
    header = request.header("authorization")
    if header is not None:
        match = AUTHORIZATION.fullmatch(header)
        if not match:
            raise ServiceError("IncompleteSignature", f"Authorization header is not as specified: {header!r}", 403)
        key, date, region, service, names, signature = match.groups()
        return Signed(key, date, region, service, names.split(";"), signature)
    if request.query_value("X-Amz-Signature"):
        key, date, region, service, _ = request.query_value("X-Amz-Credential").split("/")
        return Signed(key, date, region, service, request.query_value("X-Amz-SignedHeaders").split(";"),
                      request.query_value("X-Amz-Signature"))
    return None


class _Signer:
    """botocore's, with every request rebuilt from what was signed."""

    def __init__(self, signed, secret):
        flavour = botocore.auth.S3SigV4Auth if signed.service == "s3" else botocore.auth.SigV4Auth
        self.auth = flavour(Credentials(signed.access_key, secret), signed.service, signed.region)
        self.signed = signed

    def signature(self, request, timestamp, payload_hash):
        target = request.target
        if request.query_value("X-Amz-Signature"):
            target = re.sub(r"&X-Amz-Signature=[0-9a-f]+|X-Amz-Signature=[0-9a-f]+&", "", target)
        rebuilt = AWSRequest(request.method, "http://" + request.header("host", "") + target)
        for name in self.signed.headers:
            rebuilt.headers[name] = re.sub(r" +", " ", request.header(name, "").strip())
        rebuilt.context["timestamp"] = timestamp
        path, _, query = target.partition("?")
        canonical = "\n".join([
            request.method, self._path(path or "/"), self._query(query),
            self.auth.canonical_headers(rebuilt.headers) + "\n", ";".join(sorted(self.signed.headers)), payload_hash])
        return self.auth.signature(self.auth.string_to_sign(rebuilt, canonical), rebuilt)

    def _path(self, path):
        return self.auth._normalize_url_path(path)  # pylint: disable=protected-access

    @staticmethod
    def _query(query):
        pairs = urllib.parse.parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)
        encoded = sorted((urllib.parse.quote(k, safe="-_.~"), urllib.parse.quote(v, safe="-_.~")) for k, v in pairs)
        return "&".join(f"{k}={v}" for k, v in encoded)


def check(request, signed, keys, clock=now):
    """Raises unless the signature holds; gives the identity of the key. `request.body` may be decoded in place."""
    identity = keys.get(signed.access_key)
    s3 = signed.service == "s3"
    if identity is None:
        raise ServiceError("InvalidAccessKeyId" if s3 else "InvalidClientTokenId",
                           "The security token included in the request is invalid.", 403)
    token = request.header("x-amz-security-token") or request.query_value("X-Amz-Security-Token")
    if (identity.token or None) != (token or None):
        raise ServiceError("InvalidToken" if s3 else "InvalidClientTokenId",
                           "The security token included in the request is invalid.", 403)
    if identity.expires is not None and clock() >= identity.expires:
        raise ServiceError("ExpiredToken", "The security token included in the request is expired", 400 if s3 else 403)
    presigned = request.header("authorization") is None
    timestamp = request.query_value("X-Amz-Date") if presigned else request.header("x-amz-date")
    if not timestamp or not re.fullmatch(r"\d{8}T\d{6}Z", timestamp) or timestamp[:8] != signed.date:
        raise ServiceError("IncompleteSignature", "X-Amz-Date is missing or differs from the credential scope", 403)
    _check_time(request, timestamp, presigned, s3, clock)
    _check_signed_headers(request, signed)
    payload_hash = "UNSIGNED-PAYLOAD" if presigned else _payload_hash(request, s3)
    signer = _Signer(signed, identity.secret)
    if not hmac.compare_digest(signer.signature(request, timestamp, payload_hash), signed.signature):
        raise _mismatch(s3)
    if payload_hash in STREAMING:
        request.body = _decode_chunks(request, signed, signer.auth, timestamp, payload_hash)
    return identity


def _mismatch(s3):
    return ServiceError("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you "
                        "provided. Check your " + ("key and signing method." if s3 else
                                                   "AWS Secret Access Key and signing method."), 403)


def _check_time(request, timestamp, presigned, s3, clock):
    sent = datetime.datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ")
    age = clock().timestamp() - calendar.timegm(sent.timetuple())
    if presigned:
        if not -ALLOWED_SKEW <= age <= int(request.query_value("X-Amz-Expires") or 0):
            raise ServiceError("AccessDenied", "Request has expired", 403)
    elif abs(age) > ALLOWED_SKEW:
        if s3:
            raise ServiceError("RequestTimeTooSkewed",
                               "The difference between the request time and the current time is too large.", 403)
        state = "expired" if age > 0 else "not yet current"
        raise ServiceError("SignatureDoesNotMatch", f"Signature {state}: {timestamp}", 403)


def _check_signed_headers(request, signed):
    if "host" not in signed.headers:
        raise ServiceError("SignatureDoesNotMatch", "'Host' must be a 'SignedHeader' in the AWS Authorization.", 403)
    unsigned = [n for n in request.headers if n.startswith("x-amz-") and n not in signed.headers
                and n != "x-amz-content-sha256"]
    if unsigned and signed.service == "s3":
        raise ServiceError("AccessDenied", "There were headers present in the request which were not signed: "
                           + ", ".join(unsigned), 403)


def _payload_hash(request, s3):
    actual = hashlib.sha256(request.body).hexdigest()
    said = request.header("x-amz-content-sha256")
    if not s3:
        return actual if said is None or said == actual else said
    if said is None:
        raise ServiceError("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
    if said in STREAMING or said == "UNSIGNED-PAYLOAD":
        return said
    if not SHA256.fullmatch(said):
        raise ServiceError("InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a streaming form, or a SHA-256")
    if said != actual:
        raise ServiceError("XAmzContentSHA256Mismatch",
                           "The provided 'x-amz-content-sha256' header does not match what was computed.")
    return said


def _decode_chunks(request, signed, auth, timestamp, payload_hash):
    """The body of an aws-chunked upload; chunk signatures, its length and the trailing checksum are checked."""
    wire, body, previous = request.body, b"", signed.signature
    while True:
        line, _, wire = wire.partition(b"\r\n")
        size_text, _, extension = line.partition(b";")
        size = int(size_text, 16)
        data, wire = wire[:size], wire[size:]
        if payload_hash.startswith("STREAMING-AWS4"):
            said = extension.decode().partition("chunk-signature=")[2]
            text = "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", timestamp, f"{signed.date}/{signed.region}/s3/aws4_request",
                              previous, hashlib.sha256(b"").hexdigest(), hashlib.sha256(data).hexdigest()])
            rebuilt = AWSRequest("PUT", "http://x/")
            rebuilt.context["timestamp"] = timestamp
            previous = auth.signature(text, rebuilt)
            if said != previous:
                raise _mismatch(True)
        body += data
        if size == 0:
            break
        wire = wire[2:]
    length = request.header("x-amz-decoded-content-length")
    if length is None or int(length) != len(body):
        raise ServiceError("IncompleteBody", "You did not provide the number of bytes specified by x-amz-decoded-content-length")
    if payload_hash.endswith("TRAILER"):
        check_trailer(request.header("x-amz-trailer"), wire, body)
    return body
