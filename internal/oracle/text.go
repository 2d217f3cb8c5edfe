package oracle

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text are the limits of an error's text.
type Text struct {
	// Most is the most bytes; 0 is 512.
	Most int
	// Quote is the most bytes of the input in a row; 0 is 64. Negative is no limit,
	// for errors that pass on a peer's own words.
	Quote int
}

// searched is how much of an input is looked for in an error's text.
const searched = 16 << 10

// Judge says what is wrong with the text of err, which is about src, or nothing.
func (l Text) Judge(err error, src []byte) string {
	if l.Most == 0 {
		l.Most = 512
	}
	if l.Quote == 0 {
		l.Quote = 64
	}
	s := err.Error()
	switch {
	case s == "":
		return "an error without a text"
	case len(s) > l.Most:
		return fmt.Sprintf("an error of %d bytes, at most %d are allowed: %.200q", len(s), l.Most, s)
	case !utf8.ValidString(s):
		return fmt.Sprintf("an error that is not UTF-8: %q", s)
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return fmt.Sprintf("an error with a character that cannot be printed: %q", s)
	case strings.Contains(s, "%!") && !bytes.Contains(src, []byte("%!")):
		return fmt.Sprintf("an error whose format came from somewhere else: %q", s)
	}
	if n := l.Quote + 1; l.Quote > 0 {
		src = src[:min(len(src), searched)]
		for i := range max(0, len(s)-n+1) {
			if bytes.Contains(src, []byte(s[i:i+n])) {
				return fmt.Sprintf("an error that quotes more than %d bytes of the input: %q", l.Quote, s)
			}
		}
	}
	return ""
}
