package bolt

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/onrampmesh/onramp"
)

// Limits of a header block, read and written.
const (
	maxPairs = 128
	maxPair  = 8 << 10 // key and value together, in bytes
)

// null is the length of a string that is null.
const null = math.MaxUint32

// cut takes the first string off block. A null string is nil; ok is false when
// the length does not fit.
func cut(block []byte) (s, rest []byte, ok bool) {
	if len(block) < 4 {
		return nil, nil, false
	}
	n := binary.BigEndian.Uint32(block)
	block = block[4:]
	if n == null {
		return nil, block, true
	}
	if uint64(n) > uint64(len(block)) {
		return nil, nil, false
	}
	return block[:n:n], block[n:], true
}

// next takes the first pair off block. Pairs with a null key or value say
// nothing, and Java does not write them: they are left out.
func next(block []byte) (key, value, rest []byte, ok bool) {
	for len(block) > 0 {
		if key, rest, ok = cut(block); !ok {
			return nil, nil, nil, false
		}
		if value, rest, ok = cut(rest); !ok {
			return nil, nil, nil, false
		}
		if key != nil && value != nil {
			return key, value, rest, true
		}
		block = rest
	}
	return nil, nil, nil, false
}

// checkBlock checks lengths and number of the pairs of a received block.
func checkBlock(block []byte) error {
	for n := 0; len(block) > 0; n++ {
		if n == maxPairs {
			return fmt.Errorf("bolt: more than %d pairs in a header block", maxPairs)
		}
		key, rest, ok := cut(block)
		if !ok {
			return fmt.Errorf("bolt: the key of header pair %d does not fit into the %d bytes that are left", n+1, len(block))
		}
		value, rest, ok := cut(rest)
		if !ok {
			return fmt.Errorf("bolt: the value of header pair %d does not fit into the %d bytes that are left", n+1, len(block)-4-len(key))
		}
		if len(key)+len(value) > maxPair {
			return fmt.Errorf("bolt: header pair %d has %d bytes, at most %d are allowed", n+1, len(key)+len(value), maxPair)
		}
		block = rest
	}
	return nil
}

// writer builds a header block. The first limit that is passed ends it.
type writer struct {
	block []byte
	pairs int
	err   error
}

// add appends a pair.
func add[S string | []byte](w *writer, key, value S) {
	if w.begin(len(key), len(value)) {
		w.block = binary.BigEndian.AppendUint32(w.block, uint32(len(key)))
		w.block = append(w.block, key...)
		w.block = binary.BigEndian.AppendUint32(w.block, uint32(len(value)))
		w.block = append(w.block, value...)
	}
}

// begin counts a pair of these lengths and reports whether it may be written.
func (w *writer) begin(key, value int) bool {
	switch {
	case w.err != nil:
	case w.pairs == maxPairs:
		w.err = invalid("more than %d pairs in a header", maxPairs)
	case key+value > maxPair:
		w.err = invalid("a header pair of %d bytes, at most %d are allowed", key+value, maxPair)
	case len(w.block)+8+key+value > maxHeader:
		w.err = invalid("a header block of more than %d bytes", maxHeader)
	default:
		w.pairs++
		return true
	}
	return false
}

// copyFrom appends the pairs of h without those that Bolt keeps for itself.
func (w *writer) copyFrom(h *onramp.Header, own side) {
	block, p, ok := h.Block()
	for ok {
		var key, value []byte
		if key, value, block, ok = p.Next(block); ok && !reserved(own, key) {
			add(w, key, value)
		}
	}
	if p != nil {
		return
	}
	for key, value := range h.All() {
		if !reserved(own, key) {
			add(w, key, value)
		}
	}
}
