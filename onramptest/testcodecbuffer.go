package onramptest

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
)

// bodyKept gives calls up while nothing can be written, and overwrites what they sent.
func bodyKept(t *checking, s *CodecSuite) {
	var mu sync.Mutex
	var heard []string
	text := strings.Repeat("original ", min(s.Large, 100_000)/9) // more than the network takes
	raw, encoding := s.encoded(t, text)
	r := s.dial(t, Buffer(64<<10))
	r.serve(func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		got, err := s.read(&req.Body)
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, got)
		return s.reply(req, ""), err
	})
	r.open()
	defer r.close()
	r.link.Freeze(ToServer)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i+1)*time.Millisecond)
			defer cancel()
			req, mine := r.request("learn", text), bytes.Clone(raw)
			value := req.Body.Value
			if i%2 == 0 {
				req.Body = onramp.Body{Raw: mine, Encoding: encoding}
			}
			if _, err := r.conn.RoundTrip(ctx, req); err == nil {
				t.broken("a call that cannot have arrived succeeded")
			}
			req.Reset() // as whoever pools requests does
			clear(mine)
			if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer {
				v.Elem().SetZero()
			}
		})
	}
	wg.Wait()
	r.link.Thaw()
	time.Sleep(time.Second)
	mu.Lock()
	defer mu.Unlock()
	for _, h := range heard {
		if h != text {
			t.stop("a message that said %.20q when RoundTrip was called arrived as %.20q: it was read after RoundTrip had returned", text, h)
		}
	}
}

func replyKept(t *checking, s *CodecSuite) {
	r := s.rig(t, s.echo)
	defer r.close()
	var held []*onramp.Response
	for i := range 5 {
		resp, err := r.conn.RoundTrip(context.Background(), r.request("echo", fmt.Sprint("held ", i)))
		if err != nil {
			t.stop("a call returned %v while the replies of others are held", r.callError(err))
		}
		held = append(held, resp)
	}
	before := make([]string, len(held))
	for i, resp := range held {
		before[i] = string(resp.Body.Raw)
	}
	for i := range 50 {
		if _, err := r.call(strings.Repeat("other ", i*7)); err != nil {
			t.stop("a call returned %v", err)
		}
	}
	for i, resp := range held {
		if string(resp.Body.Raw) != before[i] {
			t.broken("the held reply %q became %.100q", before[i], resp.Body.Raw)
		}
		if got, err := s.read(&resp.Body); err != nil || got != fmt.Sprint("echo held ", i) {
			t.broken("the held reply %d decodes to %.100q, %v", i, got, err)
		}
		resp.Body.Release()
	}
}

func requestKept(t *checking, s *CodecSuite) {
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		before := string(req.Body.Raw)
		time.Sleep(50 * time.Millisecond)
		if string(req.Body.Raw) != before {
			t.broken("the body of a running handler was %.60q and became %.60q", before, req.Body.Raw)
		}
		return s.echo(ctx, req)
	})
	defer r.close()
	free, _ := r.conn.Load()
	var wg sync.WaitGroup
	for i := range min(free, 20) {
		wg.Go(func() {
			time.Sleep(time.Duration(i) * time.Millisecond)
			text := strings.Repeat(string(rune('a'+i)), 50)
			if got, err := r.call(text); err != nil || got != "echo "+text {
				t.broken("the call %.20q returned %.20q, %v", text, got, orNil(err))
			}
		})
	}
	wg.Wait()
}
