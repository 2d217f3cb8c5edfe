package client

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// signatures answers with the signature of the call.
func signatures(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	resp := req.Reply()
	resp.Body.Value = new(req.Signature)
	return resp, nil
}

func TestASignatureIsThatOfEachCallOfItsMethod(t *testing.T) {
	c := dial(t, signatures)
	for name, d := range map[string]Doer{"client": c, "handler": onramp.Handler(signatures)} {
		two := MethodOf[onramp.Args, string](d, "com.acme.Greeter/greet", hessian2.Signature("java.lang.String", "int[]"))
		none := MethodOf[onramp.Args, string](d, "com.acme.Greeter/greet", hessian2.Signature())
		open := MethodOf[onramp.Args, string](d, "com.acme.Greeter/greet")
		for range 2 { // requests are used again
			for want, m := range map[string]*Method[onramp.Args, string]{"(java.lang.String,[I)": two, "()": none, "": open} {
				got, err := m.Call(t.Context(), &onramp.Args{"x"})
				if err != nil || *got != want {
					t.Errorf("%s: %v, %v, want %q", name, got, err, want)
				}
				if got, err = m.CallWith(t.Context(), &onramp.Args{}, Header("k", "v")); err != nil || *got != want {
					t.Errorf("%s, with a header: %v, %v, want %q", name, got, err, want)
				}
			}
			if got, err := Call[string](t.Context(), d, "com.acme.Greeter/greet", &onramp.Args{}); err != nil || *got != "" {
				t.Errorf("%s: Call: %v, %v", name, got, err)
			}
		}
	}
}

func TestASignatureOfDoIsTheRequestsOwn(t *testing.T) {
	c := dial(t, signatures)
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "greet", Signature: "(int)"}
	resp, err := c.Do(t.Context(), req)
	if err != nil || *resp.Body.Value.(*string) != "(int)" {
		t.Errorf("%+v, %v", resp, err)
	}
}

func TestAWrongSignatureFailsWhereTheMethodIsMade(t *testing.T) {
	c := dial(t, echo)
	for name, d := range map[string]Doer{"client": c, "handler": onramp.Handler(echo)} {
		m := MethodOf[onramp.Args, string](d, "com.acme.Greeter/greet", hessian2.Signature("int", "java lang String"))
		_, err := m.Call(t.Context(), &onramp.Args{})
		const want = `hessian2.Signature: parameter 2 is "java lang String", want a Java type such as int`
		if m.Err() == nil || err != m.Err() || !errors.Is(err, onramp.InvalidArgument) || onramp.Classify(err).Origin != onramp.Local || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestArgsReachTheHandlerAsTheyAre(t *testing.T) {
	var got []any
	h := onramp.Handler(func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		var args onramp.Args
		if err := req.Body.Decode(&args); err != nil { // a fake's body is the value
			return nil, err
		}
		got = args
		resp := req.Reply()
		resp.Body.Value = new("done")
		return resp, nil
	})
	for name, d := range map[string]Doer{"client": dial(t, h), "handler": h} {
		out, err := MethodOf[onramp.Args, string](d, "com.acme.Greeter/greet").Call(t.Context(), &onramp.Args{"a", int32(2), nil})
		if err != nil || *out != "done" || !slices.Equal(got, []any{"a", int32(2), nil}) {
			t.Errorf("%s: %v, %v, %v", name, got, out, err)
		}
	}
}
