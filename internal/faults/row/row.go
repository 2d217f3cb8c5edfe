// Package row ties the tests of faults to the rows of the fault catalogue: which
// protocols a row is tried with, and what figure the latest run measured. Tests of
// faults call it; docs/faults.md is generated from what they say.
package row

import (
	"fmt"
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/framed"
)

// Protocol is one column of the catalogue: a codec that all rows are tried with.
type Protocol struct {
	Name string
	// Codec makes a new codec, as the library's users have it by default.
	Codec func() codec.Codec
	// Framer makes what cuts the frames of one connection, for tests that count
	// them; nil for a protocol that is not made of frames.
	Framer func() (codec.Framer, error)
	// Engine is Codec with options of the engine below; nil for a protocol that has
	// another one.
	Engine func(opts ...framed.Option) codec.Codec
	// Variant says that it differs from another one here by its frames alone. Tests
	// that take long leave it out.
	Variant bool
}

// Protocols returns every protocol that exists by now.
func Protocols() []Protocol {
	return []Protocol{
		boltProtocol("bolt", false),
		boltProtocol("bolt v2", true, bolt.Version(2)),
		boltProtocol("bolt v2 without checksum", true, bolt.Version(2), bolt.Checksum(false)),
	}
}

func boltProtocol(name string, variant bool, opts ...bolt.Option) Protocol {
	return Protocol{
		Name:    name,
		Variant: variant,
		Codec:   func() codec.Codec { return bolt.New(opts...) },
		Framer:  func() (codec.Framer, error) { return bolt.NewFramer(opts...) },
		Engine: func(engine ...framed.Option) codec.Codec {
			return bolt.New(append([]bolt.Option{bolt.Engine(engine...)}, opts...)...)
		},
	}
}

// Named returns the protocol of that name: a process that a test starts knows its
// protocol by it.
func Named(name string) (Protocol, error) {
	for _, p := range Protocols() {
		if p.Name == name {
			return p, nil
		}
	}
	return Protocol{}, fmt.Errorf("row: there is no protocol %q: see Protocols", name)
}

// Each runs test once for each protocol, as a subtest of its name.
func Each(t *testing.T, test func(t *testing.T, p Protocol)) {
	t.Helper()
	for _, p := range Protocols() {
		t.Run(p.Name, func(t *testing.T) { test(t, p) })
	}
}

// EachFramed is Each for the protocols that are made of frames, which have Framer and
// Engine: other protocols' limits and heartbeats are those of their own libraries.
func EachFramed(t *testing.T, test func(t *testing.T, p Protocol)) {
	t.Helper()
	for _, p := range Protocols() {
		if p.Framer != nil && p.Engine != nil {
			t.Run(p.Name, func(t *testing.T) { test(t, p) })
		}
	}
}

// EachLong is Each without the variants, for tests that take long.
func EachLong(t *testing.T, test func(t *testing.T, p Protocol)) {
	t.Helper()
	for _, p := range Protocols() {
		if !p.Variant {
			t.Run(p.Name, func(t *testing.T) { test(t, p) })
		}
	}
}

// Figure notes what row n (its number in the catalogue, 1 to 50) measured with a
// protocol, "any" where none matters: one short line, with the goal beside the figure.
// It may be called more than once in a test.
func Figure(t testing.TB, n int, protocol, format string, args ...any) { //nolint:goprintffuncname // it reads as what it is, and vet checks it all the same
	t.Helper()
	figure := fmt.Sprintf(format, args...)
	t.Attr("fault-row", fmt.Sprintf("%d\t%s\t%s", n, protocol, figure))
	t.Logf("row %d, %s: %s", n, protocol, figure)
}
