package onramptest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// LineFramer cuts a protocol of lines: one line asks, one line answers, and a
// connection carries one call at a time (codec.PingPong). Its Body is LineBody.
//
//	CALL 1000000 com.acme.Greeter/sayHello tenant=7 ada\n   microseconds left, class, header, text
//	SEND 0 com.acme.Greeter/wave - ada\n                    wants no answer; - is no header
//	0 - hello ada\n                                         status 0, header, text
//	5 - no such greeting\n                                  an onramp.Code, header, what went wrong
type LineFramer struct {
	// Max bounds a line with its end, in bytes; 0 is 64 KiB.
	Max int
}

var errLine = errors.New("line protocol: the line is none of CALL, SEND or a status")

func (l LineFramer) max() int {
	if l.Max > 0 {
		return l.Max
	}
	return 64 << 10
}

// Name implements codec.Framer.
func (LineFramer) Name() string { return "line" }

// Model implements codec.Modeler.
func (LineFramer) Model() codec.Model { return codec.PingPong }

// Match implements codec.Framer.
func (LineFramer) Match(prefix []byte) codec.Match { return prefixed(prefix, "CALL ", "SEND ") }

// Size implements codec.Framer.
func (l LineFramer) Size(src []byte) (int, error) {
	if i := bytes.IndexByte(src[:min(len(src), l.max())], '\n'); i >= 0 {
		return i + 1, nil
	}
	if len(src) >= l.max() {
		return 0, fmt.Errorf("line protocol: a line is longer than %d bytes", l.max())
	}
	return 0, nil
}

// Decode implements codec.Framer.
func (l LineFramer) Decode(src []byte, f *codec.Frame) error {
	line, ok := bytes.CutSuffix(src, []byte{'\n'})
	if !ok {
		return errLine
	}
	f.Raw = src
	if err := checkEscapes(line); err != nil {
		return fmt.Errorf("line protocol: %w", err)
	}
	word, rest, _ := bytes.Cut(line, []byte{' '})
	switch string(word) {
	case "CALL":
		f.Kind = codec.Request
	case "SEND":
		f.Kind = codec.Oneway
	default:
		return l.decodeReply(word, rest, f)
	}
	return l.decodeRequest(rest, f)
}

func (l LineFramer) decodeRequest(rest []byte, f *codec.Frame) error {
	left, rest, _ := bytes.Cut(rest, []byte{' '})
	micros, err := number(left)
	if err != nil || micros > int64(1<<62/time.Microsecond) {
		return fmt.Errorf("line protocol: time left: %.20q", left)
	}
	f.Timeout = time.Duration(max(micros, -1)) * time.Microsecond // below zero is never
	class, rest, ok := bytes.Cut(rest, []byte{' '})
	if !ok || len(class) == 0 {
		return errLine
	}
	f.Class = class
	return l.decodeRest(rest, f)
}

func (l LineFramer) decodeReply(word, rest []byte, f *codec.Frame) error {
	status, err := number(word)
	if err != nil || status < 0 || status > maxStatus {
		return errLine
	}
	f.Kind, f.Status = codec.Response, uint16(status)
	return l.decodeRest(rest, f)
}

// decodeRest takes the header and the text.
func (LineFramer) decodeRest(rest []byte, f *codec.Frame) error {
	header, text, ok := bytes.Cut(rest, []byte{' '})
	if !ok {
		return errors.New("line protocol: header and text are missing")
	}
	f.Content = text
	if string(header) == "-" {
		return nil
	}
	for pair := range bytes.SplitSeq(header, []byte{'&'}) {
		if bytes.Count(pair, []byte{'='}) != 1 {
			return fmt.Errorf("line protocol: header %.60q is not key=value", pair)
		}
	}
	f.Header = header
	return nil
}

// Append implements codec.Framer. It ends the line, because LineBody sets the
// content before.
func (LineFramer) Append(dst []byte, f *codec.Frame) ([]byte, error) {
	switch f.Kind {
	case codec.Request:
		dst = append(dst, "CALL "...)
	case codec.Oneway:
		dst = append(dst, "SEND "...)
	case codec.Response:
		dst = strconv.AppendUint(dst, uint64(f.Status), 10)
	default:
		return dst, fmt.Errorf("line protocol: there is no frame of kind %d", f.Kind)
	}
	if f.Kind != codec.Response {
		dst = strconv.AppendInt(dst, microseconds(f.Timeout), 10)
		dst = append(append(dst, ' '), f.Class...)
	}
	dst = append(dst, ' ')
	if len(f.Header) == 0 {
		dst = append(dst, '-')
	}
	dst = append(append(dst, f.Header...), ' ')
	return append(append(dst, f.Content...), '\n'), nil
}

// Seal implements codec.Framer: it checks that the line is one.
func (l LineFramer) Seal(frame []byte, _ *codec.Frame) error {
	if len(frame) > l.max() {
		return fmt.Errorf("line protocol: a line of %d bytes: the limit is %d", len(frame), l.max())
	}
	if bytes.IndexByte(frame, '\n') != len(frame)-1 {
		return errors.New("line protocol: the text has a line feed that is not escaped")
	}
	return nil
}

// microseconds rounds away from zero, which would mean unknown.
func microseconds(d time.Duration) int64 {
	if d < 0 {
		return -1
	}
	return int64((d + time.Microsecond - 1) / time.Microsecond)
}
