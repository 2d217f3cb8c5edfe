package dubbo

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// Names and attachments are strings of Hessian 2. They are written and looked through
// here, because they stand before and behind the values of a body and share nothing
// with them.

// Tags of strings: one of up to 31 units of UTF-16, of up to 1023, and of up to 65535.
const (
	tagText0   = 0x00
	tagText1   = 0x30
	tagText    = 'S'
	shortText  = 0x1f
	middleText = 0x3ff
	mostUnits  = 0xffff
)

var (
	errUTF8    = errors.New("it is not UTF-8")
	errTooLong = errors.New("it has more than 65535 characters")
)

// appendText appends a string in one piece.
func appendText[S string | []byte](dst []byte, s S) ([]byte, error) {
	n := len(s)
	plain := isASCII(s)
	if !plain {
		if !utf8.ValidString(string(s)) {
			return dst, errUTF8
		}
		n = units(string(s))
	}
	switch {
	case n <= shortText:
		dst = append(dst, byte(n))
	case n <= middleText:
		dst = append(dst, tagText1+byte(n>>8), byte(n))
	case n <= mostUnits:
		dst = append(dst, tagText, byte(n>>8), byte(n))
	default:
		return dst, errTooLong
	}
	if plain {
		return append(dst, s...), nil
	}
	return appendUnits(dst, string(s)), nil
}

func isASCII[S string | []byte](s S) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// asciiBytes is isASCII in steps of eight bytes.
func asciiBytes(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
	}
	return isASCII(b)
}

// units counts those of UTF-16 that s has.
func units(s string) (n int) {
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

// appendUnits appends each unit of UTF-16 in a UTF-8 of its own, as Java does.
func appendUnits(dst []byte, s string) []byte {
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			dst = appendHalf(appendHalf(dst, 0xd800+r>>10), 0xdc00+r&0x3ff)
			continue
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func appendHalf(dst []byte, r rune) []byte {
	return append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
}

// plainText cuts a string off b that stands there in one piece and as UTF-8: text is a
// view of it. ok is false for other strings, and other values.
func plainText(b []byte) (text, rest []byte, ok bool) {
	n, b, ok := textHead(b)
	if !ok || n > len(b) {
		return nil, nil, false
	}
	if asciiBytes(b[:n]) {
		return b[:n:n], b[n:], true
	}
	i := 0
	for ; n > 0; n-- {
		w := unit(b[i:])
		if w == 0 {
			return nil, nil, false
		}
		i += w
	}
	return b[:i:i], b[i:], true
}

// textHead cuts off what stands before a string's only piece.
func textHead(b []byte) (units int, rest []byte, ok bool) {
	switch {
	case len(b) > 0 && b[0] <= shortText:
		return int(b[0]), b[1:], true
	case len(b) > 1 && b[0] >= tagText1 && b[0] <= tagText1+3:
		return int(b[0]-tagText1)<<8 | int(b[1]), b[2:], true
	case len(b) > 2 && b[0] == tagText:
		return int(b[1])<<8 | int(b[2]), b[3:], true
	}
	return 0, nil, false
}

// unit returns the length of the character that b begins with, or 0 when it is none of
// one unit.
func unit(b []byte) int {
	switch {
	case len(b) == 0:
		return 0
	case b[0] < utf8.RuneSelf:
		return 1
	}
	if _, w := utf8.DecodeRune(b); w == 2 || w == 3 {
		return w
	}
	return 0
}
