package discovery

import (
	"context"
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
)

// StaticSource serves lists that never change: its own, for every service, and
// those that targets bring along: direct ones (bolt://a:1,b:2/S) and
// static:///a:1,b:2?service=S. It is the operator's word. Its methods may run at
// the same time.
type StaticSource struct {
	endpoints []onramp.Endpoint
	err       error
}

// Static returns a source of these addresses: host:port, with an IPv6 host in
// brackets, or unix:/path. Without any it only serves targets that bring their
// list along. A wrong address is kept: see Err.
func Static(addrs ...string) *StaticSource {
	eps := make([]onramp.Endpoint, len(addrs))
	for i, a := range addrs {
		eps[i].Addr = a
	}
	return StaticEndpoints(eps...)
}

// StaticEndpoints returns a source of these endpoints, which must have different
// keys. A wrong address is kept: see Err.
func StaticEndpoints(eps ...onramp.Endpoint) *StaticSource {
	s := &StaticSource{endpoints: append([]onramp.Endpoint(nil), eps...)}
	if err := checkStatic(s.endpoints); err != nil {
		s.err = fmt.Errorf("discovery: %w", err)
	}
	return s
}

// Err returns what is wrong with the list, by its index, or nil. Watch fails with
// the same error.
func (s *StaticSource) Err() error { return s.err }

// Scheme returns "static".
func (s *StaticSource) Scheme() string { return "static" }

// Params returns none.
func (s *StaticSource) Params() []string { return nil }

// Authoritative returns true.
func (s *StaticSource) Authoritative() bool { return true }

// CheckPath wants a list of addresses behind the third slash.
func (s *StaticSource) CheckPath(authority, path string) error {
	if authority != "" {
		return wrong(authority, "the list stands behind the third slash: static:///host:port,host:port")
	}
	_, err := staticList(path)
	return err
}

// Watch gives update the target's list, or the source's own, and waits for ctx.
func (s *StaticSource) Watch(ctx context.Context, t Target, update func(Update)) error {
	eps, err := s.list(t)
	if err != nil {
		return err
	}
	update(Update{State: Known, Endpoints: eps})
	<-ctx.Done()
	return ctx.Err()
}

func (s *StaticSource) list(t Target) ([]onramp.Endpoint, error) {
	text := t.Path
	if t.Scheme == Direct {
		text = t.Authority
	}
	if text == "" {
		return s.endpoints, s.err
	}
	eps, err := staticList(text)
	if err != nil {
		return nil, fmt.Errorf("discovery: target %s: %w", quote(t.String()), err)
	}
	return eps, nil
}

// staticList reads host:port,host:port with or without a slash before it.
func staticList(text string) ([]onramp.Endpoint, error) {
	var eps []onramp.Endpoint
	for addr := range strings.SplitSeq(strings.TrimPrefix(text, "/"), ",") {
		if err := checkAddr(addr); err != nil {
			return nil, err
		}
		eps = append(eps, onramp.Endpoint{Addr: addr})
	}
	return eps, checkStatic(eps)
}

// checkStatic checks addresses and keys, and names the index of a wrong one.
func checkStatic(eps []onramp.Endpoint) error {
	seen := make(map[string]int, len(eps))
	for i := range eps {
		if err := checkAddr(eps[i].Addr); err != nil {
			return fmt.Errorf("static endpoint [%d]: %w", i, err)
		}
		if before, twice := seen[eps[i].Key()]; twice {
			return fmt.Errorf("static endpoint [%d]: %s is already endpoint [%d]: give each an ID or an address of its own", i, quote(eps[i].Key()), before)
		}
		seen[eps[i].Key()] = i
	}
	return nil
}
