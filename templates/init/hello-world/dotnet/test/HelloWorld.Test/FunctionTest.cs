using Amazon.Lambda.APIGatewayEvents;
using Xunit;

namespace HelloWorld.Tests;

public class FunctionTest
{
    [Fact]
    public void GreetsTheOneWhoIsNamed()
    {
        var request = new APIGatewayProxyRequest
        {
            QueryStringParameters = new Dictionary<string, string> { ["name"] = "Ada" },
        };
        var answer = new Function().FunctionHandler(request, null!);
        Assert.Equal(200, answer.StatusCode);
        Assert.Equal("{\"message\":\"hello Ada\"}", answer.Body);
    }

    [Fact]
    public void GreetsTheWorldWithoutAName()
    {
        var answer = new Function().FunctionHandler(new APIGatewayProxyRequest(), null!);
        Assert.Equal("{\"message\":\"hello world\"}", answer.Body);
    }
}
