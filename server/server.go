package server

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/onrampmesh/onramp"
)

// ErrClosed is what Serve returns on a server that was shut down or closed
// before. A server serves once: make a new one.
var ErrClosed = errors.New("server: closed")

// Server serves calls on any number of listeners. Its methods may be called by
// several goroutines at once.
type Server struct {
	cfg   config
	table atomic.Pointer[table]
	load  load
	count counters

	// serving ends when the drain begins: it is the context of every codec.Serve.
	serving context.Context
	drainer context.CancelFunc
	// hard ends with Close and cuts every wait of a drain short.
	hard     context.Context
	hardStop context.CancelFunc
	// announcing ends when the server is to be withdrawn from its registries.
	announcing context.Context
	withdraw   context.CancelFunc

	conns, acceptors, announcers crew

	panics, refusals limiter

	mu        sync.Mutex // guards what follows; never held while anything blocks
	phase     phase
	stage     Stage
	listeners map[*listening]struct{}
	open      map[*conn]struct{}
	perPeer   map[netip.Addr]int
	announced map[announcement]struct{}
	left      *DrainError // set before done is closed
	done      chan struct{}
}

// phase is the life of a server, in order.
type phase uint8

const (
	idle phase = iota
	serving
	draining
	closed
)

// New makes a server. Wrong options are told all at once, each with its name.
func New(opts ...Option) (*Server, error) {
	cfg, err := configure(opts)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg:       cfg,
		listeners: map[*listening]struct{}{},
		open:      map[*conn]struct{}{},
		perPeer:   map[netip.Addr]int{},
		announced: map[announcement]struct{}{},
		done:      make(chan struct{}),
	}
	s.load.limit = int64(cfg.maxConcurrent)
	s.load.late = late(cfg.codecs)
	s.table.Store(&table{})
	s.serving, s.drainer = context.WithCancel(context.Background())
	s.hard, s.hardStop = context.WithCancel(context.Background())
	s.announcing, s.withdraw = context.WithCancel(context.Background())
	return s, nil
}

// HandleFunc has h handle the calls of target, "com.acme.Greeter/sayHello". h
// decodes the body itself, or passes it on. It may be called while the server
// serves; a second handler for the same target, version and group is an error.
func (s *Server) HandleFunc(target string, h onramp.Handler, opts ...HandlerOption) error {
	return s.register(target, h, opts)
}

// Ready reports whether the server takes new calls. It is the first thing that
// turns false in a shutdown.
func (s *Server) Ready() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == serving && len(s.listeners) > 0
}
