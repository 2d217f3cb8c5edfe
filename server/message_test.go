package server_test

import (
	"context"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/server"
)

func TestHandlersOfPointersToPointersAreRejected(t *testing.T) {
	r := serve(t)
	for name, err := range map[string]error{
		"Req":        server.Handle(r.Server, "S/m", func(context.Context, **hello) (*greeting, error) { return nil, nil }),
		"Resp":       server.Handle(r.Server, "S/m", func(context.Context, *hello) (**greeting, error) { return nil, nil }),
		"a stream's": server.HandleStream(r.Server, "S/m", func(context.Context, *server.Stream[*hello, greeting]) error { return nil }),
	} {
		if err == nil || !strings.Contains(err.Error(), "write it without the pointer, server_test.") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
