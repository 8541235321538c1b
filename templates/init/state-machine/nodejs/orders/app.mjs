export const LIMIT = 1000;

/** The first state: whether the order is taken. */
export const check = async (order) => ({
  ...order,
  accepted: order.amount > 0 && order.amount <= LIMIT,
});

/** What happens to an order that is taken. */
export const take = async ({ order, amount }) => {
  console.log(`taking order ${order} of ${amount}`);
  return { order, status: "taken" };
};
