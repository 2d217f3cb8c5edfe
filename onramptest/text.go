package onramptest

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"strconv"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// The text protocols escape what would end a field as %XX.

const hexDigits = "0123456789ABCDEF"

var errEscape = errors.New("a % is not followed by two hex digits")

// escape appends s with every control byte, %, and byte of special as %XX.
func escape[T string | []byte](dst []byte, s T, special string) []byte {
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c == 0x7f || c == '%' || indexByte(special, c) {
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

func indexByte(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

// unescape undoes escape; a text without escapes is returned as it is.
func unescape(s []byte) []byte {
	i := bytes.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	out := append(make([]byte, 0, len(s)), s[:i]...)
	for ; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

// checkEscapes reports escapes that unescape could not undo.
func checkEscapes(s []byte) error {
	for {
		i := bytes.IndexByte(s, '%')
		if i < 0 {
			return nil
		}
		if i+2 >= len(s) || unhex(s[i+1]) > 15 || unhex(s[i+2]) > 15 {
			return errEscape
		}
		s = s[i+3:]
	}
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 16
}

// number parses a decimal of at most 15 digits, with a sign.
func number(s []byte) (int64, error) {
	if len(s) == 0 || len(s) > 16 {
		return 0, fmt.Errorf("%.20q is no number", s)
	}
	return strconv.ParseInt(string(s), 10, 64)
}

// prefixed is Match for protocols whose connections begin with one of words.
func prefixed(prefix []byte, words ...string) codec.Match {
	m := codec.No
	for _, w := range words {
		n := min(len(prefix), len(w))
		if string(prefix[:n]) != w[:n] {
			continue
		}
		if n == len(w) {
			return codec.Yes
		}
		m = codec.More
	}
	return m
}

// appendText appends a message that is text: a string, bytes, or what knows its
// own text form.
func appendText(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return dst, nil
	case string:
		return append(dst, v...), nil
	case *string:
		return append(dst, *v...), nil
	case []byte:
		return append(dst, v...), nil
	case encoding.TextAppender:
		return v.AppendText(dst)
	case encoding.TextMarshaler:
		b, err := v.MarshalText()
		return append(dst, b...), err
	}
	return dst, &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Local, Err: fmt.Errorf("a %T is no text: send a string, bytes or an encoding.TextMarshaler", v)}
}

// textDecoder decodes what appendText encoded, after unescaping it.
type textDecoder struct{ escaped bool }

// Decode implements onramp.Decoder.
func (d textDecoder) Decode(src []byte, into any) error {
	if d.escaped {
		src = unescape(src)
	}
	switch into := into.(type) {
	case *string:
		*into = string(src)
		return nil
	case encoding.TextUnmarshaler:
		return into.UnmarshalText(src)
	}
	return &onramp.Error{Code: onramp.InvalidArgument, Err: fmt.Errorf("text cannot be decoded into %T: want a *string or an encoding.TextUnmarshaler", into)}
}

// content returns a body's encoding: its Raw as it is, or its Value's text.
func content(dst []byte, b *onramp.Body) ([]byte, error) {
	if b.Value == nil {
		return append(dst, b.Raw...), nil
	}
	return appendText(dst, b.Value)
}
