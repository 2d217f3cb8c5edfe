package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/onrampmesh/onramp"
)

// wire is a protocol with its version, options and bodies: a column of the matrix.
type wire struct {
	// name is what peers call it, title what people do.
	name, title string
	// protocol is the name of the codec, bolt or dubbo.
	protocol string
	// hessian says that the bodies are Hessian; others are Protobuf.
	hessian bool
	// version and checksum are those of Bolt.
	version  byte
	checksum bool
	// serial is the number of the bodies' serializer in frames.
	serial byte
}

// wires are all of them.
func wires() []wire {
	return []wire{
		{name: "bolt1", title: "Bolt v1", protocol: "bolt", version: 1, serial: 11},
		{name: "bolt2", title: "Bolt v2", protocol: "bolt", version: 2, serial: 11},
		{name: "bolt2-crc", title: "Bolt v2 CRC", protocol: "bolt", version: 2, checksum: true, serial: 11},
		{name: "bolt1-hessian", title: "Bolt v1", protocol: "bolt", hessian: true, version: 1, serial: 1},
		{name: "bolt2-hessian", title: "Bolt v2", protocol: "bolt", hessian: true, version: 2, serial: 1},
		{name: "bolt2-crc-hessian", title: "Bolt v2 CRC", protocol: "bolt", hessian: true, version: 2, checksum: true, serial: 1},
		{name: "dubbo", title: "Dubbo 2", protocol: "dubbo", hessian: true, serial: 2},
	}
}

// wireOf returns the wire of a name.
func wireOf(name string) (wire, bool) {
	all := wires()
	i := slices.IndexFunc(all, func(w wire) bool { return w.name == name })
	if i < 0 {
		return wire{}, false
	}
	return all[i], true
}

// direction says which side of the calls the peer is.
type direction int

const (
	// peerServes: this module's client calls the peer's server.
	peerServes direction = iota
	// peerCalls: the peer's client calls this module's server.
	peerCalls
)

func (d direction) String() string {
	if d == peerServes {
		return "server"
	}
	return "client"
}

// peer is a program of somebody else's library.
type peer struct {
	// name is for the command line, title what it says of itself when it starts, and
	// bodies the kind of body when it has a table for each.
	name, title, bodies string
	// wires are the names of its columns.
	wires []string
	// dir is its folder, below the module's.
	dir     string
	command []string
	// install makes dir ready. It does nothing when it is.
	install func(ctx context.Context, dir string) error
	// doubts says that its client makes another connection beside one that is silent.
	doubts bool
	// refusals say how its server tells errors, by the name of the case.
	refusals map[string]refusal
	// untimed says that its client does not tell a call's timeout.
	untimed bool
	// waits says that its client lets calls time out whose connection is lost.
	waits bool
	// crosses says that its client sends to a server that refuses until the connection is
	// closed: what it sends in that moment is lost.
	crosses bool
	// retries is how often its client tries again in the case of a rolling restart.
	retries int
	without []omission
	limits  []limit
	gaps    []gap
	notes   []note
}

// refusal is an error as this module's client shows it.
type refusal struct {
	code     onramp.Code
	origin   onramp.Origin
	business bool
	// text is a part of the cause.
	text string
}

// limit is a cell that is impossible because of the peer. holds fails when that is
// no longer so: then the limit goes.
type limit struct {
	name   string // of the case
	dir    direction
	reason string
	holds  func(c *cell) error
}

// omission is a case that has no cell in a direction, and why.
type omission struct {
	name   string
	dir    direction
	reason string
}

// note is what a reader of the matrix should know of a cell that works.
type note struct {
	name string // of the case
	dir  direction
	text string
}

// columns are the wires that it is tried on.
func (p *peer) columns() []wire {
	var all []wire
	for _, name := range p.wires {
		if w, ok := wireOf(name); ok {
			all = append(all, w)
		}
	}
	return all
}

// heading is its name in the matrix.
func (p *peer) heading() string {
	if p.bodies == "" {
		return p.title
	}
	return p.title + ", " + p.bodies
}

func (p *peer) limit(name string, dir direction) *limit {
	for i := range p.limits {
		if l := &p.limits[i]; l.name == name && l.dir == dir {
			return l
		}
	}
	return nil
}

// check compares an error with what the peer's server is known to answer.
func (w refusal) check(err error) error {
	e := onramp.AsError(err)
	if e == nil {
		return fmt.Errorf("the call succeeded, want %s", w)
	}
	got := refusal{code: e.Code, origin: e.Origin, business: e.Business}
	if got.code != w.code || got.origin != w.origin || got.business != w.business || !contains(e, w.text) {
		return fmt.Errorf("the call failed with %s: %w; want %s that says %q", got, err, w, w.text)
	}
	return nil
}

func (w refusal) String() string {
	s := w.code.String() + "/" + w.origin.String()
	if w.business {
		s += "/business"
	}
	return s
}
