"""A stateful stand-in for AWS, driven by the service models of Debian's python3-botocore.

Every request is signed, parsed and checked as the service's model says; a request that does not fit is
refused and noted as a violation. Replies are written from the model as well. Run it as
`/usr/bin/python3 -m aws` with this folder's parent on the path; tests use `aws_server.py` beside it.
"""
