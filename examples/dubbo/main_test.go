package main

import (
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestOneHandlerIsCalledOverBothProtocols(t *testing.T) {
	var out strings.Builder
	if err := callBoth(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	want := `dubbo: blue for 12.50, [new XL]
dubbo: sold out: red - no red in S
bolt: blue for 12.50, [new XL]
bolt: sold out: red - no red in S
`
	if out.String() != want {
		t.Errorf("the example says:\n%s\nwant:\n%s", out.String(), want)
	}
}
