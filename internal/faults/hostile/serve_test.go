//go:build faults && linux

package hostile

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

const service = "com.acme.Target"

// call is a message of all methods: a text, and what to do with it.
type call struct {
	Text string
	// Reply is how many bytes the answer has.
	Reply int `json:",omitempty"`
}

// serve is the server's process.
func (s spec) serve(in *bufio.Scanner) error {
	p, err := row.Named(s.Protocol)
	if err != nil {
		return err
	}
	var runs atomic.Int64
	opts := []server.Option{server.WithMaxConns(50_000)}
	if s.Sniff {
		opts = append(opts, server.WithCodec(framed.New(onramptest.LineFramer{}, onramptest.LineBody{})))
	}
	srv, err := newServer(p, &runs, opts...)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "0.0.0.0:0") // every address of 127/8 leads here
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(context.Background(), l) }()
	fmt.Printf("127.0.0.1:%d\n", l.Addr().(*net.TCPAddr).Port)
	if err := answer(in, func(f *figures) { f.Server, f.Runs = srv.Stats(), runs.Load(); f.Conns = f.Server.Conns }); err != nil {
		return err
	}
	_ = srv.Close()
	return <-served
}

// newServer has the methods echo, which answers, and block, which does not until
// its caller has gone.
func newServer(p row.Protocol, runs *atomic.Int64, opts ...server.Option) (*server.Server, error) {
	srv, err := server.New(append([]server.Option{server.WithCodec(p.Codec()), server.WithLogger(slog.New(slog.DiscardHandler))}, opts...)...)
	if err != nil {
		return nil, err
	}
	echo := func(_ context.Context, in *call) (*call, error) {
		runs.Add(1)
		if in.Reply > 0 {
			return &call{Text: string(make([]byte, in.Reply/6))}, nil // \u0000 each
		}
		return &call{Text: in.Text}, nil
	}
	block := func(ctx context.Context, _ *call) (*call, error) {
		runs.Add(1)
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
		}
		return nil, ctx.Err()
	}
	if err := server.Handle(srv, service+"/echo", echo); err != nil {
		return nil, err
	}
	return srv, server.Handle(srv, service+"/block", block)
}
