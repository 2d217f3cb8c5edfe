package discovery

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789ABCDEF"

// escape writes s with what would end or garble it in a target as %XX: control
// characters, space, % ? # and the bytes of also. A slash stays.
func escape(b *strings.Builder, s, also string) {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c == 0x7f || strings.IndexByte("%?#", c) >= 0 || strings.IndexByte(also, c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
			continue
		}
		b.WriteByte(c)
	}
}

// unescape turns %XX into bytes. A plus stays a plus.
func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", wrong(s[i:], "an escape is % and two hexadecimal digits")
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", wrong(s[i:i+3], "an escape is % and two hexadecimal digits")
		}
		b.WriteByte(byte(n))
		i += 2
	}
	if out := b.String(); printable(out) {
		return out, nil
	}
	return "", wrong(s, "it holds a character that cannot be printed, or is not UTF-8")
}

// printable reports whether s is UTF-8 and has no control characters. The space
// counts as printable, other kinds of white space do not.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// quote quotes text for an error and shortens it, so that hostile text cannot
// fill a log.
func quote(s string) string {
	if len(s) <= mostQuoted {
		return strconv.Quote(s)
	}
	return strconv.Quote(s[:mostQuoted]) + "... (" + strconv.Itoa(len(s)) + " bytes)"
}

// shorten is quote for text that needs no quotes: what cannot be printed is escaped.
func shorten(s string) string {
	if len(s) > mostQuoted {
		s = strings.ToValidUTF8(s[:mostQuoted], "") + "..."
	}
	if printable(s) {
		return s
	}
	s = strconv.Quote(s)
	return s[1 : len(s)-1]
}

// mostQuoted is how many bytes of foreign text an error shows of each part.
const mostQuoted = 200

// partError says what is wrong with a part of something; whoever knows the whole
// adds it.
type partError struct{ part, reason string }

// Error returns `"PART": REASON`.
func (e *partError) Error() string {
	if e.part == "" {
		return e.reason
	}
	return quote(e.part) + ": " + e.reason
}

func wrong(part, reason string) error { return &partError{part, reason} }
