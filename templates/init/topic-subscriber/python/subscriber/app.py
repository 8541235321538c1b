import json


def lambda_handler(event, context):
    """Gets each message of the topic; SNS tries again when this raises."""
    orders = []
    for record in event["Records"]:
        order = json.loads(record["Sns"]["Message"])
        print(f"order {order['order']} of {order['customer']}")
        orders.append(order["order"])
    return {"orders": orders}
