package hessian2

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
	"unicode/utf8"
	"unsafe"
)

// appendInt appends an int. Both dialects have the same form.
func appendInt(dst []byte, v int32) []byte {
	switch {
	case v >= -16 && v <= 47:
		return append(dst, byte(tagInt1+v))
	case v >= -2048 && v <= 2047:
		return append(dst, byte(tagInt2+v>>8), byte(v))
	case v >= -262144 && v <= 262143:
		return append(dst, byte(tagInt3+v>>16), byte(v>>8), byte(v))
	}
	return append(dst, tagInt, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

func appendLong(dst []byte, d Dialect, v int64) []byte {
	switch {
	case v >= -8 && v <= 15:
		return append(dst, byte(tagLong1+v))
	case v >= -2048 && v <= 2047:
		return append(dst, byte(tagLong2+v>>8), byte(v))
	case v >= -262144 && v <= 262143:
		return append(dst, byte(tagLong3+v>>16), byte(v>>8), byte(v))
	case v >= math.MinInt32 && v <= math.MaxInt32:
		tag := byte(v2Long4)
		if d == Draft {
			tag = draftLong4
		}
		return append(dst, tag, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return binary.BigEndian.AppendUint64(append(dst, tagLong), uint64(v))
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, tagTrue)
	}
	return append(dst, tagFalse)
}

// appendDouble appends the shortest form that Java writes. Minus zero becomes zero, as
// there.
func appendDouble(dst []byte, d Dialect, v float64) []byte {
	base := byte(v2Double0)
	if d == Draft {
		base = draftDouble0
	}
	if v >= math.MinInt16 && v <= math.MaxInt16 {
		if n := int16(v); float64(n) == v {
			switch {
			case n == 0:
				return append(dst, base)
			case n == 1:
				return append(dst, base+1)
			case n >= math.MinInt8 && n <= math.MaxInt8:
				return append(dst, base+2, byte(n))
			}
			return append(dst, base+3, byte(n>>8), byte(n))
		}
	}
	if d == Draft {
		if f := float32(v); float64(f) == v {
			return binary.BigEndian.AppendUint32(append(dst, draftFloat), math.Float32bits(f))
		}
	} else if mills, ok := thousandths(v); ok {
		return binary.BigEndian.AppendUint32(append(dst, v2DoubleMills), uint32(mills))
	}
	if v != v {
		v = math.Float64frombits(0x7ff8000000000000) // Java's NaN
	}
	return binary.BigEndian.AppendUint64(append(dst, tagDouble), math.Float64bits(v))
}

// thousandths returns v as an int of thousandths, when that is v again for a reader.
func thousandths(v float64) (int32, bool) {
	mills := int32(math.MaxInt32)
	switch m := v * 1000; {
	case m <= math.MinInt32:
		mills = math.MinInt32
	case m < math.MaxInt32:
		mills = int32(m)
	}
	return mills, fromThousandths(mills) == v
}

func fromThousandths(mills int32) float64 { return 0.001 * float64(mills) }

// appendDate appends a date: milliseconds since 1970, the rest is cut.
func appendDate(dst []byte, d Dialect, t time.Time) []byte {
	ms := t.UnixMilli()
	if d == Draft {
		return binary.BigEndian.AppendUint64(append(dst, draftDate), uint64(ms))
	}
	if minutes := ms / 60000; ms%60000 == 0 && int64(int32(minutes)) == minutes {
		return binary.BigEndian.AppendUint32(append(dst, v2Minutes), uint32(minutes))
	}
	return binary.BigEndian.AppendUint64(append(dst, v2Date), uint64(ms))
}

var errUTF8 = errors.New("hessian2: the string is not valid UTF-8: send bytes as []byte")

// appendString appends a string. Its length counts units of UTF-16, and a character
// beyond 16 bits is written as its two surrogates, three bytes each.
func appendString(dst []byte, d Dialect, s string) ([]byte, error) {
	if len(s) <= chunk && ascii(s) {
		return append(appendTextHead(dst, d, len(s)), s...), nil
	}
	for {
		units, bytes, ok := firstUnits(s, chunk)
		if !ok {
			return dst, errUTF8
		}
		if bytes == len(s) {
			return appendUnits(appendTextHead(dst, d, units), s), nil
		}
		tag := byte(v2Chunk)
		if d == Draft {
			tag = draftChunk
		}
		dst = append(dst, tag, byte(units>>8), byte(units))
		dst, s = appendUnits(dst, s[:bytes]), s[bytes:]
	}
}

// appendTextHead appends what stands before the last chunk of a string.
func appendTextHead(dst []byte, d Dialect, units int) []byte {
	switch {
	case units <= 31:
		return append(dst, byte(tagText0+units))
	case units <= 1023 && d == V2:
		return append(dst, byte(v2Text1+units>>8), byte(units))
	}
	return append(dst, tagText, byte(units>>8), byte(units))
}

// firstUnits returns how many units of UTF-16, at most limit, stand at the beginning of
// s, and in how many bytes of UTF-8. Surrogates stay together.
func firstUnits(s string, limit int) (units, bytes int, ok bool) {
	for bytes < len(s) {
		if s[bytes] < utf8.RuneSelf {
			if units == limit {
				return units, bytes, true
			}
			units, bytes = units+1, bytes+1
			continue
		}
		r, n := utf8.DecodeRuneInString(s[bytes:])
		if r == utf8.RuneError && n == 1 {
			return 0, 0, false
		}
		width := 1
		if n == 4 {
			width = 2
		}
		if units+width > limit {
			return units, bytes, true
		}
		units, bytes = units+width, bytes+n
	}
	return units, bytes, true
}

// appendUnits appends valid UTF-8 with surrogates instead of four bytes.
func appendUnits(dst []byte, s string) []byte {
	begin := 0
	for i := 0; i < len(s); {
		if s[i] < 0xf0 {
			i++
			continue
		}
		dst = append(dst, s[begin:i]...)
		r, n := utf8.DecodeRuneInString(s[i:])
		r -= 0x10000
		dst = appendSurrogate(appendSurrogate(dst, 0xd800+r>>10), 0xdc00+r&0x3ff)
		i += n
		begin = i
	}
	return append(dst, s[begin:]...)
}

func appendSurrogate(dst []byte, r rune) []byte {
	return append(dst, byte(0xe0|r>>12), byte(0x80|r>>6&0x3f), byte(0x80|r&0x3f))
}

func appendBinary(dst []byte, d Dialect, b []byte) []byte {
	for len(b) > chunk {
		tag := byte(v2BinaryChunk)
		if d == Draft {
			tag = draftBinaryChunk
		}
		dst = append(append(dst, tag, chunk>>8, chunk&0xff), b[:chunk]...)
		b = b[chunk:]
	}
	switch n := len(b); {
	case n <= 15:
		dst = append(dst, byte(tagBinary0+n))
	case n <= 1023 && d == V2:
		dst = append(dst, byte(v2Binary1+n>>8), byte(n))
	default:
		dst = append(dst, tagBinary, byte(n>>8), byte(n))
	}
	return append(dst, b...)
}

// highBits are the bits that bytes of ASCII do not have.
const highBits = 0x8080808080808080

// ascii reports whether s is ASCII, eight bytes at a time.
func ascii(s string) bool { return asciiBytes(unsafe.Slice(unsafe.StringData(s), len(s))) }

func asciiBytes(b []byte) bool {
	for len(b) >= 32 {
		w := binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
		if w&highBits != 0 {
			return false
		}
		b = b[32:]
	}
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&highBits != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
