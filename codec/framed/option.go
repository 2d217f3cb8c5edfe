package framed

import (
	"fmt"
	"time"

	"github.com/onrampmesh/onramp/internal/mux"
)

// Option changes a default of the engine.
type Option func(*settings)

type settings struct {
	mux.Config
	problems []error
}

// within notes a value that is out of its bounds.
func within[T int | time.Duration](s *settings, option string, v, least, most T) {
	if v < least || v > most {
		s.problems = append(s.problems, fmt.Errorf("framed.%s(%v): want %v..%v", option, v, least, most))
	}
}

// MaxInFlight bounds the calls of one connection, 1..65536; the default is 1024.
// A client's connection beyond it is full, a server answers busy.
func MaxInFlight(n int) Option {
	return func(s *settings) {
		within(s, "MaxInFlight", n, 1, 1<<16)
		s.MaxInFlight = n
	}
}

// WriteBuffer bounds the bytes that wait to be written on one connection, 4 KiB
// to 1 GiB; the default is 1 MiB. One frame is always taken.
func WriteBuffer(n int) Option {
	return func(s *settings) {
		within(s, "WriteBuffer", n, 4<<10, 1<<30)
		s.WriteBuffer = n
	}
}

// Heartbeat is the silence after which a client asks whether the peer is there,
// up to 1 h; the default is 10 s, and after half of that again without a sign the
// connection is closed. 0 switches heartbeats off.
func Heartbeat(d time.Duration) Option {
	return func(s *settings) {
		within(s, "Heartbeat", d, 0, time.Hour)
		s.Heartbeat = d
	}
}

// WriteTimeout is how long a peer may take no bytes, 1 ms to 1 h; the default is 10 s.
func WriteTimeout(d time.Duration) Option {
	return func(s *settings) {
		within(s, "WriteTimeout", d, time.Millisecond, time.Hour)
		s.WriteTimeout = d
	}
}

// DrainIdle is how long a server connection that drains waits without requests
// before it says that nothing more comes, 1 ms to 1 h; the default is 1 s.
func DrainIdle(d time.Duration) Option {
	return func(s *settings) {
		within(s, "DrainIdle", d, time.Millisecond, time.Hour)
		s.DrainIdle = d
	}
}

// OnPanic is told what a handler panicked with. It must not panic.
func OnPanic(f func(target string, value any, stack []byte)) Option {
	return func(s *settings) { s.Panic = f }
}
