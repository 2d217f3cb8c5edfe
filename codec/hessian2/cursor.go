package hessian2

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// cursor reads the parts of values from a body.
type cursor struct {
	src     []byte
	pos     int
	dialect Dialect
}

var errEnd = errors.New("the body ends within a value")

// bad returns the error of a tag that cannot stand here.
func (c *cursor) bad(want string) error {
	if c.pos >= len(c.src) {
		return errEnd
	}
	if k := c.kind(); k != Invalid {
		return fmt.Errorf("a value of kind %s, want %s", k, want)
	}
	return fmt.Errorf("the tag %#02x, want %s", c.src[c.pos], want)
}

// peek returns the next byte; that of an empty rest is a tag that neither dialect has.
func (c *cursor) peek() byte {
	if c.pos < len(c.src) {
		return c.src[c.pos]
	}
	return noTag
}

// noTag begins no value in either dialect.
const noTag = 0x40

// take returns the next n bytes.
func (c *cursor) take(n int) ([]byte, error) {
	if n > len(c.src)-c.pos {
		return nil, errEnd
	}
	b := c.src[c.pos : c.pos+n]
	c.pos += n
	return b, nil
}

// fixed returns the n bytes behind a tag, and reads both.
func (c *cursor) fixed(n int) ([]byte, error) {
	b, err := c.take(n + 1)
	if err != nil {
		return nil, err
	}
	return b[1:], nil
}

// int reads an int.
func (c *cursor) int() (int32, error) {
	if v, ok, err := c.ifInt(); ok || err != nil {
		return v, err
	}
	return 0, c.bad("an int")
}

// ifInt reads an int, if one is next.
func (c *cursor) ifInt() (v int32, ok bool, err error) {
	switch tag := c.peek(); {
	case tag >= 0x80 && tag <= 0xbf:
		c.pos++
		return int32(tag) - tagInt1, true, nil
	case tag >= 0xc0 && tag <= 0xcf:
		b, err := c.fixed(1)
		if err != nil {
			return 0, true, err
		}
		return (int32(tag)-tagInt2)<<8 | int32(b[0]), true, nil
	case tag >= 0xd0 && tag <= 0xd7:
		b, err := c.fixed(2)
		if err != nil {
			return 0, true, err
		}
		return (int32(tag)-tagInt3)<<16 | int32(b[0])<<8 | int32(b[1]), true, nil
	case tag == tagInt:
		b, err := c.fixed(4)
		if err != nil {
			return 0, true, err
		}
		return int32(binary.BigEndian.Uint32(b)), true, nil
	}
	return 0, false, nil
}

// ifLong reads a long, if one is next.
func (c *cursor) ifLong() (v int64, ok bool, err error) {
	switch tag := c.peek(); {
	case tag >= 0xd8 && tag <= 0xef:
		c.pos++
		return int64(tag) - tagLong1, true, nil
	case tag >= 0xf0:
		b, err := c.fixed(1)
		if err != nil {
			return 0, true, err
		}
		return (int64(tag)-tagLong2)<<8 | int64(b[0]), true, nil
	case tag >= 0x38 && tag <= 0x3f:
		b, err := c.fixed(2)
		if err != nil {
			return 0, true, err
		}
		return (int64(tag)-tagLong3)<<16 | int64(b[0])<<8 | int64(b[1]), true, nil
	case tag == tagLong:
		b, err := c.fixed(8)
		if err != nil {
			return 0, true, err
		}
		return int64(binary.BigEndian.Uint64(b)), true, nil
	case c.dialect == V2 && tag == v2Long4, c.dialect == Draft && tag == draftLong4:
		b, err := c.fixed(4)
		if err != nil {
			return 0, true, err
		}
		return int64(int32(binary.BigEndian.Uint32(b))), true, nil
	}
	return 0, false, nil
}

// ifDouble reads a double, if one is next.
func (c *cursor) ifDouble() (v float64, ok bool, err error) {
	tag, base := c.peek(), byte(v2Double0)
	if c.dialect == Draft {
		base = draftDouble0
	}
	if tag == tagDouble {
		b, err := c.fixed(8)
		if err != nil {
			return 0, true, err
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b)), true, nil
	}
	if tag < base || tag > base+4 {
		return 0, false, nil
	}
	b, err := c.fixed([...]int{0, 0, 1, 2, 4}[tag-base])
	if err != nil {
		return 0, true, err
	}
	switch tag - base {
	case 0, 1:
		return float64(tag - base), true, nil
	case 2:
		return float64(int8(b[0])), true, nil
	case 3:
		return float64(int16(binary.BigEndian.Uint16(b))), true, nil
	}
	bits := binary.BigEndian.Uint32(b)
	if c.dialect == Draft {
		return float64(math.Float32frombits(bits)), true, nil
	}
	return fromThousandths(int32(bits)), true, nil
}

// ifDate reads a date, if one is next.
func (c *cursor) ifDate() (t time.Time, ok bool, err error) {
	switch tag := c.peek(); {
	case c.dialect == V2 && tag == v2Minutes:
		b, err := c.fixed(4)
		if err != nil {
			return t, true, err
		}
		return time.UnixMilli(int64(int32(binary.BigEndian.Uint32(b))) * 60000).UTC(), true, nil
	case c.dialect == V2 && tag == v2Date, c.dialect == Draft && tag == draftDate:
		b, err := c.fixed(8)
		if err != nil {
			return t, true, err
		}
		return time.UnixMilli(int64(binary.BigEndian.Uint64(b))).UTC(), true, nil
	}
	return t, false, nil
}

// textHead reads what stands before a chunk of a string: how many units it has, and
// whether it is the last. ok is false when no string is next.
func (c *cursor) textHead() (units int, last, ok bool, err error) {
	tag := c.peek()
	switch {
	case tag <= 0x1f:
		c.pos++
		return int(tag), true, true, nil
	case c.dialect == V2 && tag >= v2Text1 && tag <= 0x33:
		b, err := c.fixed(1)
		if err != nil {
			return 0, false, true, err
		}
		return int(tag-v2Text1)<<8 | int(b[0]), true, true, nil
	case tag == tagText, c.dialect == V2 && tag == v2Chunk, c.dialect == Draft && tag == draftChunk:
		b, err := c.fixed(2)
		if err != nil {
			return 0, false, true, err
		}
		return int(binary.BigEndian.Uint16(b)), tag == tagText, true, nil
	}
	return 0, false, false, nil
}

// binaryHead is textHead for a byte[].
func (c *cursor) binaryHead() (n int, last, ok bool, err error) {
	tag := c.peek()
	switch {
	case tag >= 0x20 && tag <= 0x2f:
		c.pos++
		return int(tag - tagBinary0), true, true, nil
	case c.dialect == V2 && tag >= v2Binary1 && tag <= 0x37:
		b, err := c.fixed(1)
		if err != nil {
			return 0, false, true, err
		}
		return int(tag-v2Binary1)<<8 | int(b[0]), true, true, nil
	case tag == tagBinary, c.dialect == V2 && tag == v2BinaryChunk, c.dialect == Draft && tag == draftBinaryChunk:
		b, err := c.fixed(2)
		if err != nil {
			return 0, false, true, err
		}
		return int(binary.BigEndian.Uint16(b)), tag == tagBinary, true, nil
	}
	return 0, false, false, nil
}
