package hessian2

// Kind is what a value is.
type Kind uint8

// The kinds of values.
const (
	Invalid Kind = iota
	KindNull
	KindBool
	KindInt
	KindLong
	KindDouble
	KindDate
	KindString
	KindBinary
	KindList
	KindMap
	KindObject
	KindRef
)

// Scanner walks the values of a body without building them. The zero value is not
// ready: Reset. One goroutine uses it; it may be reset and used again.
type Scanner struct{}

// Reset begins at the start of src.
func (s *Scanner) Reset(d Dialect, src []byte, l Limits) {}

// Next returns what the next value is; Invalid at the end, and for a tag that is none.
func (s *Scanner) Next() Kind { return Invalid }

// Offset returns how many bytes have been read.
func (s *Scanner) Offset() int { return 0 }

// Text reads a string: a view of the body where it stands there as UTF-8 in one piece,
// else a copy. It is nil for null.
func (s *Scanner) Text() ([]byte, error) { return nil, nil }

// Int reads an int.
func (s *Scanner) Int() (int32, error) { return 0, nil }

// Skip reads over one value.
func (s *Scanner) Skip() error { return nil }

// BeginMap reads the beginning of a map, whatever its type, or null, for which ok is
// false. Keys and values follow by turns until EndMap.
func (s *Scanner) BeginMap() (ok bool, err error) { return false, nil }

// EndMap reports whether the map ends here, and reads its end.
func (s *Scanner) EndMap() bool { return false }
