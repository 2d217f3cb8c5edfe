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
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/internal/interop/sample"
	"github.com/onrampmesh/onramp/server"
)

// fake is a peer made of this module itself, in a process of its own. A role other
// than "good" makes it a bad one, in one way.
type fake struct {
	role    string
	mu      sync.Mutex
	seen    seen
	clients map[string]*client.Client
	servers map[string]*server.Server
	load    *fakeLoad
}

// play is the process.
func play(role string) int {
	f := &fake{role: role, clients: map[string]*client.Client{}, servers: map[string]*server.Server{}}
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
	switch a.Do {
	case "serve":
		addr, err := f.serve(a)
		return map[string]any{"addr": addr}, err
	case "seen":
		f.mu.Lock()
		defer f.mu.Unlock()
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
	case "load":
		return map[string]any{}, f.begins(a)
	case "unload":
		return map[string]any{"load": f.load.end()}, nil
	case "stop":
		return map[string]any{}, f.stop(a.Addr)
	}
	return nil, errors.ErrUnsupported
}

// caller is this module's client as the driver has it.
func (f *fake) caller(a ask, addr string) (*caller, error) {
	w, _ := wireOf(a.Wire)
	c, err := f.client(a, w, addr)
	return &caller{cell: &cell{ctx: context.Background(), wire: w, addr: addr}, c: c}, err
}

// client returns the one of an address.
func (f *fake) client(a ask, w wire, addr string) (*client.Client, error) {
	if c := f.clients[addr]; c != nil {
		return c, nil
	}
	engine := []framed.Option{}
	if a.Heartbeat > 0 {
		engine = append(engine, framed.Heartbeat(time.Duration(a.Heartbeat)*time.Millisecond))
	}
	c, err := client.New(client.WithCodec(w.codec(engine...)))
	if err == nil {
		f.clients[addr] = c
	}
	return c, err
}

func (f *fake) call(a ask) ([]end, error) {
	k, err := f.caller(a, a.Addr)
	if err != nil {
		return nil, err
	}
	ends := make([]end, len(a.Calls))
	var all sync.WaitGroup
	for i := range a.Calls {
		all.Go(func() {
			if strings.HasPrefix(a.Service, valuesService) {
				ends[i] = f.value(k, a, a.Calls[i].Sample)
			} else {
				ends[i] = f.message(k, a, a.Calls[i])
			}
		})
	}
	all.Wait()
	return ends, nil
}

// message makes one call of Echo.
func (f *fake) message(k *caller, a ask, t text) end {
	group, service, grouped := strings.Cut(a.Service, "/")
	if !grouped {
		service = a.Service
	}
	name, version, _ := strings.Cut(service, ":")
	target := name + "/" + a.Method
	if grouped {
		target += "?version=" + version + "&group=" + group
	}
	opts := []client.MethodOption{client.Timeout(time.Duration(a.Timeout) * time.Millisecond)}
	if a.Oneway {
		opts = append(opts, client.Oneway())
	}
	return ended(k.of(target, opts...).CallWith(context.Background(), f.fromLine(t), client.Header("note", a.Header["note"])))
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
	told := &failed{Kind: kind, Name: e.Code.String(), Text: e.Err.Error()}
	if sold, ok := errors.AsType[*sample.SoldOut](err); ok {
		told.Name, told.Item, told.Left = sold.JavaClassName(), sold.Item, int(sold.Left)
		told.Cause = &failed{Name: "java.lang.IllegalArgumentException", Text: "no stock"}
	}
	return end{Failed: told}
}

// fromLine makes what a line describes.
func (f *fake) fromLine(t text) *pb.Message {
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

func (f *fake) serve(a ask) (string, error) {
	w, _ := wireOf(a.Wire)
	s, err := server.New(server.WithCodec(w.codec()))
	if err != nil {
		return "", err
	}
	if err := errors.Join(f.echo(s, w), f.values(s, w)); err != nil {
		return "", err
	}
	l, err := net.Listen("tcp", a.Addr)
	if err != nil {
		return "", err
	}
	go func() { _ = s.Serve(context.Background(), l) }()
	f.servers[l.Addr().String()] = s
	if f.role == "everywhere" {
		return strings.Replace(l.Addr().String(), "127.0.0.1", "0.0.0.0", 1), nil
	}
	return l.Addr().String(), nil
}

// sleeper is an echo that does not look at its deadline, as those of other peers.
func sleeper(_ context.Context, in *pb.Message) (*pb.Message, error) {
	<-time.After(time.Duration(in.Sleep) * time.Millisecond)
	return in, nil
}

// echo registers the handlers of Echo.
func (f *fake) echo(s *server.Server, w wire) error {
	hs := usual(w)
	hs["note"], hs["echo"] = echoed, sleeper
	var opts []server.HandlerOption
	var wrong []error
	if w.protocol == "dubbo" {
		opts = append(opts, server.Version("1.0"))
		wrong = append(wrong, w.handle(s, "echo", blue, server.Version(blueVersion), server.Group(blueGroup)))
	}
	for name, h := range hs {
		wrong = append(wrong, w.handle(s, name, func(ctx context.Context, in *pb.Message) (*pb.Message, error) {
			f.record(ctx, in)
			out, err := h(ctx, in)
			if f.role == "wrong" && out != nil {
				out.Number++
			}
			return out, err
		}, opts...))
	}
	return errors.Join(wrong...)
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
