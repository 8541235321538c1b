/** Runs every night; the time it is for is in the event, also when it runs late or again. */
export const lambdaHandler = async (event) => {
  const day = new Date(event.time).toISOString().slice(0, 10);
  console.log(`the job of ${day} runs`);
  return { day };
};
