import json


def lambda_handler(event, context):
    """GET /profile tells the caller who they are; GET /health is open to all (payload format 2.0).

    The API has checked the token before this runs: its claims can be trusted.
    """
    if event["rawPath"].endswith("/health"):
        return {"status": "ok"}
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"subject": claims["sub"], "issuer": claims["iss"]}),
    }
