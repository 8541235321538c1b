/**
 * GET /profile tells the caller who they are; GET /health is open to all (payload format 2.0).
 * The API has checked the token before this runs: its claims can be trusted.
 */
export const lambdaHandler = async (event) => {
  if (event.rawPath.endsWith("/health")) {
    return { status: "ok" };
  }
  const { sub, iss } = event.requestContext.authorizer.jwt.claims;
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject: sub, issuer: iss }),
  };
};
