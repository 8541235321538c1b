use lambda_http::{run, service_fn, Body, Error, Request, RequestExt, Response};
use serde_json::json;

/// Answers GET /hello?name=NAME.
async fn handler(request: Request) -> Result<Response<Body>, Error> {
    let parameters = request.query_string_parameters();
    let name = parameters.first("name").unwrap_or("world");
    Ok(Response::builder()
        .status(200)
        .header("Content-Type", "application/json")
        .body(json!({ "message": format!("hello {name}") }).to_string().into())?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    async fn body_for(parameters: HashMap<String, Vec<String>>) -> String {
        let request = Request::default().with_query_string_parameters(parameters);
        match handler(request).await.unwrap().into_body() {
            Body::Text(text) => text,
            other => panic!("not a text: {other:?}"),
        }
    }

    #[tokio::test]
    async fn greets_the_one_who_is_named() {
        let parameters = HashMap::from([("name".to_string(), vec!["Ada".to_string()])]);
        assert_eq!(body_for(parameters).await, r#"{"message":"hello Ada"}"#);
    }

    #[tokio::test]
    async fn greets_the_world_without_a_name() {
        assert_eq!(body_for(HashMap::new()).await, r#"{"message":"hello world"}"#);
    }
}
