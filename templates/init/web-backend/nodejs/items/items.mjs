const answer = (statusCode, body) => ({
  statusCode,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

const itemOf = (body) => {
  try {
    const { id, name } = JSON.parse(body);
    return id === undefined || name === undefined ? undefined : { id: `${id}`, name: `${name}` };
  } catch {
    return undefined;
  }
};

/** Answers a request of the REST API from the table. */
export const handle = async (table, event) => {
  if (event.httpMethod === "POST") {
    const item = itemOf(event.body);
    if (item === undefined) {
      return answer(400, { message: "an item is an object with id and name" });
    }
    await table.put(item);
    return answer(201, item);
  }
  if (event.pathParameters) {
    const item = await table.get(event.pathParameters.id);
    return item ? answer(200, item) : answer(404, { message: "there is no such item" });
  }
  return answer(200, await table.list());
};
