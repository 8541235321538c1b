from datetime import datetime


def lambda_handler(event, context):
    """Runs every night; the time it is for is in the event, also when it runs late or again."""
    due = datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    print(f"the job of {due:%Y-%m-%d} runs")
    return {"day": f"{due:%Y-%m-%d}"}
