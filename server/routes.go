package server

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/onrampmesh/onramp"
)

// table says which route takes a call. It is immutable: a registration makes a
// new one.
type table struct {
	methods map[name][]*route // the most particular one first
	// services counts the routes of each service.
	services map[string]int
}

type name struct{ service, method string }

// route is one registered handler with its pipeline.
type route struct {
	name
	target         string
	version, group string // "" takes all
	uniqueID       string // likewise
	forwarding     bool
	handler        onramp.Handler
	running        gauge

	// These are made once, so that an overload allocates nothing.
	busy, draining, expired, late *onramp.Error
}

// HandlerOption says more about one handler.
type HandlerOption func(*route)

// Version lets the handler take only calls of this version. A handler without it
// takes all versions that no other handler of its target names.
func Version(v string) HandlerOption { return func(r *route) { r.version = v } }

// Group lets the handler take only calls of this group. A handler without it
// takes all groups that no other handler of its target names.
func Group(g string) HandlerOption { return func(r *route) { r.group = g } }

// UniqueID lets the handler take only calls whose header has this onramp.UniqueID.
// A handler without it takes all that no other handler of its target names.
func UniqueID(id string) HandlerOption { return func(r *route) { r.uniqueID = id } }

// Forwarding says that the handler does nothing but pass calls on: when its
// error is of origin Local or Refused, the peer hears that the call did not run
// and may send it again. The errors of other handlers are always of origin
// Remote, because they ran.
func Forwarding() HandlerOption { return func(r *route) { r.forwarding = true } }

// register adds a route.
func (s *Server) register(target string, h onramp.Handler, opts []HandlerOption) error {
	n, err := parseTarget(target)
	if err != nil {
		return err
	}
	if h == nil {
		return fmt.Errorf("server: handler of %s: it is nil", target)
	}
	r := &route{name: n, target: target}
	for _, o := range opts {
		if o == nil {
			return fmt.Errorf("server: handler of %s: an option is nil", target)
		}
		o(r)
	}
	r.refusals()
	r.handler = s.pipeline(r, h)

	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.table.Load().with(r)
	if err != nil {
		return err
	}
	s.table.Store(t)
	s.announce()
	return nil
}

// parseTarget splits "service/method".
func parseTarget(target string) (name, error) {
	i := strings.LastIndexByte(target, '/')
	service, version, colon := strings.Cut(target[:max(i, 0)], ":")
	switch {
	case strings.Contains(target, "://"):
		return name{}, fmt.Errorf("server: handler of %q: a server's target is service/method, without protocol or registry", target)
	case strings.ContainsAny(target, "? \t\r\n"):
		return name{}, fmt.Errorf("server: handler of %q: no space and no parameter may stand in service/method; Version, Group and UniqueID are options", target)
	case i <= 0 || i == len(target)-1:
		return name{}, fmt.Errorf("server: handler of %q: want service/method, such as com.acme.Greeter/sayHello", target)
	case target[0] == '/' || target[i-1] == '/' || strings.Contains(target, "//"):
		return name{}, fmt.Errorf("server: handler of %q: a slash stands between service and method only: write com.acme.Greeter/sayHello", target)
	case colon && version != "" && '0' <= version[0] && version[0] <= '9':
		return name{}, fmt.Errorf("server: handler of %q: the version is no part of the name: write %s%s and the option Version(%q)", target, service, target[i:], strings.SplitN(version, ":", 2)[0])
	}
	return name{target[:i], target[i+1:]}, nil
}

// with returns a table that also holds r.
func (t *table) with(r *route) (*table, error) {
	old := t.methods[r.name]
	for _, o := range old {
		if o.version == r.version && o.group == r.group && o.uniqueID == r.uniqueID {
			return nil, fmt.Errorf("server: handler of %s%s: there is one already", r.target, narrowed(r.version, r.group, r.uniqueID))
		}
	}
	next := &table{methods: maps.Clone(t.methods), services: maps.Clone(t.services)}
	if next.methods == nil {
		next.methods, next.services = map[name][]*route{}, map[string]int{}
	}
	routes := append(slices.Clone(old), r)
	slices.SortStableFunc(routes, func(a, b *route) int { return b.particular() - a.particular() })
	next.methods[r.name] = routes
	next.services[r.service]++
	return next, nil
}

// particular ranks routes: the unique id says most, then version, then group.
func (r *route) particular() int {
	n := 0
	if r.uniqueID != "" {
		n += 4
	}
	if r.version != "" {
		n += 2
	}
	if r.group != "" {
		n++
	}
	return n
}

// find returns the route that takes req, or nil.
func (t *table) find(req *onramp.Request) *route {
	for _, r := range t.methods[name{req.Service, req.Method}] {
		if (r.version == "" || r.version == req.Version) && (r.group == "" || r.group == req.Group) && r.identifies(req) {
			return r
		}
	}
	return nil
}

// identifies reports whether r takes calls of req's unique id.
func (r *route) identifies(req *onramp.Request) bool {
	if r.uniqueID == "" {
		return true
	}
	id, ok := req.Header.Peek(onramp.UniqueID)
	return ok && string(id) == r.uniqueID
}

// missing says why no route takes req. The names are the peer's and are cut.
func (t *table) missing(req *onramp.Request) *onramp.Error {
	var why error
	switch n := (name{req.Service, req.Method}); {
	case len(t.methods[n]) > 0:
		why = fmt.Errorf("%s is served here, but not%s; it is%s", req.Target(), orPlain(narrowed(clip(req.Version), clip(req.Group), clip(req.Header.Get(onramp.UniqueID)))), t.served(n))
	case t.services[req.Service] > 0:
		why = fmt.Errorf("service %s has no method %q here", req.Service, clip(req.Method))
	default:
		why = fmt.Errorf("service %q is not served here (method %q)", clip(req.Service), clip(req.Method))
	}
	return &onramp.Error{Code: onramp.Unimplemented, Origin: onramp.Refused, Err: why}
}

// served says for which versions, groups and unique ids a method has handlers, as far as
// one line can.
func (t *table) served(n name) string {
	const most = 3
	var all []string
	for _, r := range t.methods[n] {
		if len(all) == most {
			all = append(all, " and others")
			break
		}
		all = append(all, orPlain(narrowed(r.version, r.group, r.uniqueID)))
	}
	return strings.Join(all, ",")
}

// orPlain says that a name is not narrowed.
func orPlain(narrowed string) string {
	if narrowed == "" {
		return " without version and group"
	}
	return narrowed
}

func narrowed(version, group, uniqueID string) string {
	out := ""
	if version != "" {
		out += fmt.Sprintf(" in version %q", version)
	}
	if group != "" {
		out += fmt.Sprintf(" in group %q", group)
	}
	if uniqueID != "" {
		out += fmt.Sprintf(" with the unique id %q", uniqueID)
	}
	return out
}

func clip(s string) string {
	if len(s) > 128 {
		return s[:128] + "..."
	}
	return s
}
