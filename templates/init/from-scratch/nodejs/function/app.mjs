/** Gets whatever it is invoked with; what it returns is the answer. */
export const lambdaHandler = async (event) => ({ greeting: `hello ${event.name ?? "world"}` });
