package onramptest_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestAFakeThatIsMistakenFailsItsTestAndNamesTheRule(t *testing.T) {
	type other struct{ N int }
	hello := &HelloReply{Text: "hello"}
	for want, c := range map[string]struct {
		rule *onramptest.Rule
		kind onramp.Kind
	}{
		"it replies with a *onramptest_test.other, and the caller wants a *onramptest_test.HelloReply":   {onramptest.Reply(sayHello, &other{}), onramp.Unary},
		"its function takes a *onramptest_test.other: ":                                                  {onramptest.ReplyFunc(sayHello, func(context.Context, *other) (*HelloReply, error) { return hello, nil }), onramp.Unary},
		"its function returned nil and no error: want one of a *onramptest_test.HelloReply and an error": {onramptest.ReplyFunc(sayHello, func(context.Context, *HelloRequest) (*HelloReply, error) { return nil, nil }), onramp.Unary},
		"it answers a stream, and the call is unary: use Reply":                                          {onramptest.Messages(sayHello, hello), onramp.Unary},
		"it replies with one message, and the call is a stream: use Messages, or Handle":                 {onramptest.Reply(sayHello, hello), onramp.ServerStream},
		"it sends a *onramptest_test.other, and the caller wants a *onramptest_test.HelloReply":          {onramptest.Messages(sayHello, &other{}), onramp.ServerStream},
	} {
		var err error
		said := run(func(tt *tb) {
			h := onramptest.Client(tt, c.rule)
			req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello", Kind: c.kind, Body: onramp.Body{Value: &HelloRequest{"x"}}}
			var resp *onramp.Response
			switch resp, err = h.Do(t.Context(), req); {
			case err != nil:
			case c.kind.Streaming():
				err = resp.Stream.Recv(new(HelloReply))
			default:
				err = resp.Body.Decode(new(HelloReply))
			}
		})
		if len(said) != 1 || !strings.Contains(said[0], "rule 1, "+sayHello+": "+want) || !strings.Contains(said[0], "(called from mistake_test.go:") {
			t.Errorf("the test failed with %q, want %q", said, want)
		}
		if e := onramp.AsError(err); e == nil || !strings.Contains(e.Error(), want) {
			t.Errorf("the call ended with %v", err)
		}
	}
}

func TestRulesThatCannotWorkAreRefused(t *testing.T) {
	hello := &HelloReply{Text: "hello"}
	for want, r := range map[string]*onramptest.Rule{
		"want only service/method":                                      onramptest.Reply("bolt://host:1/"+sayHello, hello),
		"Reply(nil): want the reply":                                    onramptest.Reply(sayHello, nil),
		"message 2 is an error, which ends the stream: the 1 behind it": onramptest.Messages(sayHello, hello, errors.New("x"), hello),
		"message 1 is nil":                                              onramptest.Messages(sayHello, nil),
	} {
		if said := run(func(tt *tb) { onramptest.Client(tt, r) }); len(said) == 0 || !strings.Contains(said[0], want) {
			t.Errorf("got %q, want %q", said, want)
		}
	}
}

func TestAnUnexpectedCallSaysWhoMadeIt(t *testing.T) {
	said := run(func(tt *tb) { _, _ = call(t.Context(), onramptest.Client(tt), sayHello, "x") })
	if len(said) != 1 || !strings.Contains(said[0], "unexpected call of "+sayHello+": it has no rules (called from client_test.go:") {
		t.Errorf("got %q", said)
	}
}
