package bolt_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// serve runs a server on one end of a connection in memory and returns the other.
func serve(ctx context.Context, t *testing.T, h onramp.Handler) (nc net.Conn, ended <-chan error) {
	t.Helper()
	here, there := net.Pipe()
	done := make(chan error, 1)
	go func() { done <- bolt.New().Serve(ctx, there, h) }()
	return here, done
}

func hello1(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	p := req.Reply()
	p.Body.Value = "hello"
	return p, nil
}

func TestAServerAnswersGoldenHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc, ended := serve(t.Context(), t, hello1)
		w := newWire(t)
		_ = nc.SetDeadline(time.Now().Add(time.Minute))
		for range 3 {
			if _, err := nc.Write(w.framer.AppendHeartbeat(nil, 7)); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, 20)
			if _, err := io.ReadFull(nc, got); err != nil || hex.EncodeToString(got) != "0100000001000000070100000000000000000000" {
				t.Fatalf("%x, %v", got, err)
			}
		}
		_ = nc.Close()
		<-ended
	})
}

func TestAServerAnswersAJavaCallInItsOwnTerms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc, ended := serve(t.Context(), t, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			if left := time.Until(req.Deadline); left != 3*time.Second || req.Method != "sayHello" {
				t.Errorf("%v left for %s", left, req.Target())
			}
			return nil, onramp.NewError(onramp.Unimplemented, onramp.Refused, "no hessian")
		})
		w := newWire(t)
		_ = nc.SetDeadline(time.Now().Add(time.Minute))
		for _, v := range vectors(t, 1) {
			if v.Name != "bolt_v1_sofarpc_req_1" {
				continue
			}
			if _, err := nc.Write(v.frame); err != nil {
				t.Fatal(err)
			}
		}
		buf := make([]byte, 4096)
		n, err := nc.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if f := w.decode(buf[:n]); f.ID != 1 || f.Status != 6 || f.Serializer != 11 || string(f.Content) != "no hessian" {
			t.Errorf("got %+v %q", f, f.Content)
		}
		_ = nc.Close()
		<-ended
	})
}

func TestAnotherProtocolEndsTheConnectionWithAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, row := range []struct{ hex, want string }{
			{"0203010001", "ver1"},
			{"474554202f", "another protocol"},
			{hex.EncodeToString(head(0, 0, 1<<31)), "bolt.MaxFrame"},
			{hex.EncodeToString(append(head(0, 5, 0), 0, 0, 0, 1, 'a')), "header pair 1"},
		} {
			nc, ended := serve(t.Context(), t, hello1)
			b, _ := hex.DecodeString(row.hex)
			go func() { _, _ = nc.Write(b) }()
			if err := <-ended; err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%s: %v, want %q", row.hex, err, row.want)
			}
			if n, err := nc.Read(make([]byte, 64)); err == nil {
				t.Errorf("%s: %d bytes of an answer", row.hex, n)
			}
			_ = nc.Close()
		}
	})
}

func TestADrainingServerMakesItsClientLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		nc, ended := serve(ctx, t, hello1)
		conn, err := bolt.New().Dial(t.Context(), nc)
		if err != nil {
			t.Fatal(err)
		}
		trip := func() error {
			r := call()
			r.Deadline = time.Now().Add(time.Second)
			p, err := conn.RoundTrip(t.Context(), r)
			if err == nil {
				p.Body.Release()
			}
			return err
		}
		if err := trip(); err != nil {
			t.Fatal(err)
		}
		stop()
		synctest.Wait()
		if e := asError(t, trip()); e.Code != onramp.Unavailable || e.Origin != onramp.Refused {
			t.Errorf("a call of a draining server: %v", e)
		}
		if _, s := conn.Load(); s != codec.Draining {
			t.Errorf("the connection is %v", s)
		}
		_ = conn.Close()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

func TestAReplyThatIsTooBigIsAnErrorAndTheConnectionLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		nc, ended := serve(t.Context(), t, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			p := req.Reply()
			if n++; n == 1 {
				p.Body.Raw = bytes.Repeat([]byte("x"), 8<<20+1)
			}
			return p, nil
		})
		conn, err := bolt.New().Dial(t.Context(), nc)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			r := call()
			r.Deadline = time.Now().Add(time.Second)
			_, err := conn.RoundTrip(t.Context(), r)
			if i == 0 && (onramp.Classify(err).Code != onramp.Internal || !strings.Contains(err.Error(), "bolt.MaxFrame")) || i == 1 && err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		}
		_ = conn.Close()
		<-ended
	})
}

func TestACallThatIsTooBigFailsForGoodAndTheConnectionLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc, ended := serve(t.Context(), t, hello1)
		conn, err := bolt.New().Dial(t.Context(), nc)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			r := call()
			r.Deadline = time.Now().Add(time.Second)
			if i == 0 {
				r.Body.Raw = bytes.Repeat([]byte("x"), 8<<20+1)
			}
			_, err := conn.RoundTrip(t.Context(), r)
			if o := onramp.Classify(err); i == 0 && (o.Code != onramp.InvalidArgument || o.Origin != onramp.Local) || i == 1 && err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		}
		_ = conn.Close()
		<-ended
	})
}
