package helloworld;

import static org.junit.Assert.assertEquals;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import java.util.Collections;
import org.junit.Test;

public class AppTest {
  @Test
  public void greetsTheOneWhoIsNamed() {
    APIGatewayProxyRequestEvent event =
        new APIGatewayProxyRequestEvent()
            .withQueryStringParameters(Collections.singletonMap("name", "Ada"));
    APIGatewayProxyResponseEvent answer = new App().handleRequest(event, null);
    assertEquals(200, answer.getStatusCode().intValue());
    assertEquals("{\"message\": \"hello Ada\"}", answer.getBody());
  }

  @Test
  public void greetsTheWorldWithoutAName() {
    APIGatewayProxyResponseEvent answer =
        new App().handleRequest(new APIGatewayProxyRequestEvent(), null);
    assertEquals("{\"message\": \"hello world\"}", answer.getBody());
  }
}
