import json
import os


def table():
    """The table of this stack; AWS_ENDPOINT_URL_DYNAMODB points it at a local one."""
    import boto3

    endpoint = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
    return boto3.resource("dynamodb", endpoint_url=endpoint).Table(os.environ["TABLE"])


def answer(status, body):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body, default=str),
    }


def put(items, event):
    try:
        item = json.loads(event["body"] or "")
        known = {"id": str(item["id"]), "name": str(item["name"])}
    except (ValueError, KeyError, TypeError):
        return answer(400, {"message": "an item is an object with id and name"})
    items.put_item(Item=known)
    return answer(201, known)


def get(items, event):
    item = items.get_item(Key={"id": event["pathParameters"]["id"]}).get("Item")
    return answer(200, item) if item else answer(404, {"message": "there is no such item"})


def handle(items, event):
    if event["httpMethod"] == "POST":
        return put(items, event)
    if event.get("pathParameters"):
        return get(items, event)
    return answer(200, items.scan()["Items"])


def lambda_handler(event, context):
    return handle(table(), event)
