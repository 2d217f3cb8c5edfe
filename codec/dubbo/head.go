package dubbo

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// maxArguments is what a method of Java can have.
const maxArguments = 255

// head is what a request's body begins with. Its slices are views of it, or copies.
type head struct {
	protocol, path, version, method, descriptor []byte
	arguments                                   int // how many follow
}

// read reads the head; s stands behind it then.
func (h *head) read(s *hessian2.Scanner, src []byte) (err error) {
	if h.protocol, err = slot(s, src, "protocol version", maxName); err != nil {
		return err
	}
	if h.path, err = slot(s, src, "service", maxName); err != nil {
		return err
	}
	if h.version, err = slot(s, src, "version", maxName); err != nil {
		return err
	}
	if h.method, err = slot(s, src, "method", maxName); err != nil {
		return err
	}
	if h.descriptor, err = slot(s, src, "parameter types", maxDescriptor); err != nil {
		return err
	}
	return h.count()
}

// slot reads a string or null.
func slot(s *hessian2.Scanner, src []byte, what string, most int) ([]byte, error) {
	text, err := s.Text()
	switch {
	case err != nil:
		return nil, fmt.Errorf("dubbo: the %s of a request: %w", what, err)
	case len(text) > most:
		return nil, fmt.Errorf("dubbo: the %s of a request has %d bytes, at most %d are allowed", what, len(text), most)
	}
	return owned(text, src, s.Offset()), nil
}

// owned returns text, which was read from src up to the byte end: a copy when it is no
// view of src.
func owned(text, src []byte, end int) []byte {
	if n := len(text); n == 0 || &text[n-1] == &src[end-1] {
		return text
	}
	return bytes.Clone(text)
}

var errDescriptor = errors.New("dubbo: the parameter types of a request are no descriptors of Java")

// count counts the arguments that follow.
func (h *head) count() error {
	for row := h.descriptor; len(row) > 0; h.arguments++ {
		if h.arguments == maxArguments {
			return fmt.Errorf("dubbo: a request has more than %d arguments", maxArguments)
		}
		var ok bool
		if _, row, ok = hessian2.NextDescriptor(row); !ok {
			return errDescriptor
		}
	}
	return nil
}

// skip reads over n arguments.
func skip(s *hessian2.Scanner, n int) error {
	for i := range n {
		if err := s.Skip(); err != nil {
			return fmt.Errorf("dubbo: argument %d of a request: %w", i+1, err)
		}
	}
	return nil
}

// attachesTo reports whether a peer of this protocol version reads attachments of
// responses: 2.0.2 to 2.0.99. Others number their releases in this place.
func attachesTo(version []byte) bool {
	rest, ok := bytes.CutPrefix(version, []byte("2.0."))
	n, digits := 0, 0
	for ; digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' && digits < 3; digits++ {
		n = 10*n + int(rest[digits]-'0')
	}
	if !ok || digits == 0 || digits < len(rest) && rest[digits] != '.' && rest[digits] != '-' {
		return false
	}
	return n >= 2 && n <= 99
}
