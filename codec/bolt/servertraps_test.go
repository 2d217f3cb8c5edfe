package bolt_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
	onrampserver "github.com/onrampmesh/onramp/server"
)

// Java answers these with status 0 and an error in a SofaResponse; status 6 says
// to every client that the call did not run.
func TestTrapAnUnknownServiceOrMethodIsRefused(t *testing.T) {
	for name, opts := range dialects() {
		synctest.Test(t, func(t *testing.T) {
			s, err := onrampserver.New(onrampserver.WithCodec(bolt.New()))
			if err != nil {
				t.Fatal(err)
			}
			err = onrampserver.Handle(s, "com.acme.Greeter/sayHello", func(context.Context, *string) (*string, error) { return new(string), nil })
			if err != nil {
				t.Fatal(err)
			}
			network := onramptest.NewNetwork()
			l, err := network.Listen("greeter:1")
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan error, 1)
			go func() { served <- s.Serve(t.Context(), l) }()
			nc, err := network.Dial(t.Context(), "tcp", "greeter:1")
			if err != nil {
				t.Fatal(err)
			}
			conn, err := bolt.New(opts...).Dial(t.Context(), nc)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range []*onramp.Request{{Service: "com.acme.Nobody", Method: "sayHello"}, {Service: "com.acme.Greeter", Method: "noSuchMethod"}} {
				r.Deadline = time.Now().Add(time.Second)
				_, err := conn.RoundTrip(t.Context(), r)
				if e := readable(t, err, r.Service); e.Code != onramp.Unimplemented || e.Origin != onramp.Refused {
					t.Errorf("%s: %s: %v", name, r.Target(), err)
				}
			}
			_ = conn.Close()
			if err := s.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			<-served
		})
	}
}
