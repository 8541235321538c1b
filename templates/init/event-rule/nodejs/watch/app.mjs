/** Gets the events that the rule lets through: instances that have come to a stop. */
export const lambdaHandler = async (event) => {
  const { "instance-id": instance, state } = event.detail;
  console.log(`${instance} in ${event.region} is ${state}`);
  return { instance, state };
};
