package onramptest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// codecHostile is what a peer that speaks something else, or lies, can do.
func codecHostile() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "a client survives a peer of another protocol",
			of:   "codec.Conn.RoundTrip", says: "Every error is an *onramp.Error.",
			do:  "end the connection at the first frame that is none, with an error for every call under way; check lengths before anything is allocated or indexed",
			run: garbageToClient,
		},
		{
			name: "a server survives a peer of another protocol",
			of:   "codec.Codec.Serve", says: "Serve answers calls on nc until the peer or ctx ends it. ... no goroutine of its own is left when it returns.",
			do:  "return an error at the first frame that is none; check lengths before anything is allocated or indexed",
			run: garbageToServer,
		},
		{
			name: "a server survives frames with a wrong byte",
			of:   "codec.Codec.Serve", says: "Serve answers calls on nc until the peer or ctx ends it.",
			do:  "validate each length, count and offset of a frame before it is used",
			run: mutatedRequests,
		},
		{
			name: "a client survives frames with a wrong byte",
			of:   "codec.Conn.RoundTrip", says: "It ends by req.Deadline and by ctx. ... Every error is an *onramp.Error.",
			do:  "validate each length, count and offset of a frame before it is used, and let the deadline end calls whose reply was lost",
			run: mutatedReplies,
		},
	}
}

// noise is 512 random bytes.
func noise() []byte {
	random := rand.New(rand.NewPCG(7, 7))
	b := make([]byte, 512)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// garbage are bytes that are no frame of any protocol that is at hand.
func garbage() map[string][]byte {
	return map[string][]byte{
		"noise": noise(), "zeros": make([]byte, 512), "ones": bytes.Repeat([]byte{0xff}, 512), "nothing": nil,
		"text": []byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), "lines": bytes.Repeat([]byte("\r\n"), 300),
	}
}

func garbageToClient(t *checking, s *CodecSuite) {
	request, _ := s.exchange(t, "good")
	all := garbage()
	all["the client's own request"] = request
	for name, b := range all {
		r := s.dial(t)
		var got string
		var e *onramp.Error
		took := r.answered(b, func() { got, e = r.call("good") })
		if e == nil {
			t.broken("the peer answered with %s (%.24q), and the call returned the reply %q", name, b, got)
		} else if e.Origin == onramp.Local || e.Origin == onramp.Refused {
			t.broken("the peer answered with %s (%.24q), and the call returned %v: it may have run", name, b, e)
		}
		if took > 6*time.Second {
			t.broken("the peer answered with %s and closed after 5 s; the call ended after %v", name, took)
		}
		synctest.Wait()
		if _, state := r.conn.Load(); state != codec.Closed {
			t.broken("the peer answered with %s and closed, and the connection is %v", name, state)
		}
		r.close()
	}
}

// answered makes a call whose peer answers it with b, and closes 5 s later. It
// returns how long the call took.
func (r *codecRig) answered(b []byte, call func()) (took time.Duration) {
	peer := r.raw()
	r.open()
	began := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		call()
		took = time.Since(began)
	}()
	go func() { _, _ = io.Copy(io.Discard, peer) }()
	synctest.Wait() // the call has been written
	_, _ = peer.Write(b)
	closing := time.AfterFunc(5*time.Second, func() { _ = peer.Close() })
	<-ended
	closing.Stop()
	return took
}

func garbageToServer(t *checking, s *CodecSuite) {
	_, reply := s.exchange(t, "good")
	all := garbage()
	all["a reply of its own"] = reply
	for name, b := range all {
		var ran atomic.Int32
		r := s.dial(t)
		r.serve(func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
			ran.Add(1)
			return s.echo(ctx, req)
		})
		_, _ = r.client.Write(b)
		time.Sleep(time.Second)
		_ = r.client.CloseWrite()
		if !r.returned(20 * time.Second) {
			t.broken("a client sent %s (%.24q) and closed, and 20 s later Serve has not returned", name, b)
		}
		if ran.Load() != 0 {
			t.broken("a client sent %s (%.24q), and a handler ran", name, b)
		}
		r.close()
	}
}

// mutants calls try with b, one byte of it changed, or with noise behind its first ones.
func mutants(b []byte, try func(m []byte, what string)) {
	for _, n := range []int{1, 3, 8, 16, 24, 40} {
		n = min(n, len(b))
		try(append(bytes.Clone(b[:n]), noise()...), fmt.Sprintf("noise after %d bytes", n))
	}
	for _, at := range offsets(min(len(b), 160), 160) {
		for _, x := range []byte{0x01, 0x80, 0xff} {
			m := bytes.Clone(b)
			m[at] ^= x
			try(m, fmt.Sprintf("byte %d changed from %#x to %#x", at, b[at], m[at]))
		}
	}
}

func mutatedRequests(t *checking, s *CodecSuite) {
	request, _ := s.exchange(t, "good")
	mutants(request, func(m []byte, what string) {
		r := s.dial(t)
		r.serve(func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			for range req.Header.All() { // the parts that are read lazily
			}
			_, err := s.read(&req.Body)
			return s.reply(req, "x"), err
		})
		_, _ = r.client.Write(m)
		_ = r.client.CloseWrite()
		if !r.returned(time.Minute) {
			t.stop("a request with %s, and a minute after its client has closed Serve has not returned", what)
		}
		r.close()
	})
}

func mutatedReplies(t *checking, s *CodecSuite) {
	_, reply := s.exchange(t, "good")
	mutants(reply, func(m []byte, what string) {
		r := s.dial(t)
		took := r.answered(m, func() {
			resp, err := r.conn.RoundTrip(context.Background(), r.request("echo", "good"))
			if err != nil {
				_ = r.callError(err)
				return
			}
			for range resp.Header.All() { // the parts that are read lazily
			}
			_, _ = s.read(&resp.Body) // whatever it says
		})
		if took > callTime+slack {
			t.stop("a reply with %s, and the call ended after %v", what, took)
		}
		r.close()
	})
}
