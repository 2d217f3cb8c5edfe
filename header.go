package onramp

import (
	"iter"
	"strings"
)

// UniqueID is the key of the pair in a request's Header that tells services of
// one name and version apart. Targets give it as a parameter of the same name,
// and in Bolt it is the third part of interface:version:uniqueId.
const UniqueID = "uniqueId"

// Header is an ordered list of key and value pairs that travels with a request
// or a response. A key may occur more than once. Keys are compared without
// regard to ASCII case and keep the case they came with. The zero Header is
// empty and ready.
//
// A received header is a view of the frame it came in: it is parsed when it is
// first asked, and it lives until the handler or Call returns. Get, Values and
// All copy, so what they return may be kept.
//
// A Header is not safe for use by several goroutines at once.
type Header struct {
	n      int
	inline [8]pair
	more   []pair

	block []byte
	pairs Pairs
}

type pair struct{ key, value string }

// Pairs walks an encoded header block. Codecs implement it.
type Pairs interface {
	// Next returns the first pair of block and what follows it; ok is false at
	// the end. The block was validated when its frame was decoded. key and value
	// are views of block.
	Next(block []byte) (key, value, rest []byte, ok bool)
}

// View makes h a view of an encoded block. It is for codecs; block must stay
// unchanged as long as h is used.
func (h *Header) View(block []byte, p Pairs) {
	h.Reset()
	if len(block) > 0 {
		h.block, h.pairs = block, p
	}
}

// Block returns the encoded block that h is an unmodified view of, for codecs
// that pass it through byte for byte; ok is false once h was changed.
func (h *Header) Block() (block []byte, p Pairs, ok bool) { return h.block, h.pairs, h.pairs != nil }

// Reset empties h.
func (h *Header) Reset() {
	clear(h.inline[:min(h.n, len(h.inline))])
	clear(h.more)
	h.n, h.more, h.block, h.pairs = 0, h.more[:0], nil, nil
}

// Len returns the number of pairs.
func (h *Header) Len() int {
	if h.pairs == nil {
		return h.n
	}
	n := 0
	for b := h.block; ; n++ {
		_, _, rest, ok := h.pairs.Next(b)
		if !ok {
			return n
		}
		b = rest
	}
}

// Get returns the first value of key, or "".
func (h *Header) Get(key string) string {
	v, _ := h.Lookup(key)
	return v
}

// Lookup returns the first value of key and whether there is one.
func (h *Header) Lookup(key string) (string, bool) {
	if h.pairs != nil {
		v, ok := h.peek(key)
		return string(v), ok
	}
	for i := range h.n {
		if p := h.at(i); strings.EqualFold(p.key, key) {
			return p.value, true
		}
	}
	return "", false
}

// Peek returns the first value of key without copying it. It must not be kept
// beyond the handler or Call, nor changed.
func (h *Header) Peek(key string) ([]byte, bool) {
	if h.pairs != nil {
		return h.peek(key)
	}
	v, ok := h.Lookup(key)
	return []byte(v), ok
}

func (h *Header) peek(key string) ([]byte, bool) {
	for b := h.block; ; {
		k, v, rest, ok := h.pairs.Next(b)
		if !ok {
			return nil, false
		}
		if equalFold(k, key) {
			return v, true
		}
		b = rest
	}
}

// Values returns every value of key in order.
func (h *Header) Values(key string) []string {
	var out []string
	for k, v := range h.All() {
		if strings.EqualFold(k, key) {
			out = append(out, v)
		}
	}
	return out
}

// All iterates over the pairs in order.
func (h *Header) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for b := h.block; h.pairs != nil; {
			k, v, rest, ok := h.pairs.Next(b)
			if !ok {
				return
			}
			if !yield(string(k), string(v)) {
				return
			}
			b = rest
		}
		for i := range h.n {
			if p := h.at(i); !yield(p.key, p.value) {
				return
			}
		}
	}
}

// Add appends a pair.
func (h *Header) Add(key, value string) {
	h.own()
	h.append(pair{key, value})
}

// Set replaces every pair of key by one, at the place of the first.
func (h *Header) Set(key, value string) {
	h.own()
	for i := range h.n {
		if strings.EqualFold(h.at(i).key, key) {
			*h.at(i) = pair{key, value}
			h.remove(key, i+1)
			return
		}
	}
	h.append(pair{key, value})
}

// Del removes every pair of key.
func (h *Header) Del(key string) {
	h.own()
	h.remove(key, 0)
}

// CopyFrom makes h an independent copy of src.
func (h *Header) CopyFrom(src *Header) {
	h.Reset()
	for k, v := range src.All() {
		h.append(pair{k, v})
	}
}

// own turns a view into pairs that can be changed.
func (h *Header) own() {
	if h.pairs == nil {
		return
	}
	b, p := h.block, h.pairs
	h.block, h.pairs = nil, nil
	for {
		k, v, rest, ok := p.Next(b)
		if !ok {
			return
		}
		h.append(pair{string(k), string(v)})
		b = rest
	}
}

func (h *Header) at(i int) *pair {
	if i < len(h.inline) {
		return &h.inline[i]
	}
	return &h.more[i-len(h.inline)]
}

func (h *Header) append(p pair) {
	if h.n < len(h.inline) {
		h.inline[h.n] = p
	} else {
		h.more = append(h.more, p)
	}
	h.n++
}

// remove drops every pair of key from index i on.
func (h *Header) remove(key string, i int) {
	w := i
	for ; i < h.n; i++ {
		if p := h.at(i); !strings.EqualFold(p.key, key) {
			*h.at(w) = *p
			w++
		}
	}
	for j := w; j < h.n; j++ {
		*h.at(j) = pair{}
	}
	h.n = w
	h.more = h.more[:max(0, w-len(h.inline))]
}

// equalFold compares ASCII without case and without allocation.
func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z' {
			return false
		}
	}
	return true
}
