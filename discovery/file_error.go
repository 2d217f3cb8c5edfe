package discovery

import "strconv"

// FileError says what is wrong with a file of endpoints.
type FileError struct {
	// Path is the file's.
	Path string
	// Line counts from 1; 0 when the file could not be read.
	Line int
	// Field is where it is in the file's object, "com.acme.Greeter[0].weight", or "".
	Field string
	// Reason says what is wrong there.
	Reason string
	// Err is why the file could not be read, or nil.
	Err error
}

// Error returns `discovery: file "PATH", line LINE: FIELD: REASON` without the
// parts that are not known.
func (e *FileError) Error() string {
	s := "discovery: file " + strconv.Quote(e.Path)
	if e.Line > 0 {
		s += ", line " + strconv.Itoa(e.Line)
	}
	if e.Field != "" {
		s += ": " + e.Field
	}
	return s + ": " + e.Reason
}

// Unwrap returns Err.
func (e *FileError) Unwrap() error { return e.Err }
