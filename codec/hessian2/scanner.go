package hessian2

import (
	"fmt"
	"strings"
)

// Scanner walks the values of a body without building them: codecs find with it what
// stands in front of the arguments of a call, and behind them. It checks the form of
// what it reads over, and its limits. Its errors say at which byte. The zero value is
// not ready: Reset. One goroutine uses it; it may be reset and used again.
type Scanner struct{ d decoder }

// Reset begins at the start of src. With a src of nil it forgets the last body.
func (s *Scanner) Reset(dialect Dialect, src []byte, l Limits) {
	s.d.reset()
	s.d.dialect = dialect
	s.d.limits, _ = l.filled()
	s.d.begin(src)
}

// Next returns what the next value is; Invalid at the end, and for a tag that is none.
func (s *Scanner) Next() Kind { return s.d.kind() }

// Offset returns how many bytes have been read.
func (s *Scanner) Offset() int { return s.d.pos }

// Rest returns how many bytes have not been read.
func (s *Scanner) Rest() int { return len(s.d.src) - s.d.pos }

// Skip reads over one value.
func (s *Scanner) Skip() error { return s.d.fail(s.d.skip()) }

// Int reads an int.
func (s *Scanner) Int() (int32, error) {
	v, err := s.d.int()
	return v, s.d.fail(err)
}

// Text reads a string, or null, which is nil. It is a view of the body where it stands
// there as UTF-8 in one piece, else a copy that lives until the next Text.
func (s *Scanner) Text() ([]byte, error) {
	if s.d.peek() == tagNull {
		s.d.pos++
		return nil, nil
	}
	b, err := s.d.rawText()
	if err != nil {
		return nil, s.d.fail(err)
	}
	if b == nil { // not the nil of null
		b = []byte{}
	}
	return b, nil
}

// BeginMap reads the beginning of a map, whatever its type, or null, for which ok is
// false. Keys and values follow by turns until EndMap.
func (s *Scanner) BeginMap() (ok bool, err error) {
	d := &s.d
	if d.peek() == tagNull {
		d.pos++
		return false, nil
	}
	at := d.pos
	if _, err := d.mapHead(); err != nil {
		return false, d.fail(err)
	}
	if _, err := d.newRef(nil, nil, at); err != nil {
		return false, d.fail(err)
	}
	return true, d.fail(d.enter(-1))
}

// EndMap reports whether the map ends here, and reads its end.
func (s *Scanner) EndMap() bool {
	if !s.d.atEnd() {
		return false
	}
	s.d.pos++
	s.d.leave()
	return true
}

// BeginObject reads the beginning of an object: as many values follow as it has fields.
// Both are views of the body, that of the fields until the next BeginObject.
func (s *Scanner) BeginObject() (class []byte, fields [][]byte, err error) {
	return s.d.beginObject()
}

func (d *decoder) beginObject() (name []byte, fields [][]byte, err error) {
	if err := d.classDefs(); err != nil {
		return nil, nil, d.fail(err)
	}
	at := d.pos
	c, err := d.objectHead()
	if err != nil {
		return nil, nil, d.fail(err)
	}
	if _, err := d.newRef(nil, nil, at); err != nil {
		return nil, nil, d.fail(err)
	}
	// Its end is not seen, so that it is no level; it is a body's own.
	d.views = d.views[:0]
	for _, field := range d.fields(c) {
		d.views = append(d.views, d.part(field))
	}
	return d.part(c.name), d.views, nil
}

// fail returns err with where it is.
func (d *decoder) fail(err error) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); len(text) > longError {
		err = &deepError{err: err, text: text}
	}
	return fmt.Errorf("hessian2: byte %d of %d: %w", d.pos, len(d.src), err)
}

// deepError is an error far down in a value: its text has the beginning of the path
// there, and its end.
type deepError struct {
	err  error
	text string
}

const longError = 440

// Error cuts the text within the path.
func (e *deepError) Error() string {
	const half = longError / 2
	return strings.ToValidUTF8(e.text[:half], "") + " ... " + strings.ToValidUTF8(e.text[len(e.text)-half:], "")
}

// Unwrap returns the whole error.
func (e *deepError) Unwrap() error { return e.err }
