package hessian2

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unsafe"
)

// decoder reads the values of one body. It implements Decoder; Scanner is one that
// builds nothing.
//
// What a body may ask for is bounded before it is made: depth, containers, classes and
// fields are counted; a container's elements are promised bytes, so that those of all
// open containers together are no more than the bytes left; and whatever is made is
// charged to memory by its size in Go.
type decoder struct {
	cursor
	s      *Serializer // nil for a Scanner
	limits Limits

	depth    int
	promised int // elements that open containers still want, of at least one byte each
	memory   int // bytes that values may still take

	classes []class
	names   []span   // of all fields of all classes
	binds   []int16  // of all classes, see class.bind
	types   []span   // names of types of lists and maps
	views   [][]byte // scratch of fieldNames
	total   int      // fields of all classes

	refs []ref
	next int // index of the next container: len(refs) but in a replay

	// replaying: a value that was skipped is read after all. Its classes and types are
	// in their tables already.
	replaying bool
	open      bool // it was not closed
	// unstable: what is being built will move, and must not be pointed to.
	unstable bool
	text     []byte // scratch for joining strings
	slab     header // scratch of slab.next
	spares   []slab // of lists that did not need all, one for a type

	scan       *Scanner // of check
	checked    bool     // a large body was read over
	wrong      error    // what is wrong with it
	wrongAt    int      // and in the value that begins where
	containers int      // that it has
	paid       int      // refs that were charged
}

// span is a part of the body.
type span struct{ at, end int }

// class is a class definition of the body.
type class struct {
	name     span
	first, n int // its fields in decoder.names
	raw      span
	text     string // see spelled
	plan     *plan
	bind     []int16 // field of plan by field of the class, -1 for none
	counted  bool
	below    []int32 // see decoder.below
}

// ref is a list, map or object of the body, by its index.
type ref struct {
	plan  *plan          // of what ptr points to
	ptr   unsafe.Pointer // nil for one that was skipped
	at    int            // where it begins
	state refState
	moves bool // ptr is a place that what is built will leave
}

type refState uint8

const (
	refSkipped refState = iota
	refOpen             // it is being built
	refDone
)

func (d *decoder) begin(src []byte) {
	d.src, d.pos = src, 0
	d.memory = d.limits.budget(len(src))
	d.open = true
}

// The most that a pooled decoder keeps of its tables.
const (
	keptRefs  = 1024
	keptNames = 512
	keptText  = 16 << 10
)

// reset forgets the body, so that nothing of it is kept.
func (d *decoder) reset() {
	d.src, d.pos = nil, 0
	d.depth, d.promised, d.next, d.total = 0, 0, 0, 0
	d.replaying, d.unstable = false, false
	d.checked, d.wrong, d.wrongAt, d.containers, d.paid = false, nil, 0, 0, 0
	clear(d.refs)
	clear(d.classes)
	clear(d.views)
	clear(d.spares)
	d.spares = d.spares[:0]
	d.refs, d.classes, d.views = d.refs[:0], d.classes[:0], d.views[:0]
	d.names, d.binds, d.types, d.text = d.names[:0], d.binds[:0], d.types[:0], d.text[:0]
	if cap(d.refs) > keptRefs {
		d.refs = nil
	}
	if cap(d.names) > keptNames || cap(d.types) > keptNames || cap(d.text) > keptText {
		d.classes, d.names, d.binds, d.types, d.views, d.text = nil, nil, nil, nil, nil, nil
	}
}

// part returns a part of the body.
func (d *decoder) part(s span) []byte { return d.src[s.at:s.end] }

// charge takes n bytes of what the body may become.
func (d *decoder) charge(n int) error {
	if d.memory -= n; d.memory < 0 {
		return errMemory
	}
	return nil
}

// chargeAll charges n values of some size, whose product an int of 32 bits may not hold.
func (d *decoder) chargeAll(n, size int) error {
	if all := int64(n) * int64(size); all <= int64(d.memory) {
		return d.charge(int(all))
	}
	return errMemory
}

var errMemory = errors.New("the values take more memory than Limits.Memory allows for a body of this length")

// enter goes one level deeper, into a container of n elements; n is -1 when that is
// not known.
func (d *decoder) enter(n int) error {
	if d.depth++; d.depth > d.limits.Depth {
		return fmt.Errorf("the values nest deeper than %d (Limits.Depth)", d.limits.Depth)
	}
	if n <= 0 {
		return nil
	}
	if n > len(d.src)-d.pos-d.promised {
		return fmt.Errorf("a container at byte %d declares %d elements, more than the bytes that are left", d.pos, n)
	}
	d.promised += n
	return nil
}

// leave ends what enter began.
func (d *decoder) leave() { d.depth-- }

// newRef gives the container that begins at byte at its index. ptr is nil when it is
// skipped.
func (d *decoder) newRef(p *plan, ptr unsafe.Pointer, at int) (int, error) {
	i := d.next
	if i >= d.limits.Refs {
		return 0, fmt.Errorf("more than %d lists, maps and objects (Limits.Refs)", d.limits.Refs)
	}
	d.next++
	if d.s == nil {
		return i, nil // a Scanner only counts
	}
	r := ref{plan: p, ptr: ptr, at: at, state: refOpen, moves: d.unstable}
	if ptr == nil {
		r.state = refSkipped
	}
	if i == len(d.refs) {
		if err := d.room(); err != nil {
			return 0, err
		}
		d.refs = append(d.refs, r)
	} else if ptr != nil || d.refs[i].ptr == nil {
		d.refs[i] = r
	}
	return i, nil
}

// room makes room for another container in refs, and charges it. A large table is made
// once, of the size that it comes to.
func (d *decoder) room() error {
	n, more := len(d.refs), 1
	if n < d.paid {
		return nil
	}
	if n == cap(d.refs) {
		if more = 64; n >= more {
			d.checkOnce()
			more = max(d.containers-n, more)
		}
	}
	if err := d.charge(more * int(unsafe.Sizeof(ref{}))); err != nil {
		return err
	}
	d.paid, d.refs = n+more, slices.Grow(d.refs, more)
	return nil
}

// done says that a container is whole.
func (d *decoder) done(i int) {
	if d.refs[i].state == refOpen {
		d.refs[i].state = refDone
	}
}

// refIndex reads a reference, if one is next.
func (d *decoder) refIndex() (i int, ok bool, err error) {
	i, ok, err = d.rawRef()
	known := d.next
	if d.replaying {
		known = len(d.refs)
	}
	if ok && err == nil && (i < 0 || i >= known) {
		return 0, true, fmt.Errorf("a reference to value %d, and there are %d", i, known)
	}
	return i, ok, err
}

func (d *decoder) rawRef() (i int, ok bool, err error) {
	tag := d.peek()
	if d.dialect == V2 {
		if tag != v2Ref {
			return 0, false, nil
		}
		d.pos++
		v, err := d.int()
		return int(v), true, err
	}
	var size int
	switch tag {
	case draftRef1:
		size = 1
	case draftRef2:
		size = 2
	case draftRef4:
		size = 4
	default:
		return 0, false, nil
	}
	b, err := d.fixed(size)
	v := uint32(0)
	for _, c := range b {
		v = v<<8 | uint32(c)
	}
	return int(int32(v)), true, err
}

// quote returns a text of the wire for an error.
func quote(b []byte) string {
	if len(b) > 48 {
		return strconv.QuoteToASCII(string(b[:48])) + "..."
	}
	return strconv.QuoteToASCII(string(b))
}
