package bolt_test

import (
	"net"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/json"
)

func TestWrongOptionsAreNamedByEveryEntry(t *testing.T) {
	for want, opts := range map[string][]bolt.Option{
		"bolt.With(11): the serializer is nil": {bolt.With(11, nil)},
		"bolt.With: id 0":                      {bolt.With(0, json.New())},
		"bolt.With(13): the id is given twice": {bolt.With(13, json.New()), bolt.With(13, json.New())},
		"bolt.Raw: id 0":                       {bolt.Raw(0)},
		"bolt.Version(0): want 1 or 2":         {bolt.Version(0)},
		"bolt.Version(3): want 1 or 2":         {bolt.Version(3)},
		"bolt.Version(258): want 1 or 2":       {bolt.Version(258), bolt.Checksum(false)},
		"bolt.MaxFrame(-1)":                    {bolt.MaxFrame(-1)},
		"bolt.MaxFrame(1023)":                  {bolt.MaxFrame(1023)},
		"bolt.MaxFrame(268435457)":             {bolt.MaxFrame(256<<20 + 1)},
		"framed.MaxInFlight(-1)":               {bolt.Engine(framed.MaxInFlight(-1))},
	} {
		_, ferr := bolt.NewFramer(opts...)
		_, berr := bolt.NewBody(opts...)
		c := bolt.New(opts...)
		here, there := net.Pipe()
		_, derr := c.Dial(t.Context(), here)
		serr := c.Serve(t.Context(), there, nil)
		own := c.(interface{ Check() error }).Check()
		for _, err := range []error{bolt.Check(opts...), ferr, berr, derr, serr, own} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		if e := asError(t, derr); e.Origin != onramp.Local || e.Code != onramp.InvalidArgument {
			t.Errorf("Dial: %v", derr)
		}
		if c.Match([]byte{1, 1, 0, 1, 1}) != codec.No {
			t.Error("a codec of wrong options recognises connections")
		}
		if _, err := here.Write([]byte("x")); err == nil {
			t.Error("the connection was left open")
		}
	}
	if err := bolt.Check(bolt.With(11, json.New()), bolt.Raw(1), bolt.MaxFrame(256<<20)); err != nil {
		t.Error(err)
	}
	if err := bolt.Check(bolt.Version(2), bolt.Checksum(false)); err != nil {
		t.Error(err)
	}
	if err := bolt.Check(bolt.Version(1), bolt.Checksum(true)); err != nil {
		t.Error(err)
	}
	if err := bolt.Check(bolt.With(11, nil), bolt.Raw(0)); strings.Count(err.Error(), "bolt.") != 2 {
		t.Errorf("not every mistake is told: %v", err)
	}
}
