/** Gets each message of the topic; SNS tries again when this throws. */
export const lambdaHandler = async (event) => {
  const orders = event.Records.map((record) => JSON.parse(record.Sns.Message));
  for (const { order, customer } of orders) {
    console.log(`order ${order} of ${customer}`);
  }
  return { orders: orders.map(({ order }) => order) };
};
