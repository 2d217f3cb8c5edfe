package client

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/discovery"
)

// schemeOf returns the name that targets call a source by, or "".
func schemeOf(s discovery.Source) string {
	if n, ok := s.(discovery.Schemer); ok {
		return n.Scheme()
	}
	return ""
}

// find returns the source of a scheme, or nil.
func find(sources []discovery.Source, scheme string) discovery.Source {
	for _, s := range sources {
		if schemeOf(s) == scheme {
			return s
		}
	}
	return nil
}

// apply sets the options and says all that is wrong with them.
func (c *config) apply(opts []Option) error {
	var wrong []error
	for i, o := range opts {
		err := fmt.Errorf("client: New: option %d is nil", i+1)
		if o != nil {
			err = o(c)
		}
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	return c.complete()
}

// complete fills in defaults and says what is missing.
func (c *config) complete() error {
	if len(c.codecs) == 0 {
		return wrongOption("WithCodec", "a client needs a protocol: hand it one, like bolt.New()")
	}
	if static := discovery.Static(); find(c.sources, static.Scheme()) == nil && len(c.sources) > 0 {
		c.sources = append(c.sources, static)
	} else if len(c.sources) == 0 {
		c.sources = []discovery.Source{nil, static}
	}
	if c.logger == nil {
		c.logger = slog.Default()
	}
	if c.hop == nil {
		c.hop = newCluster
	}
	return nil
}

// grammar returns how targets are read. The first source is the default; nil
// stands for none.
func (c *config) grammar() discovery.Grammar {
	g := discovery.Grammar{}
	for _, k := range c.codecs {
		g.Protocols = append(g.Protocols, k.Name())
	}
	for i, s := range c.sources {
		n, ok := s.(discovery.Schemer)
		if !ok {
			continue
		}
		g.Sources = append(g.Sources, n)
		if i == 0 {
			g.Default = n
		}
	}
	return g
}

// cache returns who finds a target's endpoints. Clusters of one source share a
// cache, so that each target is watched once. It runs under the lock.
func (c *Client) cache(t discovery.Target) (*discovery.Cache, error) {
	s, err := c.source(t)
	if err != nil {
		return nil, err
	}
	name := schemeOf(s)
	if t.Scheme == discovery.Direct {
		name = discovery.Direct
	}
	if c.caches[name] == nil {
		c.caches[name] = discovery.NewCache(s, append([]discovery.CacheOption{discovery.WithLogger(c.cfg.logger)}, c.cfg.cacheOptions...)...)
	}
	return c.caches[name], nil
}

// source returns who knows a target. Direct targets bring their list along.
func (c *Client) source(t discovery.Target) (discovery.Source, error) {
	switch {
	case t.Scheme == discovery.Direct:
		return discovery.Static(), nil
	case t.Scheme != "":
		if s := find(c.cfg.sources, t.Scheme); s != nil {
			return s, nil
		}
		return nil, wrongOption("WithDiscovery", "no source has the scheme %q of the target", t.Scheme)
	case c.cfg.sources[0] == nil:
		return nil, wrongOption("WithDiscovery", "the target names no source, and the client has no default one: hand it WithDiscovery(discovery.File(...)), or write %s://host:port/ before the service's name", c.protocol(t))
	}
	return c.cfg.sources[0], nil
}

// codec returns who speaks a target's protocol.
func (c *Client) codec(t discovery.Target) (codec.Codec, error) {
	if t.Protocol == "" {
		return c.cfg.codecs[0], nil
	}
	for _, k := range c.cfg.codecs {
		if k.Name() == t.Protocol {
			return k, nil
		}
	}
	return nil, wrongOption("WithCodec", "no codec is named %q, the protocol of the target", t.Protocol)
}

// protocol names the protocol of a target.
func (c *Client) protocol(t discovery.Target) string {
	if t.Protocol == "" {
		return c.cfg.codecs[0].Name()
	}
	return t.Protocol
}
