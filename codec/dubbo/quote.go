package dubbo

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/onrampmesh/onramp"
)

// maxText bounds an error's text, written and read, in bytes.
const maxText = 1024

// maxQuote bounds what an error quotes of a peer's bytes.
const maxQuote = 64

var errStreams = errors.New("dubbo: the protocol has no streams")

// message returns what the peer is told: the cause without this process's
// classification and addresses of it.
func message(err error) string {
	e, ok := err.(*onramp.Error)
	switch {
	case !ok:
		return err.Error()
	case e.Err != nil:
		return e.Err.Error()
	}
	return e.Code.String()
}

// written returns a text as it is written: valid and not too long.
func written(text string) string { return strings.ToValidUTF8(clip(text, maxText), "\uFFFD") }

// firstLine returns the beginning of a peer's text that can be printed: Java's servers
// send stack traces behind it.
func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return strings.TrimSpace(strings.Map(printable, clip(text, maxText)))
}

// printable keeps an error on one line.
func printable(c rune) rune {
	if unicode.IsPrint(c) {
		return c
	}
	return ' '
}

// clip cuts s to n bytes, between two runes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// quote quotes the beginning of b.
func quote(b []byte) string {
	if len(b) > maxQuote {
		return strconv.QuoteToASCII(string(b[:maxQuote])) + "..."
	}
	return strconv.QuoteToASCII(string(b))
}
