require "json"

# Answers GET /hello?name=NAME of a REST API (payload format 1.0).
def lambda_handler(event:, context:)
  name = (event["queryStringParameters"] || {}).fetch("name", "world")
  {
    statusCode: 200,
    headers: { "Content-Type" => "application/json" },
    body: { message: "hello #{name}" }.to_json
  }
end
