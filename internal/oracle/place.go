package oracle

import (
	"bytes"
	"fmt"
)

// place is a copy of an input with more bytes behind it in the same array, as
// other frames stand behind one that was cut from a buffer.
type place struct {
	whole []byte
	n     int
	tail  byte
}

// room is how many bytes stand behind an input.
const room = 64

// newPlace copies src. Behind it is nothing when n is 0, or n bytes.
func newPlace(src []byte, n int, tail byte) *place {
	p := &place{whole: make([]byte, len(src)+n), n: len(src), tail: tail}
	copy(p.whole, src)
	for i := range p.whole[p.n:] {
		p.whole[p.n+i] = tail
	}
	return p
}

// input is what the decoder gets: its capacity goes to the end of the array.
func (p *place) input() []byte { return p.whole[:p.n] }

// written says what the decoder changed, or nothing.
func (p *place) written(src []byte) string {
	if !bytes.Equal(p.whole[:p.n], src) {
		return "the input was written to"
	}
	for i, b := range p.whole[p.n:] {
		if b != p.tail {
			return fmt.Sprintf("byte %d behind the input was written to", i)
		}
	}
	return ""
}
