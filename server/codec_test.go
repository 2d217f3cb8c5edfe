package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// lineCodec is a protocol for these tests: a line with the protocol's name, then
// one JSON object per line in each direction, many calls at once.
type lineCodec struct {
	name string
	// stubborn keeps drained connections open until the peer or the server closes them.
	stubborn bool
}

type lineCall struct {
	ID              int           `json:"id"`
	Service, Method string        `json:",omitempty"`
	Version, Group  string        `json:",omitempty"`
	Timeout         time.Duration `json:",omitempty"`
	Oneway          bool          `json:",omitempty"`
	Body            any           `json:",omitempty"`
}

type lineReply struct {
	ID     int             `json:"id"`
	Body   json.RawMessage `json:",omitempty"`
	Code   onramp.Code     `json:",omitempty"`
	Origin onramp.Origin   `json:",omitempty"`
	Text   string          `json:",omitempty"`
}

func (c lineCodec) Name() string { return c.name }

func (c lineCodec) magic() string { return c.name + "\n" }

func (c lineCodec) Match(prefix []byte) codec.Match {
	m := []byte(c.magic())
	switch {
	case bytes.HasPrefix(prefix, m):
		return codec.Yes
	case bytes.HasPrefix(m, prefix):
		return codec.More
	}
	return codec.No
}

func (c lineCodec) Dial(context.Context, net.Conn) (codec.Conn, error) {
	return nil, errors.New("a server's codec")
}

type jsonBody struct{}

func (jsonBody) Decode(src []byte, into any) error { return json.Unmarshal(src, into) }

// Serve drains as the contract asks: after ctx it refuses new calls and returns
// when none is left.
func (c lineCodec) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	defer nc.Close()
	conn, gone := context.WithCancel(context.WithoutCancel(ctx))
	defer gone()
	var mu sync.Mutex // of writes and of running
	running := 0
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		if running == 0 && !c.stubborn {
			nc.Close()
		}
	})
	defer stop()

	r := bufio.NewReader(nc)
	if line, err := r.ReadString('\n'); err != nil || line != c.magic() {
		return errors.Join(err, errors.New("no magic"))
	}
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return err
		}
		var in struct {
			lineCall
			Body json.RawMessage
		}
		if err := json.Unmarshal(line, &in); err != nil {
			return err
		}
		send := func(out lineReply) {
			b, _ := json.Marshal(out)
			mu.Lock()
			defer mu.Unlock()
			if !in.Oneway {
				_, _ = nc.Write(append(b, '\n'))
			}
		}
		if ctx.Err() != nil {
			send(lineReply{ID: in.ID, Code: onramp.Unavailable, Origin: onramp.Refused, Text: "draining"})
			continue
		}
		mu.Lock()
		running++
		mu.Unlock()
		calls.Go(func() {
			send(answerLine(conn, in.lineCall, in.Body, h))
			mu.Lock()
			defer mu.Unlock()
			if running--; running == 0 && ctx.Err() != nil && !c.stubborn {
				nc.Close()
			}
		})
	}
}

func answerLine(ctx context.Context, in lineCall, body json.RawMessage, h onramp.Handler) lineReply {
	req := &onramp.Request{Service: in.Service, Method: in.Method, Version: in.Version, Group: in.Group}
	req.Body = onramp.Received(body, 0, jsonBody{})
	req.Start(time.Now())
	if in.Oneway {
		req.Kind = onramp.Oneway
	}
	if in.Timeout != 0 {
		req.Deadline = time.Now().Add(in.Timeout)
	}
	p, err := h(ctx, req)
	out := lineReply{ID: in.ID}
	if err != nil {
		e := onramp.AsError(err)
		out.Code, out.Origin, out.Text = e.Code, e.Origin, e.Error()
		return out
	}
	out.Body = p.Body.Raw
	if p.Body.Value != nil {
		out.Body, _ = json.Marshal(p.Body.Value)
	}
	return out
}

// lineClient is the other side. Its methods fail the test.
type lineClient struct {
	t  testing.TB
	nc net.Conn
	r  *bufio.Reader
	id int
}

func newLineClient(t testing.TB, nc net.Conn, name string) *lineClient {
	t.Helper()
	c := &lineClient{t: t, nc: nc, r: bufio.NewReader(nc)}
	if _, err := io.WriteString(nc, name+"\n"); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *lineClient) send(call lineCall) {
	c.t.Helper()
	c.id++
	call.ID = c.id
	if call.Service == "" {
		call.Service = "com.acme.Greeter"
	}
	if call.Method == "" {
		call.Method = "sayHello"
	}
	if call.Body == nil {
		call.Body = hello{Name: "ann"}
	}
	b, err := json.Marshal(call)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.nc.Write(append(b, '\n')); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

func (c *lineClient) recv() lineReply {
	c.t.Helper()
	line, err := c.r.ReadBytes('\n')
	if err != nil {
		c.t.Fatalf("recv: %v", err)
	}
	var out lineReply
	if err := json.Unmarshal(line, &out); err != nil {
		c.t.Fatal(err)
	}
	return out
}

func (c *lineClient) call(in lineCall) lineReply {
	c.t.Helper()
	c.send(in)
	return c.recv()
}

// ended waits until the server closes the connection.
func (c *lineClient) ended() {
	c.t.Helper()
	if b, err := c.r.ReadByte(); err == nil {
		c.t.Fatalf("got byte %q, want the connection's end", b)
	}
}

type hello struct{ Name string }
type greeting struct{ Text string }

func sayHello(_ context.Context, in *hello) (*greeting, error) {
	return &greeting{"hello " + in.Name}, nil
}

// recvAny reads a reply or the connection's end.
func (c *lineClient) recvAny() { _, _ = c.r.ReadBytes('\n') }
