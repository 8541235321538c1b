"""Signer: jobs that copy the source and succeed at the second look. A profile named Broken* fails."""
import uuid

from ..errors import ServiceError
from ..request import now
from ..world import ACCOUNT, Service


class Signer(Service):
    def __init__(self, world):
        super().__init__(world)
        self.jobs = {}

    def start_signing_job(self, members, call):
        source, target = members["source"]["s3"], members["destination"]["s3"]
        s3 = self.world.services["s3"]
        version = s3._version(s3.buckets[source["bucketName"]], source["key"], source["version"])
        job_id = str(uuid.uuid4())
        key = f"{target.get('prefix', '')}{job_id}.zip"
        s3._store(s3.buckets[target["bucketName"]], key, version.body, version.etag, {})
        self.jobs[job_id] = {"polls": 0, "profile": members["profileName"], "source": members["source"],
                             "signed": {"s3": {"bucketName": target["bucketName"], "key": key}}, "time": now()}
        return {"jobId": job_id, "jobOwner": ACCOUNT}

    def describe_signing_job(self, members, call):
        job = self.jobs.get(members["jobId"])
        if job is None:
            raise ServiceError("ResourceNotFoundException", "The specified job does not exist", 404)
        job["polls"] += 1
        result = {"jobId": members["jobId"], "source": job["source"], "profileName": job["profile"], "createdAt": job["time"]}
        if job["polls"] < 2:
            return {**result, "status": "InProgress"}
        if job["profile"].startswith("Broken"):
            return {**result, "status": "Failed", "statusReason": "the profile was revoked"}
        return {**result, "status": "Succeeded", "signedObject": job["signed"], "completedAt": now()}
