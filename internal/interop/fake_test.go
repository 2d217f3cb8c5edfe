package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/protobuf"
	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/server"
)

// fake is a peer made of this module itself, in a process of its own. A role other
// than "good" makes it a bad one, in one way.
type fake struct {
	role    string
	mu      sync.Mutex
	seen    seen
	clients map[string]*client.Client
}

// play is the process.
func play(role string) int {
	f := &fake{role: role, clients: map[string]*client.Client{}}
	if code, end := f.begin(); end {
		return code
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var a ask
		if err := json.Unmarshal(in.Bytes(), &a); err != nil {
			return 2
		}
		if code, end := f.spoil(a); end {
			return code
		}
		got, err := f.answer(a)
		if err != nil {
			got = map[string]any{"error": err.Error()}
		}
		got["id"] = a.ID
		say(got)
	}
	return 0
}

func say(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(b))
}

func (f *fake) answer(a ask) (map[string]any, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch a.Do {
	case "serve":
		addr, err := f.serve(a)
		return map[string]any{"addr": addr}, err
	case "seen":
		s := f.seen
		f.seen = seen{}
		return map[string]any{"seen": s}, nil
	case "call":
		ends, err := f.call(a)
		return map[string]any{"calls": ends}, err
	case "close":
		if c := f.clients[a.Addr]; c != nil {
			delete(f.clients, a.Addr)
			return map[string]any{}, c.Close()
		}
		return map[string]any{}, nil
	}
	return nil, errors.ErrUnsupported
}

func (f *fake) serve(a ask) (string, error) {
	s, err := server.New(server.WithCodec(bolt.New(bolt.With(bolt.Protobuf, protobuf.New()))))
	if err != nil {
		return "", err
	}
	hs := usual(wire{})
	hs["note"] = echoed
	for name, h := range hs {
		err = errors.Join(err, server.Handle(s, echoService+"/"+name, func(ctx context.Context, in *pb.Message) (*pb.Message, error) {
			f.record(ctx, in)
			out, err := h(ctx, in)
			if f.role == "wrong" && out != nil {
				out.Number++
			}
			return out, err
		}))
	}
	l, lerr := net.Listen("tcp", a.Addr)
	if err = errors.Join(err, lerr); err != nil {
		return "", err
	}
	go func() { _ = s.Serve(context.Background(), l) }()
	if f.role == "everywhere" {
		return strings.Replace(l.Addr().String(), "127.0.0.1", "0.0.0.0", 1), nil
	}
	return l.Addr().String(), nil
}

func (f *fake) record(ctx context.Context, in *pb.Message) {
	req := server.RequestOf(ctx)
	a := arrival{Service: req.Service, Method: req.Method, Message: describe(in), Header: map[string]string{"note": req.Header.Get("note")}}
	if !req.Deadline.IsZero() {
		a.Timeout = int(time.Until(req.Deadline).Milliseconds())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen.Calls = append(f.seen.Calls, a)
	if f.role == "twice" && req.Kind == onramp.Oneway {
		f.seen.Calls = append(f.seen.Calls, a)
	}
}

// client returns the one of an address.
func (f *fake) client(a ask) (*client.Client, error) {
	if c := f.clients[a.Addr]; c != nil {
		return c, nil
	}
	engine := []framed.Option{}
	if a.Heartbeat > 0 {
		engine = append(engine, framed.Heartbeat(time.Duration(a.Heartbeat)*time.Millisecond))
	}
	opts := []bolt.Option{bolt.With(bolt.Protobuf, protobuf.New()), bolt.Engine(engine...)}
	for _, w := range wires() {
		if w.name == a.Wire {
			opts = append(opts, w.options()...)
		}
	}
	c, err := client.New(client.WithCodec(bolt.New(opts...)))
	if err == nil {
		f.clients[a.Addr] = c
	}
	return c, err
}

func (f *fake) call(a ask) ([]end, error) {
	c, err := f.client(a)
	if err != nil {
		return nil, err
	}
	service, _, _ := strings.Cut(a.Service, ":")
	opts := []client.MethodOption{client.Timeout(time.Duration(a.Timeout) * time.Millisecond)}
	if a.Oneway {
		opts = append(opts, client.Oneway())
	}
	m := client.MethodOf[pb.Message, pb.Message](c, "bolt://"+a.Addr+"/"+service+"/"+a.Method, opts...)
	ends := make([]end, len(a.Calls))
	var all sync.WaitGroup
	for i := range a.Calls {
		all.Go(func() {
			out, err := m.CallWith(context.Background(), f.message(a.Calls[i]), client.Header("note", a.Header["note"]))
			ends[i] = ended(out, err)
		})
	}
	all.Wait()
	return ends, nil
}

func ended(out *pb.Message, err error) end {
	e := onramp.AsError(err)
	if e == nil {
		return end{Reply: describe(out)}
	}
	kind := "error"
	switch e.Code {
	case onramp.DeadlineExceeded:
		kind = "timeout"
	case onramp.Unavailable:
		kind = "closed"
	}
	return end{Failed: &failed{Kind: kind, Name: e.Code.String(), Text: e.Err.Error()}}
}

// message makes what a line describes.
func (f *fake) message(t text) *pb.Message {
	n, _ := strconv.ParseInt(t.Number, 10, 64)
	if f.role == "wrong" {
		n++
	}
	m := &pb.Message{
		Text: t.Text, Number: n, Sleep: t.Sleep, Tags: t.Tags, Counts: t.Counts, Ratio: t.Ratio, Flag: t.Flag,
		Color: pb.Color(t.Color), Offset: t.Offset, Packed: t.Packed, Data: fill(t.Size),
	}
	for i := len(t.Inner) - 1; i >= 0; i-- {
		m.Inner = &pb.Inner{Name: t.Inner[i], Inner: m.Inner}
	}
	return m
}
