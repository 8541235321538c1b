def lambda_handler(event, context):
    """Gets the events that the rule lets through: instances that have come to a stop."""
    instance = event["detail"]["instance-id"]
    state = event["detail"]["state"]
    print(f"{instance} in {event['region']} is {state}")
    return {"instance": instance, "state": state}
