#!/usr/bin/python3
"""Debian's AWS CLI with every request sent to $ENDPOINT: `aws cloudformation package` passes over --endpoint-url for S3.

For servers that do not check signatures, which are those of the host that was meant.
"""
import os
import sys
import urllib.parse

from awscli.clidriver import main  # first: it finds the botocore that it wants
from botocore.httpsession import URLLib3Session

send = URLLib3Session.send


def to_endpoint(self, request):
    parts = urllib.parse.urlsplit(request.url)
    request.url = os.environ["ENDPOINT"] + parts.path + ("?" + parts.query if parts.query else "")
    return send(self, request)


URLLib3Session.send = to_endpoint
sys.exit(main())
