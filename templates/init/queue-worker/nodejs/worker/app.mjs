/** One job; whatever it throws sends the job back to the queue. */
const work = async ({ task, count }) => {
  console.log(`doing ${task} ${count} times`);
};

/** Does the jobs of a batch and names those that failed: only they come again. */
export const lambdaHandler = async (event) => {
  const batchItemFailures = [];
  for (const { messageId, body } of event.Records) {
    try {
      await work(JSON.parse(body));
    } catch (error) {
      console.error(`job ${messageId} failed:`, error);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};
