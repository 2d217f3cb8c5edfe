package onramptest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/onramptest"
)

// overEngine runs f for both text protocols, over the engine and the network.
func overEngine(t *testing.T, h onramp.Handler, f func(t *testing.T, c codec.Conn, stop context.CancelFunc)) {
	t.Helper()
	for _, p := range protocols() {
		t.Run(p.Name(), func(t *testing.T) { p.overEngine(t, h, f) })
	}
}

// overEngine runs f over one of them.
func (p protocol) overEngine(t *testing.T, h onramp.Handler, f func(t *testing.T, c codec.Conn, stop context.CancelFunc)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cdc := framed.New(p.Framer, p.body)
		n := onramptest.NewNetwork()
		client, server := pair(t, n, "text:1")
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- cdc.Serve(ctx, server, h) }()
		conn, err := cdc.Dial(ctx, client)
		if err != nil {
			t.Fatal(err)
		}
		f(t, conn, stop)
		conn.Close()
		stop()
		<-served
	})
}

// text calls over a connection with a message that is text.
func text(ctx context.Context, c codec.Conn, method, message string) (string, error) {
	req := &onramp.Request{Service: "S", Method: method, Deadline: time.Now().Add(time.Minute), Body: onramp.Body{Value: message}}
	resp, err := c.RoundTrip(ctx, req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Release()
	var s string
	return s, resp.Body.Decode(&s)
}

func echo(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	var s string
	if err := req.Body.Decode(&s); err != nil {
		return nil, err
	}
	if req.Method == "fail" {
		return nil, &onramp.Error{Code: onramp.NotFound, Business: true, Err: errors.New(s)}
	}
	p := req.Reply()
	p.Body = onramp.Body{Value: req.Method + " " + s}
	return p, nil
}

func TestTextCallsRunOverTheEngine(t *testing.T) {
	overEngine(t, echo, func(t *testing.T, c codec.Conn, _ context.CancelFunc) {
		for i := range 50 {
			message := fmt.Sprintf("%d\n%s", i, strings.Repeat("x", i*100))
			if got, err := text(t.Context(), c, "echo", message); err != nil || got != "echo "+message {
				t.Fatalf("%q, %v", got, err)
			}
		}
		_, err := text(t.Context(), c, "fail", "no such thing")
		if e := onramp.AsError(err); e == nil || e.Code != onramp.NotFound || !e.Business {
			t.Fatal(err)
		}
	})
}

func TestPingPongCarriesOneCallAndPipelineManyInOrder(t *testing.T) {
	var running, most atomic.Int32
	slow := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer running.Add(-1)
		time.Sleep(time.Second)
		return echo(ctx, req)
	}
	overEngine(t, slow, func(t *testing.T, c codec.Conn, _ context.CancelFunc) {
		var wg sync.WaitGroup
		var full atomic.Int32
		for i := range 5 {
			wg.Go(func() {
				message := fmt.Sprint(i)
				got, err := text(t.Context(), c, "echo", message)
				if e := onramp.AsError(err); e != nil && e.Origin == onramp.Local && e.Code == onramp.ResourceExhausted {
					full.Add(1)
				} else if err != nil || got != "echo "+message {
					t.Errorf("%q, %v", got, err)
				}
			})
		}
		wg.Wait()
		want := int32(0)
		if strings.HasSuffix(t.Name(), "/line") {
			want = 4
		}
		if full.Load() != want || most.Load() != 1 {
			t.Fatalf("%d calls found the connection full, want %d; %d handlers ran at once", full.Load(), want, most.Load())
		}
	})
}

func TestDrainingLineServerFinishesTheCallItHas(t *testing.T) {
	slow := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		time.Sleep(time.Second)
		return echo(ctx, req)
	}
	overEngine(t, slow, func(t *testing.T, c codec.Conn, stop context.CancelFunc) {
		first := make(chan error, 1)
		go func() { _, err := text(t.Context(), c, "echo", "a"); first <- err }()
		synctest.Wait()
		stop()
		synctest.Wait()
		_, err := text(t.Context(), c, "echo", "b")
		if e := onramp.AsError(err); e == nil || !e.Origin.Resendable() {
			t.Errorf("a call while the server drains: %v; want it to be re-sent", err)
		}
		if err := <-first; err != nil {
			t.Errorf("the call under way: %v", err)
		}
	})
}

func TestReplyOutOfOrderEndsThePipeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t, onramptest.NewNetwork(), "text:1")
		go func() {
			in := bufio.NewReader(server)
			seqs := []string{seq(in), seq(in)}
			for _, s := range []string{seqs[1], seqs[0]} {
				io.WriteString(server, "PIPE/1 0\r\nLength: 1\r\nSeq: "+s+"\r\n\r\nx")
			}
		}()
		c, _ := framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}).Dial(t.Context(), client)
		defer c.Close()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if got, err := text(t.Context(), c, "echo", ""); err == nil || onramp.AsError(err).Origin != onramp.Wire {
					t.Errorf("a reply out of order was delivered: %q, %v", got, err)
				}
			})
		}
		wg.Wait()
		if _, s := c.Load(); s != codec.Closed {
			t.Fatalf("the connection is %s", s)
		}
	})
}

// seq reads one request without content and returns its Seq.
func seq(in *bufio.Reader) (s string) {
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == "\r\n" {
			return s
		}
		if v, ok := strings.CutPrefix(line, "Seq: "); ok {
			s = strings.TrimSpace(v)
		}
	}
}

func TestACallThatIsGivenUpAbortsTheOthersOfItsPipeline(t *testing.T) {
	slow := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		time.Sleep(time.Second)
		return echo(ctx, req)
	}
	for _, p := range protocols() {
		if p.Name() != "pipe" {
			continue
		}
		p.overEngine(t, slow, func(t *testing.T, c codec.Conn, _ context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			first, second := make(chan error, 1), make(chan error, 1)
			go func() { _, err := text(ctx, c, "echo", "a"); first <- err }()
			synctest.Wait()
			go func() { _, err := text(t.Context(), c, "echo", "b"); second <- err }()
			synctest.Wait()
			cancel()
			if err := <-first; !errors.Is(err, onramp.Canceled) {
				t.Errorf("the call that was given up: %v", err)
			}
			if o := onramp.Classify(<-second); o.Code != onramp.Aborted || o.Origin != onramp.Wire || o.Failed() {
				t.Errorf("the other one: %+v; it must not speak against the peer", o)
			}
			if a, ok := c.(codec.Abandoner); !ok || !a.Abandoned() {
				t.Error("the connection does not say why it was closed")
			}
		})
	}
}
