package client

import (
	"errors"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
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
