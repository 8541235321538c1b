LIMIT = 1000


def check(order, context):
    """The first state: whether the order is taken."""
    return {**order, "accepted": 0 < order["amount"] <= LIMIT}


def take(order, context):
    """What happens to an order that is taken."""
    print(f"taking order {order['order']} of {order['amount']}")
    return {"order": order["order"], "status": "taken"}
