package bolt

import (
	"fmt"
	"strconv"
	"sync"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// scanners read of the bodies of codec 1 what must be known of them whatever they hold:
// the names of a call, and why it failed. They build no values.
type scanners struct{ pool sync.Pool }

// scan walks one body.
type scan struct {
	hessian2.Scanner
	body []byte
}

// limitsOfScan are far above what SOFARPC's own objects have.
func limitsOfScan() hessian2.Limits { return hessian2.Limits{Classes: 32, Fields: 128} }

// begin returns a scan of body. It must be given to end.
func (s *scanners) begin(body []byte) *scan {
	c, _ := s.pool.Get().(*scan)
	if c == nil {
		c = new(scan)
	}
	c.Reset(hessian2.Draft, body, limitsOfScan())
	c.body = body
	return c
}

func (s *scanners) end(c *scan) {
	c.Reset(hessian2.Draft, nil, limitsOfScan())
	c.body = nil
	s.pool.Put(c)
}

// object reads the beginning of an object if one is next, and otherwise reads over the
// value.
func (c *scan) object() (class []byte, fields [][]byte, ok bool, err error) {
	if c.Next() != hessian2.KindObject {
		return nil, nil, false, c.Skip()
	}
	class, fields, err = c.BeginObject()
	return class, fields, err == nil, err
}

// text reads a string, or reads over another value, which is nil.
func (c *scan) text() ([]byte, error) {
	if c.Next() != hessian2.KindString {
		return nil, c.Skip()
	}
	return c.Text()
}

// yes reads a value and reports whether it is true.
func (c *scan) yes() (bool, error) {
	is := c.Next() == hessian2.KindBool && c.body[c.Offset()] == 'T'
	return is, c.Skip()
}

// plain reads a value, and returns the text that it has in a header: strings, numbers
// and bools have one.
func (c *scan) plain(reader hessian2.Stream) (text string, ok bool, err error) {
	from, kind := c.Offset(), c.Next()
	if kind == hessian2.KindString {
		b, err := c.Text()
		return string(b), err == nil, err
	}
	if err := c.Skip(); err != nil {
		return "", false, err
	}
	switch kind {
	case hessian2.KindBool, hessian2.KindInt, hessian2.KindLong, hessian2.KindDouble:
	default:
		return "", false, nil
	}
	var v any
	if err := reader.Decode(c.body[from:c.Offset()], &v); err != nil {
		return "", false, err
	}
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'g', -1, 64), true, nil
	}
	return fmt.Sprint(v), true, nil
}
