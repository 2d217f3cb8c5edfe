package discovery

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/onrampmesh/onramp"
)

// maxNamed bounds how many of a file's services an error names.
const maxNamed = 4

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

// unlisted says that a good file does not list a service, and names those that
// it does: first the ones that begin like it.
func unlisted(path, service string, list map[string][]onramp.Endpoint) error {
	if len(list) == 0 {
		return fmt.Errorf("discovery: file %q lists no service", path)
	}
	names := slices.Sorted(maps.Keys(list))
	slices.SortStableFunc(names, func(a, b string) int { return common(b, service) - common(a, service) })
	more := ""
	if n := len(names) - maxNamed; n > 0 {
		names, more = names[:maxNamed], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("discovery: file %q lists no %s (it lists %s%s)", path, service, strings.Join(names, ", "), more)
}

// common returns how many bytes a and b begin with alike.
func common(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}
