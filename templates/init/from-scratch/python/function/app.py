def lambda_handler(event, context):
    """Gets whatever it is invoked with; what it returns is the answer."""
    return {"greeting": f"hello {event.get('name', 'world')}"}
