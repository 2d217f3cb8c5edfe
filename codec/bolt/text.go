package bolt

import (
	"encoding/json"
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

var errStreams = errors.New("bolt: the protocol has no streams")

// appendText appends the text of err as codec 11 or 12 has it.
func appendText(dst []byte, serializer uint8, err error) []byte {
	text := clip(message(err))
	if serializer != JSON {
		return append(dst, text...)
	}
	quoted, err := json.Marshal(text)
	if err != nil { // never: a string has a JSON form
		return append(dst, `"error"`...)
	}
	return append(dst, quoted...)
}

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

// readText returns the text that content holds, or "" when it is not text.
func readText(content []byte, serializer uint8) string {
	if serializer == JSON && len(content) > 1 && len(content) <= 8*maxText {
		var s string
		if json.Unmarshal(content, &s) == nil {
			content = []byte(s)
		}
	}
	text := short(content)
	if !utf8.ValidString(text) {
		return ""
	}
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return ""
		}
	}
	return strings.Map(printable, text)
}

// printable keeps an error on one line.
func printable(c rune) rune {
	if unicode.IsPrint(c) {
		return c
	}
	return ' '
}

// short returns the beginning of b, which clip would keep.
func short(b []byte) string { return clip(string(b[:min(len(b), maxText+utf8.UTFMax)])) }

// clip cuts s to maxText bytes, between two runes.
func clip(s string) string {
	n := maxText
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

// refuse is the error of a request that no handler saw.
func refuse(code onramp.Code, text string) error {
	return onramp.NewError(code, onramp.Refused, text)
}
