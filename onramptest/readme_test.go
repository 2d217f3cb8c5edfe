package onramptest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/onramptest"
)

// The rest of this file stands in README.md, word for word.

// Welcome is your code. In production c is a client.
func Welcome(ctx context.Context, c client.Doer, name string) (string, error) {
	out, err := client.Call[HelloReply](ctx, c, "com.acme.Greeter/sayHello", &HelloRequest{Name: name})
	if err != nil {
		return "", fmt.Errorf("no welcome for %s: %w", name, err)
	}
	return out.Text, nil
}

func TestWelcome(t *testing.T) {
	c := onramptest.Client(t,
		onramptest.Reply("com.acme.Greeter/sayHello", &HelloReply{Text: "hello, Ada"}))

	got, err := Welcome(t.Context(), c, "Ada")
	if err != nil || got != "hello, Ada" {
		t.Errorf("got %q, %v", got, err)
	}
}
