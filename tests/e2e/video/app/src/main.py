"""Answers with a pre-signed URL that takes one video by PUT."""

import json
import os

import boto3
from botocore.config import Config
from videonames import object_key  # from requirements.txt

s3 = boto3.client(
    "s3",
    endpoint_url=os.environ["S3_ENDPOINT"],
    config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
)


def lambda_handler(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "video.mp4")
    key = object_key(name)
    url = s3.generate_presigned_url(
        "put_object",
        Params={"Bucket": os.environ["BUCKET"], "Key": key},
        ExpiresIn=int(os.environ["URL_EXPIRES_SECONDS"]),
    )
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"url": url, "key": key, "requestId": context.aws_request_id}),
    }
