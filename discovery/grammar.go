package discovery

import (
	"slices"
	"strings"
)

// MaxTarget is how long the text of a target may be, in bytes.
const MaxTarget = 4096

// Grammar knows the names that targets may use. It is a value without state: many
// goroutines may Parse at once.
type Grammar struct {
	// Protocols are the names of the codecs.
	Protocols []string
	// Sources are the registries, by the name that targets give them. One that
	// is a Pather takes a path in the place of the service.
	Sources []Schemer
	// Default is the source of targets that name none, or nil. Its keys are
	// accepted in them.
	Default Schemer
}

// Parse reads a target. The forms are:
//
//	service[/method]                                       the client's defaults
//	protocol://service[/method]                            the default registry
//	protocol://host:port[,host:port][/service[/method]]    direct
//	[protocol+]registry://[authority]/service[/method]
//	[protocol+]source://[authority]/path?service=service[/method]
//
// The last form is that of a Pather: static:///a:1,b:2?service=S and
// file:///path?service=S.
//
//   - The last slash separates the method, wherever a service is named. So a
//     name that holds a slash itself can only be written together with a method.
//   - protocol:// is direct when a colon or a comma stands before the first
//     slash. What follows each last colon must be a port, 1 to 65535; IPv6
//     addresses stand in brackets. A service whose name holds a colon, or a slash,
//     is written with its registry there.
//   - Keys are service, group, version, uniqueId, and what the source declares;
//     each at most once and never empty. The version is a key, never a part of
//     the name: service:1.0 is refused, but for a registry's own names.
//   - Names are taken as written: case is kept, and they hold no percent escape,
//     no space and no '#'. Only a Pather's path and the values of keys are
//     decoded; there %20 is a space and a plus is a plus.
//   - The text has at most MaxTarget bytes.
//
// Every error is a *TargetError, which shows the text and the offending part.
func (g Grammar) Parse(text string) (Target, error) {
	t, err := g.parse(text)
	if err != nil {
		if p, ok := err.(*partError); ok {
			return Target{}, &TargetError{Target: text, Part: p.part, Reason: p.reason}
		}
		return Target{}, &TargetError{Target: text, Reason: err.Error()} // a Pather's own
	}
	return t, nil
}

func (g Grammar) parse(text string) (Target, error) {
	if err := checkText(text); err != nil {
		return Target{}, err
	}
	body, query, asked := strings.Cut(text, "?")
	var p parser
	if asked {
		if err := p.query(query); err != nil {
			return Target{}, err
		}
	}
	scheme, rest, named := strings.Cut(body, "://")
	var source Schemer
	var err error
	if named {
		if p.target.Protocol, source, err = g.scheme(scheme); err != nil {
			return Target{}, err
		}
	}
	switch {
	case !named:
		source, err = g.Default, p.plain(body)
	case source == nil:
		if err = p.protocol(rest); p.target.Scheme == "" {
			source = g.Default
		}
	default:
		err = p.registry(source, rest)
	}
	if err == nil {
		err = p.checkKeys(source)
	}
	return p.target, err
}

// scheme finds what a scheme means: a protocol, a source, or both with a plus
// between. The names themselves may hold a plus, so every reading is tried, and
// there must be exactly one.
func (g Grammar) scheme(name string) (protocol string, source Schemer, err error) {
	readings := 0
	if name != Direct && slices.Contains(g.Protocols, name) {
		protocol, readings = name, 1
	}
	stranger, foreign := "", false
	for _, s := range g.Sources {
		own := s.Scheme()
		p, joined := strings.CutSuffix(name, "+"+own)
		switch {
		case own == "" || own == Direct: // not a name that a target can carry
		case own == name:
			protocol, source = "", s
			readings++
		case joined && slices.Contains(g.Protocols, p):
			protocol, source = p, s
			readings++
		case joined:
			stranger, foreign = p, true
		}
	}
	switch {
	case readings == 1:
		return protocol, source, nil
	case readings > 1:
		return "", nil, wrong(name, "it can be read in several ways: protocols and registries need names of their own")
	case foreign:
		return "", nil, wrong(stranger, "unknown protocol, want one of "+list(g.Protocols))
	}
	return "", nil, wrong(name, "unknown scheme, want a protocol ("+list(g.Protocols)+") or a registry ("+list(g.schemes())+")")
}

func (g Grammar) schemes() []string {
	var out []string
	for _, s := range g.Sources {
		out = append(out, s.Scheme())
	}
	return out
}

func list(names []string) string {
	if len(names) == 0 {
		return "none is configured"
	}
	return strings.Join(names, ", ")
}
