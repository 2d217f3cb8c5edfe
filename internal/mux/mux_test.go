package mux

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// plain is a protocol of length(4) kind(1) status(1) id(4) content.
type plain struct{}

const plainHead = 10

func (plain) Name() string             { return "plain" }
func (plain) Match([]byte) codec.Match { return codec.Yes }

func (plain) Size(src []byte) (int, error) {
	if len(src) < plainHead {
		return 0, nil
	}
	n := binary.BigEndian.Uint32(src)
	if n > 1<<20 {
		return 0, errors.New("too long")
	}
	return plainHead + int(n), nil
}

func (plain) Decode(src []byte, f *codec.Frame) error {
	f.Kind, f.Status, f.ID, f.Content = codec.FrameKind(src[4]), uint16(src[5]), uint64(binary.BigEndian.Uint32(src[6:])), src[plainHead:]
	return nil
}

func (plain) Append(dst []byte, f *codec.Frame) ([]byte, error) {
	dst = append(dst, 0, 0, 0, 0, byte(f.Kind), byte(f.Status))
	dst = binary.BigEndian.AppendUint32(dst, uint32(f.ID))
	return append(dst, f.Content...), nil
}

func (plain) Seal(frame []byte, _ *codec.Frame) error {
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-plainHead))
	return nil
}

func (plain) AppendHeartbeat(dst []byte, id uint64) []byte {
	f := codec.Frame{Kind: codec.Heartbeat, ID: id}
	dst, _ = plain{}.Append(dst, &f)
	return dst
}

func (plain) AppendHeartbeatAck(dst []byte, f *codec.Frame) []byte {
	a := codec.Frame{Kind: codec.HeartbeatAck, ID: f.ID}
	dst, _ = plain{}.Append(dst, &a)
	return dst
}

// correlated is plain with the power to route without decoding.
type correlated struct{ plain }

func (correlated) Correlate(b []byte) (codec.FrameKind, uint64) {
	return codec.FrameKind(b[4]), uint64(binary.BigEndian.Uint32(b[6:]))
}
func (correlated) Renumber(b []byte, id uint64) { binary.BigEndian.PutUint32(b[6:], uint32(id)) }

// plainBody carries Raw bodies; status 1 is an error, 2 busy, 3 draining.
type plainBody struct{}

func (plainBody) Request(f *codec.Frame, r *onramp.Request) error {
	if r.Kind == onramp.Oneway {
		f.Kind = codec.Oneway
	}
	return nil
}

func (plainBody) AppendRequest(dst []byte, _ *codec.Frame, r *onramp.Request) ([]byte, error) {
	return append(dst, r.Body.Raw...), nil
}

func (plainBody) Response(f *codec.Frame, _ *onramp.Request, _ *onramp.Response, err error) error {
	if err != nil {
		f.Status = 1
	}
	return nil
}

func (plainBody) AppendResponse(dst []byte, _ *codec.Frame, _ *onramp.Request, p *onramp.Response, err error) ([]byte, error) {
	if err != nil {
		return append(dst, err.Error()...), nil
	}
	return append(dst, p.Body.Raw...), nil
}

func (plainBody) OpenRequest(f *codec.Frame, r *onramp.Request) error {
	r.Service, r.Method = "s", "m"
	r.Body = onramp.Received(f.Content, 0, nil)
	return nil
}

func (plainBody) OpenResponse(f *codec.Frame, _ *onramp.Request, p *onramp.Response) error {
	switch f.Status {
	case 1:
		return onramp.NewError(onramp.Internal, onramp.Remote, string(f.Content))
	case 2, 3:
		return onramp.NewError(onramp.ResourceExhausted, onramp.Refused, "busy")
	}
	p.Body = onramp.Received(f.Content, 0, nil)
	return nil
}

func (plainBody) BusyResponse(f *codec.Frame, _ *codec.Frame)  { f.Kind, f.Status = codec.Response, 2 }
func (plainBody) DrainResponse(f *codec.Frame, _ *codec.Frame) { f.Kind, f.Status = codec.Response, 3 }
func (plainBody) DrainSignal(f *codec.Frame) bool              { return f.Status == 3 }

func testConfig(f codec.Framer) *Config {
	return &Config{Framer: f, Body: plainBody{}, MaxInFlight: 1024, WriteBuffer: 1 << 20,
		Heartbeat: 10 * time.Second, WriteTimeout: 10 * time.Second, DrainIdle: time.Second, Stats: new(Stats)}
}

// loopback returns a client connection to a server that runs h, over TCP.
func loopback(t testing.TB, cfg *Config, h onramp.Handler) *Conn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() {
		nc, err := l.Accept()
		if err == nil {
			err = Serve(ctx, nc, h, cfg)
		}
		served <- err
	}()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := Dial(nc, cfg)
	t.Cleanup(func() {
		c.Close()
		cancel()
		<-served
		l.Close()
	})
	return c
}

func echo(_ context.Context, r *onramp.Request) (*onramp.Response, error) {
	p := r.Reply()
	p.Body.Raw = r.Body.Raw
	return p, nil
}

func call(ctx context.Context, c *Conn, text string, timeout time.Duration) (string, error) {
	req := &onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Raw: []byte(text)}, Deadline: time.Now().Add(timeout)}
	resp, err := c.RoundTrip(ctx, req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Release()
	return string(resp.Body.Raw), nil
}

func TestEveryCallGetsItsOwnReply(t *testing.T) {
	calls := 20000
	if testing.Short() || leak.Race {
		calls = 2000
	}
	for _, f := range []codec.Framer{plain{}, correlated{}} {
		for _, conc := range []int{1, 2, 10, 200} {
			t.Run(fmt.Sprintf("%T/%d", f, conc), func(t *testing.T) {
				c := loopback(t, testConfig(f), echo)
				var wg sync.WaitGroup
				for w := range conc {
					wg.Go(func() {
						for i := range calls / conc {
							want := fmt.Sprintf("%d/%d", w, i)
							if got, err := call(t.Context(), c, want, 10*time.Second); err != nil || got != want {
								t.Errorf("got %q, %v; want %q", got, err, want)
								return
							}
						}
					})
				}
				wg.Wait()
				if n, s := c.Load(); n != 1024 || s != codec.Ready {
					t.Errorf("afterwards %d places are free, %v; want all", n, s)
				}
			})
		}
	}
}

func TestAbandonedCallsNeverGetAnothersReply(t *testing.T) {
	cfg := testConfig(correlated{})
	var n atomic.Int64
	c := loopback(t, cfg, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
		if n.Add(1)%3 == 0 {
			time.Sleep(3 * time.Millisecond)
		}
		return echo(ctx, r)
	})
	var wg sync.WaitGroup
	var late atomic.Int64
	for w := range 50 {
		wg.Go(func() {
			for i := range 200 {
				want := fmt.Sprintf("%d/%d", w, i)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+i%4)*time.Millisecond)
				got, err := call(ctx, c, want, 2*time.Millisecond)
				cancel()
				switch {
				case err == nil && got != want:
					t.Errorf("got %q, want %q", got, want)
				case err != nil && !errors.Is(err, context.DeadlineExceeded):
					t.Errorf("unexpected error: %v", err)
				case err != nil:
					late.Add(1)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d calls passed their deadline; late %d, duplicate %d, unknown %d", late.Load(), cfg.Stats.Late.Load(), cfg.Stats.Duplicate.Load(), cfg.Stats.Unknown.Load())
	if late.Load() == 0 {
		t.Error("no call passed its deadline: the test shows nothing")
	}
}

func TestAHandlersPanicIsOneErrorReply(t *testing.T) {
	c := loopback(t, testConfig(correlated{}), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
		if string(r.Body.Raw) == "panic" {
			panic("secret")
		}
		return echo(ctx, r)
	})
	_, err := call(t.Context(), c, "panic", time.Second)
	if !errors.Is(err, onramp.Internal) {
		t.Fatalf("got %v, want internal", err)
	}
	if got, err := call(t.Context(), c, "on", time.Second); got != "on" || err != nil {
		t.Fatalf("the connection did not survive: %q, %v", got, err)
	}
}

func TestCallsEndWithTheConnectionOnce(t *testing.T) {
	c := loopback(t, testConfig(correlated{}), func(ctx context.Context, _ *onramp.Request) (*onramp.Response, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, err := call(t.Context(), c, "x", 5*time.Second)
			if e := onramp.AsError(err); e == nil || e.Code != onramp.Unavailable || e.Origin == onramp.Remote {
				t.Errorf("got %v, want unavailable of origin wire or local", err)
			}
		})
	}
	for c.inflight.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	c.Close()
	wg.Wait()
	if _, err := call(t.Context(), c, "x", time.Second); onramp.AsError(err).Origin != onramp.Local {
		t.Errorf("a call on a closed connection: %v, want origin local", err)
	}
}

func TestRepliesNobodyWaitsForAreDropped(t *testing.T) {
	cfg := testConfig(correlated{})
	a, b := net.Pipe()
	c := Dial(a, cfg)
	defer c.Close()
	go func() {
		defer b.Close()
		buf := make([]byte, 64)
		n, err := io.ReadAtLeast(b, buf, plainHead+1)
		if err != nil {
			return
		}
		id := uint64(binary.BigEndian.Uint32(buf[6:]))
		reply := func(id uint64, text string) {
			f := codec.Frame{Kind: codec.Response, ID: id, Content: []byte(text)}
			out, _ := plain{}.Append(nil, &f)
			_ = plain{}.Seal(out, &f)
			_, _ = b.Write(out)
		}
		reply(id^1, "not yours")
		reply(id+1<<20, "another life")
		reply(1<<31, "nobody's")
		reply(id, string(buf[plainHead:n]))
		reply(id, "again")
		_, _ = b.Read(buf)
	}()
	if got, err := call(t.Context(), c, "mine", time.Second); got != "mine" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	for cfg.Stats.Unknown.Load()+cfg.Stats.Duplicate.Load() < 4 {
		time.Sleep(time.Millisecond)
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	for _, conc := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(conc), func(b *testing.B) {
			c := loopback(b, testConfig(correlated{}), echo)
			b.ReportAllocs()
			body := make([]byte, 1024)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			var left atomic.Int64
			left.Store(int64(b.N))
			var wg sync.WaitGroup
			for range conc {
				wg.Go(func() {
					var req onramp.Request
					for left.Add(-1) >= 0 {
						req.Reset()
						req.Body.Raw = body
						now := time.Now()
						req.Attempt.Start, req.Deadline = now, now.Add(time.Second)
						resp, err := c.RoundTrip(ctx, &req)
						if err != nil {
							b.Error(err)
							return
						}
						resp.Body.Release()
					}
				})
			}
			wg.Wait()
		})
	}
}
