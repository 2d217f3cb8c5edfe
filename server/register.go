package server

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// announcement is one endpoint of one service in one registry.
type announcement struct {
	registrar     int
	service, addr string
}

// The pauses between calls of a Registrar that fails.
const (
	registerPauseMin = 100 * time.Millisecond
	registerPauseMax = 30 * time.Second
)

// announce starts every announcement that is due and not running. s.mu is held.
func (s *Server) announce() {
	if s.phase != serving {
		return
	}
	for ln := range s.listeners {
		for _, service := range s.announcedNames() {
			for i := range s.cfg.registrars {
				s.announceOne(ln, announcement{i, service, ln.addr})
			}
		}
	}
}

// announcedNames are the names given, or the services that have handlers.
func (s *Server) announcedNames() []string {
	if len(s.cfg.names) > 0 {
		return s.cfg.names
	}
	var out []string
	for service := range s.table.Load().services {
		out = append(out, service)
	}
	slices.Sort(out)
	return out
}

func (s *Server) announceOne(ln *listening, a announcement) {
	if _, ok := s.announced[a]; ok {
		return
	}
	s.announced[a] = struct{}{}
	s.announcers.join()
	ep := s.cfg.endpoint
	ep.Addr = a.addr
	if ep.Started.IsZero() {
		ep.Started = ln.since
	}
	if ep.Protocol == "" && len(s.cfg.codecs) == 1 {
		ep.Protocol = s.cfg.codecs[0].Name()
	}
	go func() {
		defer s.unannounced(a)
		s.keepAnnounced(ln.ctx, s.cfg.registrars[a.registrar], a.service, ep)
	}()
}

func (s *Server) unannounced(a announcement) {
	s.mu.Lock()
	delete(s.announced, a)
	s.announce() // another listener may announce the same address
	s.mu.Unlock()
	s.announcers.leave()
}

// announcements lists what is, or may be, announced.
func (s *Server) announcements() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for a := range s.announced {
		out = append(out, a.service+" at "+a.addr)
	}
	slices.Sort(out)
	return out
}

// keepAnnounced runs the Registrar until ctx ends, again and again if it fails.
func (s *Server) keepAnnounced(ctx context.Context, r discovery.Registrar, service string, ep onramp.Endpoint) {
	var pause time.Duration
	for {
		began := time.Now()
		err := r.Register(ctx, service, ep)
		if ctx.Err() != nil {
			if err != nil && !errors.Is(err, ctx.Err()) {
				s.cfg.log.Warn("server: withdrawing an endpoint failed", slog.String("service", service), slog.String("addr", ep.Addr), slog.Any("err", err))
			}
			return
		}
		if time.Since(began) > registerPauseMax {
			pause = 0 // it was announced for a while: this is a new fault
		}
		pause = min(max(2*pause, registerPauseMin), registerPauseMax)
		s.cfg.log.Warn("server: an endpoint is not announced", slog.String("service", service), slog.String("addr", ep.Addr), slog.Any("err", err), slog.Duration("again_in", pause))
		if !sleep(ctx, pause/2+rand.N(pause/2)) {
			return
		}
	}
}

// sleep waits for d and reports false when ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
