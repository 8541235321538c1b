import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";

/** Answers GET /hello?name=NAME of a REST API (payload format 1.0). */
export const lambdaHandler = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
  const name = event.queryStringParameters?.name ?? "world";
  return {
    statusCode: 200,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ message: `hello ${name}` }),
  };
};
