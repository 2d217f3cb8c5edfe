package server_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

// streamRig is a server of the streaming test protocol with a chat, and one
// connection to it.
func streamRig(t *testing.T, opts ...server.Option) (*rig, codec.Conn) {
	t.Helper()
	n := onramptest.NewNetwork()
	r := serveWith(t, append(opts, server.WithCodec(onramptest.StreamCodec()))...)
	err := server.HandleStream(r.Server, "com.acme.Greeter/chat", func(ctx context.Context, st *server.Stream[hello, greeting]) error {
		for {
			in, err := st.Recv()
			if err == io.EOF {
				st.Trailer().Set("end", "clean")
				return nil
			}
			if err != nil {
				return err
			}
			if in.Name == "nobody" {
				return onramp.NotFound
			}
			if err := st.Send(&greeting{"hello " + in.Name}); err != nil {
				return err
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := n.Listen("greeter:1")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = r.Serve(context.Background(), l) }()
	nc, err := n.Dial(context.Background(), "tcp", "greeter:1")
	if err != nil {
		t.Fatal(err)
	}
	c, err := onramptest.StreamCodec().Dial(context.Background(), nc)
	if err != nil {
		t.Fatal(err)
	}
	return r, c
}

func chat(t *testing.T, c codec.Conn) onramp.Stream {
	t.Helper()
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "chat", Kind: onramp.BidiStream}
	p, err := c.RoundTrip(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return p.Stream
}

func exchange(t *testing.T, st onramp.Stream, name string) {
	t.Helper()
	var out greeting
	if err := st.Send(&hello{name}); err != nil {
		t.Fatal(err)
	}
	if err := st.Recv(&out); err != nil || out.Text != "hello "+name {
		t.Fatalf("got %q, %v", out.Text, err)
	}
}

func TestStreamsRunEndToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, c := streamRig(t)
		st := chat(t, c)
		for _, name := range []string{"ann", "bob", "cid", "dan", "eve", "fay"} {
			exchange(t, st, name)
		}
		_ = st.CloseSend()
		if err := st.Recv(&greeting{}); err != io.EOF || st.Trailer().Get("end") != "clean" {
			t.Errorf("the end was %v, trailer %q", err, st.Trailer().Get("end"))
		}
		st = chat(t, c)
		_ = st.Send(&hello{"nobody"})
		if err := st.Recv(&greeting{}); !errors.Is(err, onramp.NotFound) {
			t.Errorf("the handler's error arrived as %v", err)
		}
		c.Close()
		r.Close()
	})
}

func TestDrainLetsStreamsFinishAndRefusesNewOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, c := streamRig(t)
		st := chat(t, c)
		exchange(t, st, "ann")
		down := make(chan error, 1)
		began := time.Now()
		go func() { down <- r.Shutdown(context.Background()) }()
		time.Sleep(5 * time.Second)
		exchange(t, st, "bob")
		req := &onramp.Request{Service: "com.acme.Greeter", Method: "chat", Kind: onramp.BidiStream}
		p, err := c.RoundTrip(context.Background(), req)
		if err == nil {
			err = p.Stream.Recv(&greeting{})
		}
		if !onramp.Classify(err).Origin.Resendable() || err == nil {
			t.Errorf("a new stream during the drain gave %v", err)
		}
		_ = st.CloseSend()
		if err := st.Recv(&greeting{}); err != io.EOF {
			t.Errorf("the stream under way ended with %v", err)
		}
		if err := <-down; err != nil || time.Since(began) > 10*time.Second {
			t.Errorf("Shutdown returned %v after %v", err, time.Since(began))
		}
		c.Close()
	})
}

func TestEndlessStreamIsCutOffAtTheBoundAndNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, c := streamRig(t)
		st := chat(t, c)
		exchange(t, st, "ann")
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		var left *server.DrainError
		err := r.Shutdown(ctx)
		if !errors.As(err, &left) || len(left.Calls) != 1 || left.Calls[0].Target != "com.acme.Greeter/chat" || left.Stage != server.StageFinish {
			t.Errorf("Shutdown returned %v", err)
		}
		if err := st.Recv(&greeting{}); err == nil || err == io.EOF {
			t.Errorf("the client's stream ended with %v", err)
		}
		c.Close()
	})
}
