package bolt

import (
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// requestProps and responseProps of SOFARPC are the pairs of a header once more, in
// the body: Node reads them only there. In the header a map within a map has keys
// joined by a dot.

// nested are the maps that Java makes of such pairs again.
var nested = [...]string{"rpc_trace_context", "rpc_req_baggage"}

// keyTargetApp is the name of the application that is called. It has a field of its
// own in the body.
const keyTargetApp = "sofa_head_target_app"

// propsOf returns the pairs of h as a map, or nil when there are none.
func propsOf(h *onramp.Header, own side) any {
	m := &hessian2.Map{}
	var inner [len(nested)]*hessian2.Map
	for key, value := range h.All() {
		if reserved(own, key) || key == keyTargetApp {
			continue
		}
		in, key := within(m, &inner, key)
		in.Entries = append(in.Entries, hessian2.Entry{Key: key, Value: value})
	}
	if len(m.Entries) == 0 {
		return nil
	}
	return m
}

// within returns the map that a pair belongs into, and its key there.
func within(m *hessian2.Map, inner *[len(nested)]*hessian2.Map, key string) (in *hessian2.Map, rest string) {
	for i, name := range nested {
		rest, ok := strings.CutPrefix(key, name)
		if !ok || len(rest) < 2 || rest[0] != '.' {
			continue
		}
		if inner[i] == nil {
			inner[i] = &hessian2.Map{}
			m.Entries = append(m.Entries, hessian2.Entry{Key: name, Value: inner[i]})
		}
		return inner[i], rest[1:]
	}
	return m, key
}

// maxNesting bounds the maps within maps of requestProps.
const maxNesting = 4

// props adds the pairs of requestProps to a header.
type props struct {
	*scan
	reader hessian2.Stream
	header *onramp.Header
	bytes  int
}

// add reads a map below prefix. Java takes texts, numbers and bools, and leaves out the
// rest.
func (p *props) add(prefix string, depth int) error {
	if p.Next() != hessian2.KindMap || depth == maxNesting {
		return p.Skip()
	}
	if ok, err := p.BeginMap(); !ok || err != nil {
		return err
	}
	for !p.EndMap() {
		key, err := p.text()
		if err != nil {
			return err
		}
		if key == nil {
			err = p.Skip() // a key that is no text
		} else {
			err = p.pair(prefix, key, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *props) pair(prefix string, name []byte, depth int) error {
	if n := len(prefix) + len(name); n > maxPair {
		return fmt.Errorf("bolt: a key of requestProps has %d bytes, at most %d are allowed", n, maxPair)
	}
	key := prefix + string(name)
	if p.Next() == hessian2.KindMap {
		return p.add(key+".", depth+1)
	}
	text, ok, err := p.plain(p.reader)
	if !ok || err != nil || reserved(ofRequest, key) {
		return err
	}
	return p.put(key, text)
}

// put adds a pair within the limits of a header. A key that is there stays as it is.
func (p *props) put(key, text string) error {
	if _, there := p.header.Peek(key); there {
		return nil
	}
	p.bytes += 8 + len(key) + len(text)
	switch {
	case len(key)+len(text) > maxPair:
		return fmt.Errorf("bolt: a pair of requestProps has %d bytes, at most %d are allowed", len(key)+len(text), maxPair)
	case p.bytes > maxHeader:
		return fmt.Errorf("bolt: the pairs of requestProps have more than %d bytes", maxHeader)
	case p.header.Len() >= maxPairs:
		return fmt.Errorf("bolt: more than %d pairs in requestProps and header", maxPairs)
	}
	p.header.Add(key, text)
	return nil
}
