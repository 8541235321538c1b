import { Logger } from "@aws-lambda-powertools/logger";
import { MetricUnit, Metrics } from "@aws-lambda-powertools/metrics";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";

const logger = new Logger();
const metrics = new Metrics();

/** Answers GET /hello?name=NAME of a REST API (payload format 1.0). */
export const lambdaHandler = async (
  event: APIGatewayProxyEvent,
  context: Context,
): Promise<APIGatewayProxyResult> => {
  logger.addContext(context);
  const name = event.queryStringParameters?.name ?? "world";
  logger.info("greeting", { greeted: name });
  metrics.addMetric("Greetings", MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
  return {
    statusCode: 200,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ message: `hello ${name}` }),
  };
};
