package dubbo

import (
	"fmt"

	"github.com/onrampmesh/onramp"
)

// Limits of names and attachments, read and written.
const (
	maxName        = 1 << 10 // bytes of a service, a version, a group or a method
	maxDescriptor  = 16 << 10
	maxPairs       = 128
	maxAttachments = 64 << 10 // bytes of all of them
)

// Tags of a map without a type.
const (
	tagMap = 'H'
	tagEnd = 'Z'
)

// writer appends attachments: a map of strings. The first limit that is passed ends it.
type writer struct {
	body  []byte
	begin int
	pairs int
	told  string // a key that was written, and is left out from now on
	err   error
}

func newWriter(body []byte) writer {
	return writer{body: append(body, tagMap), begin: len(body)}
}

// end returns the body with the map at its end.
func (w *writer) end() ([]byte, error) {
	w.body = append(w.body, tagEnd)
	if w.err == nil && len(w.body)-w.begin > maxAttachments {
		w.err = invalid("attachments of %d bytes, at most %d are allowed", len(w.body)-w.begin, maxAttachments)
	}
	return w.body, w.err
}

// add appends a pair.
func add[K, V string | []byte](w *writer, key K, value V) {
	switch {
	case w.err != nil:
		return
	case w.pairs == maxPairs:
		w.err = invalid("more than %d attachments", maxPairs)
		return
	case len(key)+len(value) > maxAttachments:
		w.err = invalid("an attachment of %d bytes, at most %d are allowed", len(key)+len(value), maxAttachments)
		return
	}
	w.pairs++
	var err error
	if w.body, err = appendText(w.body, key); err == nil {
		w.body, err = appendText(w.body, value)
	}
	if err != nil {
		w.err = invalid("the attachment %.*q: %w", maxQuote, key, err)
	}
}

// copyFrom appends the pairs of h without those that Dubbo keeps for itself.
func (w *writer) copyFrom(h *onramp.Header, own side) {
	block, p, ok := h.Block()
	for ok {
		var key, value []byte
		if key, value, block, ok = p.Next(block); ok && !reserved(own, key) && string(key) != w.told {
			add(w, key, value)
		}
	}
	if p != nil {
		return
	}
	for key, value := range h.All() {
		if !reserved(own, key) && key != w.told {
			add(w, key, value)
		}
	}
}

// measured checks what a received map of attachments has.
func measured(pairs, bytes int) error {
	switch {
	case pairs > maxPairs:
		return fmt.Errorf("more than %d attachments", maxPairs)
	case bytes > maxAttachments:
		return fmt.Errorf("attachments of %d bytes, at most %d are allowed", bytes, maxAttachments)
	}
	return nil
}
