package main

import (
	"context"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func TestHandler(t *testing.T) {
	for name, test := range map[string]struct {
		parameters map[string]string
		body       string
	}{
		"greets the one who is named":    {map[string]string{"name": "Ada"}, `{"message":"hello Ada"}`},
		"greets the world without a name": {nil, `{"message":"hello world"}`},
	} {
		t.Run(name, func(t *testing.T) {
			request := events.APIGatewayProxyRequest{QueryStringParameters: test.parameters}
			answer, err := handler(context.Background(), request)
			if err != nil || answer.StatusCode != 200 || answer.Body != test.body {
				t.Fatalf("got %+v, %v", answer, err)
			}
		})
	}
}
