"""Checksums that S3 verifies."""
import base64
import hashlib
import zlib

from .errors import ServiceError

ALGORITHMS = {
    "crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "sha1": lambda data: hashlib.sha1(data).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
}


def compute(algorithm, data):
    """Base64 of the checksum; None for an algorithm the standard library lacks."""
    function = ALGORITHMS.get(algorithm.lower())
    return base64.b64encode(function(data)).decode() if function else None


def _require(algorithm, said, data):
    actual = compute(algorithm, data)
    if actual is not None and said != actual:
        raise ServiceError("BadDigest", f"The {algorithm.upper()} you specified did not match the calculated checksum.")


def check_headers(request):
    md5 = request.header("content-md5")
    if md5 is not None and base64.b64encode(hashlib.md5(request.body).digest()).decode() != md5:
        raise ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    for algorithm in ALGORITHMS:
        said = request.header(f"x-amz-checksum-{algorithm}")
        if said is not None:
            _require(algorithm, said, request.body)


def check_trailer(name, wire, data):
    """`wire` is what follows the last chunk: the header that x-amz-trailer names."""
    for line in wire.decode().split("\r\n"):
        key, _, value = line.partition(":")
        if name and key.strip().lower() == name.lower():
            _require(name.rpartition("-")[2], value.strip(), data)
            return
    raise ServiceError("MalformedTrailerError", f"The trailer {name} is missing")
