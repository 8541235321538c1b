import json

import greeting  # from the layer


def lambda_handler(event, context):
    """Answers GET /hello?name=NAME of a REST API (payload format 1.0)."""
    name = (event.get("queryStringParameters") or {}).get("name", "world")
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"message": greeting.greet(name)}),
    }
