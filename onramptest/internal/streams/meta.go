package streams

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/onrampmesh/onramp"
)

// maxPairs bounds the pairs of a header.
const maxPairs = 512

var errCut = errors.New("it is cut short")

// cursor reads a payload. After the first error it returns zero values.
type cursor struct {
	b   []byte
	err error
}

func (c *cursor) fail() {
	if c.err == nil {
		c.err = errCut
	}
	c.b = nil
}

func (c *cursor) byte() byte {
	if len(c.b) == 0 {
		c.fail()
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *cursor) number() uint64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.b = c.b[n:]
	return v
}

// span is a duration in nanoseconds, at most a hundred years or so.
func (c *cursor) span() time.Duration { return time.Duration(min(c.number(), 1<<61)) }

func (c *cursor) text() string {
	n := c.number()
	if n > uint64(len(c.b)) {
		c.fail()
		return ""
	}
	s := string(c.b[:n])
	c.b = c.b[n:]
	return s
}

func (c *cursor) header(h *onramp.Header) {
	n := c.number()
	if n > maxPairs {
		c.fail()
	}
	for ; n > 0 && c.err == nil; n-- {
		k, v := c.text(), c.text()
		h.Add(k, v)
	}
}

// end returns what was wrong, bytes left over included.
func (c *cursor) end() error {
	if c.err == nil && len(c.b) > 0 {
		c.err = errors.New("bytes follow it")
	}
	return c.err
}

func appendText(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

func appendHeader(dst []byte, h *onramp.Header) []byte {
	dst = binary.AppendUvarint(dst, uint64(h.Len()))
	for k, v := range h.All() {
		dst = appendText(appendText(dst, k), v)
	}
	return dst
}

// encodeOpening returns what a call begins with. left is the time to its
// deadline; 0 is none.
func encodeOpening(r *onramp.Request, left time.Duration) []byte {
	dst := []byte{byte(r.Kind)}
	dst = binary.AppendUvarint(dst, uint64(max(0, left)))
	for _, s := range []string{r.Service, r.Version, r.Group, r.Method} {
		dst = appendText(dst, s)
	}
	return appendHeader(dst, &r.Header)
}

// readOpening is the other way.
func readOpening(b []byte, r *onramp.Request) (left time.Duration, err error) {
	c := cursor{b: b}
	r.Kind = onramp.Kind(c.byte())
	left = c.span()
	r.Service, r.Version, r.Group, r.Method = c.text(), c.text(), c.text(), c.text()
	c.header(&r.Header)
	if err = c.end(); err == nil && r.Kind > onramp.BidiStream {
		err = errors.New("its kind is unknown")
	}
	return left, err
}

// Flags of a status.
const (
	flagRefused = 1 << iota
	flagBusiness
)

// encodeStatus returns how a call ended. What the handler met further down
// (Local, Wire) is for the caller an answer like any other: Remote.
func encodeStatus(err error, trailer *onramp.Header) []byte {
	e, flags := onramp.AsError(err), byte(0)
	if e == nil {
		e = &onramp.Error{}
	}
	if e.Origin == onramp.Refused {
		flags |= flagRefused
	}
	if e.Business {
		flags |= flagBusiness
	}
	dst := []byte{byte(e.Code), flags}
	dst = binary.AppendUvarint(dst, uint64(max(0, e.RetryAfter)))
	text, header := "", e.Header
	if e.Err != nil {
		text = e.Err.Error()
	}
	if header == nil {
		header = new(onramp.Header)
	}
	dst = appendText(dst, text[:min(len(text), metaMax/4)])
	dst = appendHeader(dst, header)
	return appendHeader(dst, trailer)
}

// readStatus is the other way; e is nil for OK.
func readStatus(b []byte, trailer *onramp.Header) (e *onramp.Error, err error) {
	c := cursor{b: b}
	code, flags := onramp.Code(c.byte()), c.byte()
	e = &onramp.Error{Code: code, Business: flags&flagBusiness != 0, RetryAfter: c.span()}
	if flags&flagRefused != 0 {
		e.Origin = onramp.Refused
	}
	text, header := c.text(), new(onramp.Header)
	c.header(header)
	c.header(trailer)
	if text != "" {
		e.Err = errors.New(Line(text))
	}
	if header.Len() > 0 {
		e.Header = header
	}
	if err := c.end(); err != nil {
		return nil, err
	}
	if code > onramp.Unauthenticated {
		e.Code = onramp.Unknown
	}
	if code == onramp.OK {
		return nil, nil
	}
	return e, nil
}

// Line makes what a peer said a line of at most 1 KiB that can be printed.
func Line(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), 1<<10)], "")
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, text)
}
