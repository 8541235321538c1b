"""`/usr/bin/python3 -m aws`: prints {"endpoint": "http://127.0.0.1:PORT"} and serves until it is stopped."""
import argparse
import sys

from .server import describe, serve
from .services import SERVICES
from .world import ACCESS_KEY, SECRET_KEY, World


def main():
    parser = argparse.ArgumentParser(prog="aws", description="A stateful stand-in for AWS")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--violations", help="file that gets a line for every request that fits no model")
    parser.add_argument("--access-key", default=ACCESS_KEY)
    parser.add_argument("--secret-key", default=SECRET_KEY)
    parser.add_argument("--step-seconds", type=float, default=0.01, help="how long CloudFormation takes a resource")
    parser.add_argument("--transform", help="program that turns a SAM template into CloudFormation: PROGRAM transform -t FILE")
    parser.add_argument("--registry", default="localhost:5000", help="host and port of the Docker registry behind ECR")
    options = parser.parse_args()
    server = serve(World(options, SERVICES), options.port)
    print(describe(server), flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
