"""S3: buckets of a region, objects with versions, multipart uploads."""
import dataclasses
import datetime
import hashlib
import secrets

from ..checksums import check_headers
from ..errors import ServiceError
from ..request import now
from ..world import ACCOUNT, Service

SMALLEST_PART = 5 * 1024 * 1024
# Request members that come back with the object.
KEPT = ("ContentType", "ContentEncoding", "CacheControl", "ContentDisposition", "ContentLanguage", "Metadata",
        "ServerSideEncryption", "SSEKMSKeyId", "ChecksumCRC32", "ChecksumSHA1", "ChecksumSHA256")


@dataclasses.dataclass
class Version:
    id: str
    body: bytes
    etag: str
    kept: dict
    time: datetime.datetime
    is_delete_marker: bool = False
    tags: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Upload:
    key: str
    kept: dict
    parts: dict
    time: datetime.datetime


@dataclasses.dataclass
class Bucket:
    region: str
    created: datetime.datetime
    versioning: str | None = None
    objects: dict = dataclasses.field(default_factory=dict)  # key -> versions, oldest first
    uploads: dict = dataclasses.field(default_factory=dict)


class S3(Service):
    def __init__(self, world):
        super().__init__(world)
        self.buckets = {}

    # For other services and for tests.

    def create(self, name, region, versioning=None):
        self.buckets[name] = Bucket(region, now(), versioning)

    def read(self, bucket, key, version=None):
        """The bytes of an object; raises as GetObject does."""
        if bucket not in self.buckets:
            raise _no_bucket(bucket)
        return self._version(self.buckets[bucket], key, version).body

    def control_uploads(self, body):
        """Multipart uploads that were neither completed nor aborted."""
        return [{"bucket": name, "key": upload.key, "parts": len(upload.parts)}
                for name, bucket in self.buckets.items() for upload in bucket.uploads.values()]

    def control_create(self, body):
        self.create(body["bucket"], body.get("region", "us-east-1"), body.get("versioning"))

    def control_objects(self, body):
        return [{"key": key, "size": len(versions[-1].body), "etag": versions[-1].etag, **versions[-1].kept}
                for key, versions in self.buckets[body["bucket"]].objects.items() if not versions[-1].is_delete_marker]

    # Buckets.

    def _bucket(self, members, call):
        bucket = self.buckets.get(members["Bucket"])
        if bucket is None:
            raise _no_bucket(members["Bucket"], call)
        if bucket.region != call.region:
            raise ServiceError(
                "301" if call.request.method == "HEAD" else "PermanentRedirect",
                "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future "
                "requests to this endpoint.", 301, {"x-amz-bucket-region": bucket.region},
                Endpoint=f"s3.{bucket.region}.amazonaws.com", Bucket=members["Bucket"])
        return bucket

    def create_bucket(self, members, call):
        region = members.get("CreateBucketConfiguration", {}).get("LocationConstraint", "us-east-1")
        if region != call.region:
            raise ServiceError("IllegalLocationConstraintException",
                               f"The {region} location constraint is incompatible for the region specific endpoint this "
                               "request was sent to.")
        if members["Bucket"] in self.buckets and region != "us-east-1":
            raise ServiceError("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you "
                               "already own it.", 409)
        self.buckets.setdefault(members["Bucket"], Bucket(region, now()))
        return {"Location": "/" + members["Bucket"]}

    def delete_bucket(self, members, call):
        bucket = self._bucket(members, call)
        if any(bucket.objects.values()):
            raise ServiceError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409)
        del self.buckets[members["Bucket"]]

    def head_bucket(self, members, call):
        self._bucket(members, call)

    def list_buckets(self, members, call):
        return {"Buckets": [{"Name": name, "CreationDate": bucket.created} for name, bucket in sorted(self.buckets.items())],
                "Owner": {"ID": ACCOUNT}}

    def get_bucket_location(self, members, call):
        bucket = self.buckets.get(members["Bucket"])
        if bucket is None:
            raise _no_bucket(members["Bucket"])
        return {"LocationConstraint": None if bucket.region == "us-east-1" else bucket.region}

    def put_bucket_versioning(self, members, call):
        self._bucket(members, call).versioning = members["VersioningConfiguration"]["Status"]

    def get_bucket_versioning(self, members, call):
        versioning = self._bucket(members, call).versioning
        return {"Status": versioning} if versioning else {}

    # Objects.

    def _version(self, bucket, key, version_id=None):
        versions = bucket.objects.get(key, [])
        if version_id is not None:
            found = next((v for v in versions if v.id == version_id), None)
            if found is None:
                raise ServiceError("NoSuchVersion", "The specified version does not exist.", 404, Key=key, VersionId=version_id)
            return found
        if not versions or versions[-1].is_delete_marker:
            raise ServiceError("NoSuchKey", "The specified key does not exist.", 404, Key=key)
        return versions[-1]

    def _store(self, bucket, key, body, etag, kept):
        version = Version(secrets.token_urlsafe(24) if bucket.versioning else "null", body, etag, kept, now())
        versions = bucket.objects.setdefault(key, [])
        if bucket.versioning != "Enabled":
            versions[:] = [v for v in versions if v.id != "null"]
        versions.append(version)
        result = {"ETag": f'"{etag}"', **{n: v for n, v in kept.items() if n in ("ServerSideEncryption", "SSEKMSKeyId")}}
        if bucket.versioning:
            result["VersionId"] = version.id
        return result

    def put_object(self, members, call):
        bucket = self._bucket(members, call)
        check_headers(call.request)
        body = members.get("Body", b"")
        _check_encryption(members)
        kept = {name: members[name] for name in KEPT if name in members}
        return self._store(bucket, members["Key"], body, hashlib.md5(body).hexdigest(), kept)

    def copy_object(self, members, call):
        source, _, key = members["CopySource"].lstrip("/").partition("/")
        found = self._version(self.buckets[source], key)
        stored = self._store(self._bucket(members, call), members["Key"], found.body, found.etag, found.kept)
        return {"CopyObjectResult": {"ETag": stored["ETag"], "LastModified": now()}}

    def head_object(self, members, call):
        bucket = self._bucket(members, call)
        try:
            version = self._version(bucket, members["Key"], members.get("VersionId"))
        except ServiceError as error:
            raise ServiceError("404", "Not Found", 404) from error
        return _describe(bucket, version)

    def get_object(self, members, call):
        bucket = self._bucket(members, call)
        version = self._version(bucket, members["Key"], members.get("VersionId"))
        result, body = _describe(bucket, version), version.body
        if "Range" in members:
            first, _, last = members["Range"].removeprefix("bytes=").partition("-")
            begin = int(first) if first else max(0, len(body) - int(last))
            end = int(last) + 1 if first and last else len(body)
            if begin >= len(body):
                raise ServiceError("InvalidRange", "The requested range is not satisfiable", 416)
            part = body[begin:end]
            result.update(ContentRange=f"bytes {begin}-{begin + len(part) - 1}/{len(body)}", ContentLength=len(part))
            body = part
        return {**result, "Body": body}

    def delete_object(self, members, call):
        return self._delete(self._bucket(members, call), members["Key"], members.get("VersionId"))

    @staticmethod
    def _delete(bucket, key, version_id):
        versions = bucket.objects.get(key, [])
        if version_id is None and bucket.versioning == "Enabled":
            marker = Version(secrets.token_urlsafe(24), b"", "", {}, now(), is_delete_marker=True)
            bucket.objects.setdefault(key, []).append(marker)
            return {"DeleteMarker": True, "VersionId": marker.id}
        versions[:] = [v for v in versions if v.id != (version_id or "null")]
        if not versions:
            bucket.objects.pop(key, None)
        return {"VersionId": version_id} if version_id else {}

    def delete_objects(self, members, call):
        bucket = self._bucket(members, call)
        check_headers(call.request)
        deleted = []
        for item in members["Delete"]["Objects"]:
            self._delete(bucket, item["Key"], item.get("VersionId"))
            deleted.append({"Key": item["Key"]})
        return {} if members["Delete"].get("Quiet") else {"Deleted": deleted}

    def get_object_tagging(self, members, call):
        bucket = self._bucket(members, call)
        version = self._version(bucket, members["Key"], members.get("VersionId"))
        return {"TagSet": version.tags, **({"VersionId": version.id} if bucket.versioning else {})}

    def put_object_tagging(self, members, call):
        self._version(self._bucket(members, call), members["Key"]).tags = members["Tagging"]["TagSet"]

    def list_objects_v2(self, members, call):
        bucket, prefix = self._bucket(members, call), members.get("Prefix", "")
        after = members.get("ContinuationToken") or members.get("StartAfter", "")
        limit = members.get("MaxKeys", 1000)
        result = _page(bucket, prefix, members.get("Delimiter"), after, min(limit, 1000))
        result.update(Name=members["Bucket"], Prefix=prefix, MaxKeys=limit,
                      KeyCount=len(result["Contents"]) + len(result.get("CommonPrefixes", [])))
        if result["IsTruncated"]:
            result["NextContinuationToken"] = result.pop("last")
        result.pop("last", None)
        return result

    def list_object_versions(self, members, call):
        bucket, versions, markers = self._bucket(members, call), [], []
        for key, all_of_key in sorted(bucket.objects.items()):
            if key.startswith(members.get("Prefix", "")):
                for version in reversed(all_of_key):
                    row = {"Key": key, "VersionId": version.id, "IsLatest": version is all_of_key[-1], "LastModified": version.time}
                    if version.is_delete_marker:
                        markers.append(row)
                    else:
                        versions.append({**row, "ETag": f'"{version.etag}"', "Size": len(version.body)})
        return {"Name": members["Bucket"], "Versions": versions, "DeleteMarkers": markers, "IsTruncated": False}

    # Multipart uploads.

    def _upload(self, bucket, members):
        upload = bucket.uploads.get(members["UploadId"])
        if upload is None or upload.key != members["Key"]:
            raise ServiceError("NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload "
                               "may have been aborted or completed.", 404, UploadId=members["UploadId"])
        return upload

    def create_multipart_upload(self, members, call):
        bucket = self._bucket(members, call)
        _check_encryption(members)
        upload_id = secrets.token_urlsafe(30)
        bucket.uploads[upload_id] = Upload(members["Key"], {n: members[n] for n in KEPT if n in members}, {}, now())
        return {"Bucket": members["Bucket"], "Key": members["Key"], "UploadId": upload_id}

    def upload_part(self, members, call):
        bucket = self._bucket(members, call)
        upload = self._upload(bucket, members)
        if not 1 <= members["PartNumber"] <= 10000:
            raise ServiceError("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        check_headers(call.request)
        body = members.get("Body", b"")
        etag = hashlib.md5(body).hexdigest()
        upload.parts[members["PartNumber"]] = (etag, body)
        return {"ETag": f'"{etag}"', **{n: members[n] for n in members if n.startswith("ChecksumCRC") or n.startswith("ChecksumSHA")}}

    def complete_multipart_upload(self, members, call):
        bucket = self._bucket(members, call)
        upload = self._upload(bucket, members)
        named = members.get("MultipartUpload", {}).get("Parts", [])
        numbers = [part["PartNumber"] for part in named]
        if not named or numbers != sorted(set(numbers)):
            raise ServiceError("InvalidPartOrder", "The list of parts was not in ascending order.")
        for part in named:
            if part["PartNumber"] not in upload.parts or upload.parts[part["PartNumber"]][0] != part["ETag"].strip('"'):
                raise ServiceError("InvalidPart", "One or more of the specified parts could not be found.")
        bodies = [upload.parts[number][1] for number in numbers]
        if any(len(body) < SMALLEST_PART for body in bodies[:-1]):
            raise ServiceError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        digests = b"".join(bytes.fromhex(upload.parts[number][0]) for number in numbers)
        del bucket.uploads[members["UploadId"]]
        etag = f"{hashlib.md5(digests).hexdigest()}-{len(numbers)}"
        stored = self._store(bucket, upload.key, b"".join(bodies), etag, upload.kept)
        return {"Location": f"{self.world.endpoint}/{members['Bucket']}/{upload.key}", "Bucket": members["Bucket"],
                "Key": upload.key, **stored}

    def abort_multipart_upload(self, members, call):
        bucket = self._bucket(members, call)
        self._upload(bucket, members)
        del bucket.uploads[members["UploadId"]]

    def list_multipart_uploads(self, members, call):
        bucket = self._bucket(members, call)
        return {"Bucket": members["Bucket"], "IsTruncated": False,
                "Uploads": [{"UploadId": i, "Key": u.key, "Initiated": u.time} for i, u in bucket.uploads.items()]}

    def list_parts(self, members, call):
        upload = self._upload(self._bucket(members, call), members)
        return {"Bucket": members["Bucket"], "Key": members["Key"], "UploadId": members["UploadId"], "IsTruncated": False,
                "Parts": [{"PartNumber": n, "ETag": f'"{e}"', "Size": len(b)} for n, (e, b) in sorted(upload.parts.items())]}


def _no_bucket(name, call=None):
    code = "404" if call and call.request.method == "HEAD" else "NoSuchBucket"
    return ServiceError(code, "The specified bucket does not exist", 404, BucketName=name)


def _check_encryption(members):
    if "SSEKMSKeyId" in members and members.get("ServerSideEncryption") != "aws:kms":
        raise ServiceError("InvalidArgument", "Server Side Encryption with AWS KMS managed key requires HTTP header "
                           "x-amz-server-side-encryption : aws:kms")


def _describe(bucket, version):
    if version.is_delete_marker:
        raise ServiceError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
    result = {"ContentLength": len(version.body), "ETag": f'"{version.etag}"', "LastModified": version.time,
              "AcceptRanges": "bytes", "ContentType": "binary/octet-stream", **version.kept}
    if bucket.versioning:
        result["VersionId"] = version.id
    return result


def _page(bucket, prefix, delimiter, after, limit):
    contents, prefixes, last, more = [], [], "", False
    for key in sorted(bucket.objects):
        if not key.startswith(prefix) or key <= after or bucket.objects[key][-1].is_delete_marker:
            continue
        if delimiter and delimiter in key[len(prefix):]:
            common = prefix + key[len(prefix):].partition(delimiter)[0] + delimiter
            if common in prefixes or common <= after:
                continue
            entry, into = common, prefixes
        else:
            entry, into = key, contents
        if len(contents) + len(prefixes) == limit:
            more = True
            break
        into.append(entry)
        last = key
    rows = [{"Key": key, "LastModified": bucket.objects[key][-1].time, "ETag": f'"{bucket.objects[key][-1].etag}"',
             "Size": len(bucket.objects[key][-1].body), "StorageClass": "STANDARD"} for key in contents]
    return {"Contents": rows, "CommonPrefixes": [{"Prefix": p} for p in prefixes], "IsTruncated": more, "last": last}
