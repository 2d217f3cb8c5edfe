package dubbo_test

import (
	"net"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

func TestWrongOptionsAreNamedByEveryEntry(t *testing.T) {
	for want, opts := range map[string][]dubbo.Option{
		"dubbo.Hessian2: the serializer is nil":                       {dubbo.Hessian2(nil)},
		"dubbo.Hessian2: the serializer is of dialect hessian2-draft": {dubbo.Hessian2(hessian2.NewDraft())},
		"dubbo.Hessian2: hessian2: Limits.Depth is -1":                {dubbo.Hessian2(hessian2.New(hessian2.WithLimits(hessian2.Limits{Depth: -1})))},
		`dubbo.Application("")`:                                       {dubbo.Application("")},
		`dubbo.Application("\xff")`:                                   {dubbo.Application("\xff")},
		`dubbo.Application("aaaa`:                                     {dubbo.Application(strings.Repeat("a", 1025))},
		"dubbo.MaxFrame(-1)":                                          {dubbo.MaxFrame(-1)},
		"dubbo.MaxFrame(1023): want 1024 to":                          {dubbo.MaxFrame(1023)},
		"dubbo.MaxFrame(268435457)":                                   {dubbo.MaxFrame(256<<20 + 1)},
		"framed.MaxInFlight(-1)":                                      {dubbo.Engine(framed.MaxInFlight(-1))},
	} {
		_, ferr := dubbo.NewFramer(opts...)
		_, berr := dubbo.NewBody(opts...)
		c := dubbo.New(opts...)
		here, there := net.Pipe()
		_, derr := c.Dial(t.Context(), here)
		serr := c.Serve(t.Context(), there, nil)
		own := c.(interface{ Check() error }).Check()
		for _, err := range []error{dubbo.Check(opts...), ferr, berr, derr, serr, own} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		if e := asError(t, derr); e.Origin != onramp.Local || e.Code != onramp.InvalidArgument {
			t.Errorf("Dial: %v", derr)
		}
		if c.Match([]byte{0xda, 0xbb}) != codec.No || c.Name() != "dubbo" {
			t.Error("a codec of wrong options recognises connections")
		}
		if _, err := here.Write([]byte("x")); err == nil {
			t.Error("the connection was left open")
		}
	}
	for _, opts := range [][]dubbo.Option{nil, {dubbo.MaxFrame(1 << 10)}, {dubbo.MaxFrame(256 << 20), dubbo.Application("shop"), dubbo.Hessian2(hessian2.New())}, {dubbo.Application(strings.Repeat("a", 1024))}} {
		if err := dubbo.Check(opts...); err != nil {
			t.Error(err)
		}
	}
	if err := dubbo.Check(dubbo.MaxFrame(0), dubbo.Application("")); strings.Count(err.Error(), "dubbo.") != 2 {
		t.Errorf("not every mistake is told: %v", err)
	}
}

func TestAnApplicationIsToldWithEachCall(t *testing.T) {
	w := newWire(t, dubbo.Application("shop"))
	r := call("x")
	r.Header = header("remote.application", "another", "k", "v")
	if in, _ := w.serve(r); pairsOf(&in.Header) != "[remote.application shop k v]" {
		t.Errorf("got %s", pairsOf(&in.Header))
	}
}
