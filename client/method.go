package client

import (
	"fmt"
	"sync/atomic"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// maxMethods bounds the methods that one client resolves, and the texts and
// names by which it remembers them.
const maxMethods = 10000

// names are what a Request says of what it calls.
type names struct{ service, version, group, method, uniqueID string }

// methodKey tells methods apart: the same names with other options are built
// differently.
type methodKey struct {
	target                 string // key of the target
	version, group, method string
	options                MethodOptions
}

// method is one method that calls can be made to. It lives as long as its client.
type method struct {
	service *service
	key     methodKey
	options MethodOptions
	target  string // for errors: service/method
	current atomic.Pointer[pipelines]
}

// fill makes req a call of m.
func (m *method) fill(req *onramp.Request) {
	req.Service, req.Version, req.Group, req.Method = m.service.name, m.key.version, m.key.group, m.key.method
	req.Signature = m.options.Signature
	if id := m.service.target.Params[onramp.UniqueID]; id != "" {
		req.Header.Set(onramp.UniqueID, id)
	}
}

// lookup resolves what Do was asked for.
func (c *Client) lookup(n names) (*method, error) {
	if n.service == "" || n.method == "" {
		return nil, fail(onramp.InvalidArgument, n.service+"/"+n.method, fmt.Errorf("a call needs a service and a method, the request says %q and %q", n.service, n.method))
	}
	t := discovery.Target{Service: n.service, Method: n.method}
	for k, v := range map[string]string{"version": n.version, "group": n.group, onramp.UniqueID: n.uniqueID} {
		if v == "" {
			continue
		}
		if t.Params == nil {
			t.Params = map[string]string{}
		}
		t.Params[k] = v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.names.get(n); ok {
		return m, nil
	}
	m, err := c.method(t, MethodOptions{})
	if err == nil && c.names.n < maxMethods {
		c.names.put(n, m)
	}
	return m, err
}

// read resolves the text of a target, with options that are the default.
func (c *Client) read(text string) (*method, error) {
	if m, ok := c.texts.get(text); ok {
		return m, nil
	}
	t, err := c.parse(text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.texts.get(text); ok {
		return m, nil
	}
	m, err := c.method(t, MethodOptions{})
	if err == nil && c.texts.n < maxMethods {
		c.texts.put(text, m)
	}
	return m, err
}

// method returns the method of a target, new or known. It runs under the lock.
func (c *Client) method(t discovery.Target, o MethodOptions) (*method, error) {
	target := t.Service + "/" + t.Method
	if c.closed {
		return nil, fail(onramp.Unavailable, target, errClosed)
	}
	k := methodKey{version: t.Params["version"], group: t.Params["group"], method: t.Method, options: o}
	t.Method = ""
	k.target = c.key(t)
	if m := c.methods[k]; m != nil {
		return m, nil
	}
	if len(c.methods) >= maxMethods {
		return nil, fail(onramp.ResourceExhausted, target, fmt.Errorf("the client has resolved %d methods, which is its bound: are names made up per call?", maxMethods))
	}
	m, err := c.newMethod(k, t, target)
	if err != nil {
		return nil, fail(onramp.InvalidArgument, target, err)
	}
	c.methods[k] = m
	return m, nil
}

func (c *Client) newMethod(k methodKey, t discovery.Target, target string) (*method, error) {
	s, known := c.services[k.target]
	if !known {
		s = c.newService(t)
	}
	m := &method{service: s, key: k, options: k.options, target: target}
	p, err := s.current.build(m)
	if err != nil {
		if !known {
			c.discard(s)
		}
		return nil, err
	}
	m.current.Store(p)
	s.methods = append(s.methods, m)
	c.services[k.target] = s
	return m, nil
}

// discard closes what was made for a service that is not kept.
func (c *Client) discard(s *service) {
	c.closeLanes(s.current)
	if h := s.direct; h != nil {
		c.closing.Go(func() { _ = h.Close() })
	}
}

// parse reads the text of a target that names a method.
func (c *Client) parse(text string) (discovery.Target, error) {
	return parse(&c.grammar, text)
}

func parse(g *discovery.Grammar, text string) (discovery.Target, error) {
	t, err := g.Parse(text)
	if err == nil && t.Method == "" {
		err = &discovery.TargetError{Target: text, Reason: "it names no method: write service/method"}
	}
	if err != nil {
		return t, fail(onramp.InvalidArgument, text, &badTarget{err})
	}
	return t, nil
}

// badTarget is why a target cannot be read, for an error that names the target.
type badTarget struct{ error }

// Error returns the reason without the target.
func (e *badTarget) Error() string {
	if t, ok := e.error.(*discovery.TargetError); ok {
		return "the target cannot be read: " + t.Why()
	}
	return e.error.Error()
}

// Unwrap returns the *discovery.TargetError.
func (e *badTarget) Unwrap() error { return e.error }
