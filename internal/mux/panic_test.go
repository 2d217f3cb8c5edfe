package mux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// sickFramer panics where a frame's content says so.
type sickFramer struct{ correlated }

func (f sickFramer) Size(src []byte) (int, error) {
	panicAt("size", src)
	return f.correlated.Size(src)
}

func (f sickFramer) Decode(src []byte, fr *codec.Frame) error {
	panicAt("decode", src)
	return f.correlated.Decode(src, fr)
}

func (f sickFramer) Correlate(src []byte) (codec.FrameKind, uint64) {
	panicAt("correlate", src)
	return f.correlated.Correlate(src)
}

// sickBody panics where a call's content says so.
type sickBody struct{ plainBody }

func (b sickBody) AppendRequest(dst []byte, f *codec.Frame, r *onramp.Request) ([]byte, error) {
	panicAt("append request", r.Body.Raw)
	return b.plainBody.AppendRequest(dst, f, r)
}

func (b sickBody) AppendResponse(dst []byte, f *codec.Frame, r *onramp.Request, p *onramp.Response, err error) ([]byte, error) {
	if err == nil {
		panicAt("append response", p.Body.Raw)
	}
	return b.plainBody.AppendResponse(dst, f, r, p, err)
}

func (b sickBody) OpenRequest(f *codec.Frame, r *onramp.Request) error {
	panicAt("open request", f.Content)
	return b.plainBody.OpenRequest(f, r)
}

func (b sickBody) OpenResponse(f *codec.Frame, r *onramp.Request, p *onramp.Response) error {
	panicAt("open response", f.Content)
	return b.plainBody.OpenResponse(f, r, p)
}

func panicAt(what string, src []byte) {
	if strings.Contains(string(src), "panic in "+what) {
		panic("sick: " + what)
	}
}

func sickConfig() *Config {
	cfg := testConfig(sickFramer{})
	cfg.Body = sickBody{}
	return cfg
}

func TestAPanicWhileAReplyIsEncodedIsOneErrorReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told string
		cfg := sickConfig()
		cfg.Panic = func(target string, v any, _ []byte) { told = fmt.Sprint(target, " ", v) }
		b := newBed(t, cfg, echo)
		defer b.close()
		_, err := b.call("panic in append response", time.Second)
		if e := onramp.AsError(err); e == nil || e.Code != onramp.Internal || e.Origin != onramp.Remote {
			t.Errorf("got %v, want internal of origin remote", err)
		}
		if told != "s/m sick: append response" || cfg.Stats.Panics.Load() != 1 {
			t.Errorf("told %q, %d panics", told, cfg.Stats.Panics.Load())
		}
		if got, err := b.call("on", time.Second); got != "on" || err != nil {
			t.Errorf("the connection did not survive: %q, %v", got, err)
		}
	})
}

func TestAHandlerThatReturnsNothingAnswersAnEmptyResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), func(context.Context, *onramp.Request) (*onramp.Response, error) { return nil, nil })
		defer b.close()
		if got, err := b.call("x", time.Second); got != "" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestAHandlerThatEndsItsGoroutineEndsTheConnection(t *testing.T) {
	for _, before := range []int{0, 2 * quickMost} { // on a worker, and where it was read
		synctest.Test(t, func(t *testing.T) {
			b := newBed(t, testConfig(correlated{}), func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
				if string(r.Body.Raw) == "exit" {
					runtime.Goexit()
				}
				return echo(ctx, r)
			})
			defer b.c.Close()
			for range before {
				if _, err := b.call("quick", time.Second); err != nil {
					t.Fatal(err)
				}
			}
			start := time.Now()
			if _, err := b.call("exit", time.Minute); !errors.Is(err, onramp.Unavailable) || time.Since(start) > time.Second {
				t.Errorf("got %v after %v, want unavailable at once", err, time.Since(start))
			}
			synctest.Wait()
			if before > 0 {
				return // Serve's own goroutine ended with the handler
			}
			if err := <-b.done; err == nil || !strings.Contains(err.Error(), "Goexit") {
				t.Errorf("Serve returned %v", err)
			}
		})
	}
}

func TestAPanicOfTheCodecEndsTheConnectionAndIsServes(t *testing.T) {
	for _, where := range []string{"size", "correlate", "decode", "open request"} {
		synctest.Test(t, func(t *testing.T) {
			server, client := sickConfig(), testConfig(correlated{})
			b := newBedWith(t, client, server, echo)
			defer b.c.Close()
			if _, err := b.call("fine", time.Second); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_, err := b.call("panic in "+where, time.Minute)
			if !errors.Is(err, onramp.Unavailable) || time.Since(start) > time.Second {
				t.Errorf("%s: got %v after %v, want unavailable at once", where, err, time.Since(start))
			}
			if err := <-b.done; err == nil || !strings.Contains(err.Error(), "panicked: sick: "+where) {
				t.Errorf("%s: Serve ended with %v", where, err)
			}
		})
	}
}

func TestAPanicOfTheCodecOnAReplyEndsTheConnectionAndItsCalls(t *testing.T) {
	for _, where := range []string{"size", "correlate", "decode", "open response"} {
		for _, others := range []int{0, 3} { // a caller reads, or the connection's goroutine
			synctest.Test(t, func(t *testing.T) {
				server, client := testConfig(correlated{}), sickConfig()
				release := make(chan struct{})
				b := newBedWith(t, client, server, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
					switch text := string(r.Body.Raw); text {
					case "other":
						<-ctx.Done()
					default:
						<-release
						p := r.Reply()
						p.Body.Raw = []byte("panic in " + text)
						return p, nil
					}
					return echo(ctx, r)
				})
				ended := make(chan error, others+1)
				for range others {
					go func() { _, err := b.call("other", time.Minute); ended <- err }()
				}
				synctest.Wait()
				go func() { _, err := b.call(where, time.Minute); ended <- err }()
				synctest.Wait()
				start := time.Now()
				close(release)
				for range others + 1 {
					err := <-ended
					if e := onramp.AsError(err); e == nil || e.Origin != onramp.Wire || time.Since(start) > time.Second {
						t.Errorf("%s beside %d: got %v after %v, want origin wire at once", where, others, err, time.Since(start))
					}
				}
				if _, s := b.c.Load(); s != codec.Closed {
					t.Errorf("%s beside %d: the connection is %v", where, others, s)
				}
				b.close()
			})
		}
	}
}

func TestAPanicWhileARequestIsEncodedIsTheCallersAndLosesNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, sickConfig(), echo)
		func() {
			defer func() {
				if v := recover(); fmt.Sprint(v) != "sick: append request" {
					t.Errorf("recovered %v", v)
				}
			}()
			_, _ = b.call("panic in append request", time.Second)
		}()
		if free, s := b.c.Load(); free != 1024 || s != codec.Ready {
			t.Errorf("%d places are free, %v", free, s)
		}
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := b.c.Drain(ctx); err != nil || time.Since(start) > time.Second {
			t.Errorf("Drain took %v: %v", time.Since(start), err)
		}
		b.close()
	})
}

// slowBody waits while it encodes a request, and then fails.
type slowBody struct {
	plainBody
	begun, hold chan struct{}
}

func (b slowBody) AppendRequest(dst []byte, _ *codec.Frame, r *onramp.Request) ([]byte, error) {
	close(b.begun)
	<-b.hold
	if string(r.Body.Raw) == "fail" {
		return dst, errors.New("no")
	}
	return append(dst, r.Body.Raw...), nil
}

func TestDrainWaitsForCallsThatAreBeingEncoded(t *testing.T) {
	for _, text := range []string{"fail", "send"} {
		synctest.Test(t, func(t *testing.T) {
			cfg := testConfig(correlated{})
			body := slowBody{begun: make(chan struct{}), hold: make(chan struct{})}
			cfg.Body = body
			b := newBed(t, cfg, echo)
			ended := make(chan error, 1)
			go func() { _, err := b.call(text, time.Minute); ended <- err }()
			<-body.begun
			drained := make(chan error, 1)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			go func() { drained <- b.c.Drain(ctx) }()
			synctest.Wait()
			start := time.Now()
			close(body.hold)
			if err := <-ended; (err != nil) != (text == "fail") {
				t.Errorf("%s: the call ended with %v", text, err)
			}
			if err := <-drained; err != nil || time.Since(start) > time.Second {
				t.Errorf("%s: Drain took %v: %v", text, time.Since(start), err)
			}
			b.close()
		})
	}
}

// serve is Serve, with its panic as an error.
func serve(ctx context.Context, nc net.Conn, h onramp.Handler, cfg *Config) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("Serve panicked: %v", v)
		}
	}()
	return Serve(ctx, nc, h, cfg)
}
