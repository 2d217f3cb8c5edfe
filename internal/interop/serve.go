package main

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/internal/interop/sample"
	"github.com/onrampmesh/onramp/server"
)

// handlers are this module's server in one cell, by method. Those of a nil map are
// the usual ones.
type handlers map[string]func(ctx context.Context, in *pb.Message) (*pb.Message, error)

// serve starts this module's server on addr and returns its address.
func (c *cell) serve(addr string, hs handlers) (*server.Server, string, error) {
	s, err := server.New(server.WithCodec(c.codec()), server.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, "", err
	}
	for name, h := range hs {
		if err := c.wire.handle(s, name, h); err != nil {
			return nil, "", err
		}
	}
	addr, err = c.open(s, addr)
	return s, addr, err
}

// handle registers a method of Echo.
func (w wire) handle(s *server.Server, name string, h func(ctx context.Context, in *pb.Message) (*pb.Message, error), opts ...server.HandlerOption) error {
	if !w.hessian {
		return server.Handle(s, echoService+"/"+name, h, opts...)
	}
	return server.Handle(s, echoService+"/"+name, func(ctx context.Context, in *sample.Message) (*sample.Message, error) {
		out, err := h(ctx, fromJava(in))
		if err != nil {
			return nil, err
		}
		return toJava(out), nil
	}, opts...)
}

// open has s listen on addr and returns its address.
func (c *cell) open(s *server.Server, addr string) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(context.WithoutCancel(c.ctx), &listener{l, c.tap})
	}()
	c.closers = append(c.closers, func() {
		_ = s.Close()
		<-ended
	})
	if at := l.Addr().String(); !slices.Contains(c.serving, at) {
		c.serving = append(c.serving, at)
	}
	return l.Addr().String(), nil
}

// echoed is the usual handler: it answers what it gets, after a while if told so.
func echoed(ctx context.Context, in *pb.Message) (*pb.Message, error) {
	if in.Sleep > 0 {
		t := time.NewTimer(time.Duration(in.Sleep) * time.Millisecond)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return in, nil
}
