package onramp_test

import (
	"testing"

	"github.com/onrampmesh/onramp"
)

func TestASignatureIsClonedAndForgottenWithItsRequest(t *testing.T) {
	req := &onramp.Request{Service: "s", Method: "m", Signature: "(int)"}
	clone := req.Clone()
	req.Reset()
	if req.Signature != "" || clone.Signature != "(int)" {
		t.Errorf("the request says %q after Reset, and its clone %q", req.Signature, clone.Signature)
	}
}

func TestArgsOfABodyThatWasNotEncodedAreTheCallersOwn(t *testing.T) {
	sent := onramp.Args{"a", new(int32(2))}
	for _, value := range []any{sent, &sent} {
		body := onramp.Body{Value: value}
		var got onramp.Args
		if err := body.Decode(&got); err != nil || len(got) != 2 || got[0] != "a" || got[1] != sent[1] {
			t.Errorf("%T: %v, %v", value, got, err)
		}
	}
}
