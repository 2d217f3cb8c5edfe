package client

import (
	"errors"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

func TestTypesOfMessagesThatArePointersAreRejected(t *testing.T) {
	c := dial(t, echo)
	_, called := Call[*message](t.Context(), c, "S/m", &message{})
	for name, err := range map[string]error{
		"Req":        MethodOf[*message, message](c, "S/m").Err(),
		"Resp":       MethodOf[message, *message](c, "S/m").Err(),
		"a stream's": StreamOf[message, *message](c, "S/m", onramp.BidiStream).Err(),
		"Call's":     called,
	} {
		if !errors.Is(err, onramp.InvalidArgument) || !strings.Contains(err.Error(), "is *client.message: write the message's type without the pointer, client.message") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := MethodOf[*message, message](c, "S/m").Call(t.Context(), nil); err == nil {
		t.Error("a call of it succeeds")
	}
}

func TestAStreamOfAUnaryKindIsToldWhatToUse(t *testing.T) {
	for kind, want := range map[onramp.Kind]string{onramp.Unary: "got onramp.Unary: make it with MethodOf", onramp.Oneway: "the option Oneway", 77: "got 77"} {
		if err := StreamOf[message, message](onramp.Handler(echo), "S/m", kind).Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, want %q", kind, err, want)
		}
	}
}

func TestAnErrorAboutATargetNamesItOnceAndSaysWhatToWrite(t *testing.T) {
	c, err := New(WithCodec(named("bolt")))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for target, want := range map[string]string{
		"com.acme.Greeter/sayHello":                  "hand it WithDiscovery(discovery.File(...)), or write bolt://host:port/",
		"com.acme.Greeter:1.0/sayHello":              `the key version="1.0"`,
		"bolt://localhost/com.acme.Greeter/sayHello": "an address needs a port",
	} {
		err := MethodOf[message, message](c, target).Err()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), target) != 1 {
			t.Errorf("%s: %v", target, err)
		}
	}
	var wrong *discovery.TargetError
	if err := MethodOf[message, message](c, "S/").Err(); !errors.As(err, &wrong) || wrong.Part != "S/" {
		t.Errorf("the cause is gone: %v", err)
	}
}
