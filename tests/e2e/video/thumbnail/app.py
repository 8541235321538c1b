"""Cuts a frame of every uploaded video and stores it beside it as JPEG."""

import os
import subprocess
import tempfile
import urllib.parse

import boto3
from botocore.config import Config

s3 = boto3.client(
    "s3",
    endpoint_url=os.environ["S3_ENDPOINT"],
    config=Config(s3={"addressing_style": "path"}),
)


def lambda_handler(event, context):
    thumbnails = []
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        with tempfile.TemporaryDirectory() as folder:
            video = os.path.join(folder, "video")
            frame = os.path.join(folder, "frame.jpg")
            s3.download_file(bucket, key, video)
            subprocess.run(
                ["ffmpeg", "-loglevel", "error", "-i", video, "-frames:v", "1", "-f", "image2", frame], check=True
            )
            thumbnail = key.rsplit(".", 1)[0] + ".jpg"
            s3.upload_file(frame, bucket, thumbnail, ExtraArgs={"ContentType": "image/jpeg"})
            thumbnails.append(thumbnail)
    return {"thumbnails": thumbnails}
