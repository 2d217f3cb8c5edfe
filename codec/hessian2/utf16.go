package hessian2

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// units reads so many units of UTF-16. plain says that the bytes are their UTF-8:
// no surrogates and no overlong form among them.
func (c *cursor) units(n int) (b []byte, plain bool, err error) {
	if n > len(c.src)-c.pos {
		return nil, false, errEnd
	}
	if b := c.src[c.pos : c.pos+n]; asciiBytes(b) {
		c.pos += n
		return b, true, nil
	}
	return c.wideUnits(n)
}

// wideUnits is units beyond ASCII. Surrogates must come in pairs, in one chunk or in
// two; half of a pair at an end is left to the caller, who joins the chunks.
func (c *cursor) wideUnits(n int) (b []byte, plain bool, err error) {
	begin, plain := c.pos, true
	for ; n > 0; n-- {
		width, unit := unitAt(c.src[c.pos:])
		if width == 0 {
			if c.pos >= len(c.src) {
				return nil, false, errEnd
			}
			return nil, false, fmt.Errorf("bytes at %d are no character of UTF-16 in UTF-8", c.pos)
		}
		if unit >= 0xd800 && unit <= 0xdfff || unit == 0 && width == 2 {
			plain = false
		}
		c.pos += width
	}
	return c.src[begin:c.pos], plain, nil
}

// unitAt decodes the first unit of UTF-16 in b, of one to three bytes. The overlong
// form of zero, which Java writes in other places, is read. width 0 is none.
func unitAt(b []byte) (width int, unit rune) {
	if len(b) == 0 {
		return 0, 0
	}
	switch c := rune(b[0]); {
	case c < utf8.RuneSelf:
		return 1, c
	case c >= 0xc0 && c <= 0xdf && len(b) >= 2 && b[1]&0xc0 == 0x80:
		r := c&0x1f<<6 | rune(b[1]&0x3f)
		if r >= 0x80 || r == 0 {
			return 2, r
		}
	case c >= 0xe0 && c <= 0xef && len(b) >= 3 && b[1]&0xc0 == 0x80 && b[2]&0xc0 == 0x80:
		r := c&0x0f<<12 | rune(b[1]&0x3f)<<6 | rune(b[2]&0x3f)
		if r >= 0x800 {
			return 3, r
		}
	}
	return 0, 0
}

// appendJoined appends units as UTF-8: surrogates are joined. rest is what is left of
// a pair that the next chunk ends.
func appendJoined(dst, units []byte) (out, rest []byte, err error) {
	for len(units) > 0 {
		width, r := unitAt(units)
		if r < 0xd800 || r > 0xdfff {
			dst, units = utf8.AppendRune(dst, r), units[width:]
			continue
		}
		if len(units) == width && r < 0xdc00 {
			return dst, units, nil
		}
		_, low := unitAt(units[width:])
		if r >= 0xdc00 || low < 0xdc00 || low > 0xdfff {
			return dst, nil, errSurrogate
		}
		dst = utf8.AppendRune(dst, 0x10000+(r-0xd800)<<10+(low-0xdc00))
		units = units[2*width:]
	}
	return dst, nil, nil
}

var errSurrogate = errors.New("a string has half of a surrogate pair")
