import json


def work(job):
    """One job; whatever it raises sends the job back to the queue."""
    print(f"doing {job['task']} {job['count']} times")


def lambda_handler(event, context):
    """Does the jobs of a batch and names those that failed: only they come again."""
    failures = []
    for record in event["Records"]:
        try:
            work(json.loads(record["body"]))
        except Exception as error:
            print(f"job {record['messageId']} failed: {error!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
