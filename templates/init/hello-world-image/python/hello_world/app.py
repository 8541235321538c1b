import json


def lambda_handler(event, context):
    """Answers GET /hello?name=NAME of a REST API (payload format 1.0)."""
    name = (event.get("queryStringParameters") or {}).get("name", "world")
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"message": f"hello {name}"}),
    }
