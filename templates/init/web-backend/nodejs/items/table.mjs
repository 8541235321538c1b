import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";

// AWS_ENDPOINT_URL_DYNAMODB points it at a local DynamoDB.
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const TableName = process.env.TABLE;

/** The table of this stack. */
export const table = {
  put: (Item) => client.send(new PutCommand({ TableName, Item })),
  get: async (id) => (await client.send(new GetCommand({ TableName, Key: { id } }))).Item,
  list: async () => (await client.send(new ScanCommand({ TableName }))).Items,
};
