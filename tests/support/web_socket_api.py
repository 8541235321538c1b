"""A WebSocket API in a template, whose routes one function serves."""

API = """\
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Chat, StageName: prod, AutoDeploy: true}
  Call:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FUNCTION.Arn}/invocations
"""

ROUTE = """\
  {name}:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Chat, RouteKey: {key}, Target: !Sub 'integrations/${{Call}}'{more}}}
"""

RESPONSE = ", RouteResponseSelectionExpression: $default"


def route(name, key, more=""):
    return ROUTE.format(name=name, key=key, more=more)


def web_socket_api(function, routes):
    """Resources of a template: the API Chat, and of each route its logical id, its key and what more it says."""
    return API.replace("FUNCTION", function) + "".join(route(*row) for row in routes)
