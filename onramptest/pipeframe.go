package onramptest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// PipeFramer cuts a protocol in the manner of HTTP/1: a head of lines that names
// the length of what follows, and many calls at once that are answered in the
// order they were asked (codec.Pipelined). Each answer repeats the request's
// Seq, so that the engine finds answers that come out of order. Its Body is
// PipeBody.
//
//	PIPE/1 CALL com.acme.Greeter/sayHello\r\n      or SEND, which wants no answer
//	Length: 0000000003\r\n
//	Seq: 7\r\n
//	Left: 1000000\r\n                              microseconds
//	tenant: 7\r\n                                  header
//	\r\n
//	ada
//
// An answer begins with "PIPE/1 0\r\n", the status, and has no Left.
type PipeFramer struct {
	// MaxHead bounds the lines before the content, MaxContent the content, in
	// bytes; 0 is 8 KiB and 1 MiB.
	MaxHead, MaxContent int
}

const (
	pipeMagic  = "PIPE/1 "
	pipeLength = "Length: 0000000000\r\n"
	crlf       = "\r\n"
)

var errHead = errors.New("pipe protocol: the head is not a PIPE/1 CALL, SEND or status with Length and Seq")

func (p PipeFramer) limits() (head, content int) {
	if head = p.MaxHead; head <= 0 {
		head = 8 << 10
	}
	if content = p.MaxContent; content <= 0 {
		content = 1 << 20
	}
	return head, content
}

// Name implements codec.Framer.
func (PipeFramer) Name() string { return "pipe" }

// Model implements codec.Modeler.
func (PipeFramer) Model() codec.Model { return codec.Pipelined }

// Match implements codec.Framer.
func (PipeFramer) Match(prefix []byte) codec.Match { return prefixed(prefix, pipeMagic) }

// Size implements codec.Framer.
func (p PipeFramer) Size(src []byte) (int, error) {
	maxHead, maxContent := p.limits()
	if p.Match(src) == codec.No {
		return 0, errHead
	}
	i := bytes.Index(src[:min(len(src), maxHead)], []byte(crlf+crlf))
	if i < 0 {
		if len(src) >= maxHead {
			return 0, fmt.Errorf("pipe protocol: a head is longer than %d bytes", maxHead)
		}
		return 0, nil
	}
	_, rest, _ := cutLine(src[:i+4])
	n, _, err := field(rest, "Length: ")
	if err != nil {
		return 0, err
	}
	if n < 0 || n > int64(maxContent) {
		return 0, fmt.Errorf("pipe protocol: a content of %d bytes: the limit is %d", n, maxContent)
	}
	return i + 4 + int(n), nil
}

// Decode implements codec.Framer.
func (p PipeFramer) Decode(src []byte, f *codec.Frame) error {
	i := bytes.Index(src, []byte(crlf+crlf))
	if i < 0 {
		return errHead
	}
	start, rest, _ := cutLine(src[:i+2])
	length, rest, err := field(rest, "Length: ")
	if err != nil || length != int64(len(src)-i-4) {
		return errHead
	}
	seq, rest, err := field(rest, "Seq: ")
	if err != nil || seq < 0 {
		return errHead
	}
	f.ID, f.Raw, f.Content = uint64(seq), src, src[i+4:]
	if rest, err = p.decodeStart(start, rest, f); err != nil {
		return err
	}
	return decodePipeHeader(rest, f)
}

// decodeStart takes the first line, and Left, which only requests have.
func (PipeFramer) decodeStart(start, rest []byte, f *codec.Frame) ([]byte, error) {
	start, ok := bytes.CutPrefix(start, []byte(pipeMagic))
	if !ok {
		return nil, errHead
	}
	word, class, _ := bytes.Cut(start, []byte{' '})
	switch string(word) {
	case "CALL":
		f.Kind = codec.Request
	case "SEND":
		f.Kind = codec.Oneway
	default:
		status, err := number(word)
		if err != nil || status < 0 || status > maxStatus || len(class) > 0 {
			return nil, errHead
		}
		f.Kind, f.Status = codec.Response, uint16(status)
		return rest, nil
	}
	left, rest, err := field(rest, "Left: ")
	if err != nil || len(class) == 0 || left > int64(1<<62/time.Microsecond) {
		return nil, errHead
	}
	f.Class, f.Timeout = class, time.Duration(left)*time.Microsecond
	return rest, checkEscapes(class)
}

func decodePipeHeader(lines []byte, f *codec.Frame) error {
	if len(lines) == 0 {
		return nil
	}
	f.Header = lines
	for len(lines) > 0 {
		line, rest, ok := cutLine(lines)
		if !ok || !bytes.Contains(line, []byte(": ")) {
			return fmt.Errorf("pipe protocol: header %.60q is not key: value", line)
		}
		if err := checkEscapes(line); err != nil {
			return fmt.Errorf("pipe protocol: %w", err)
		}
		lines = rest
	}
	return nil
}

// Append implements codec.Framer.
func (PipeFramer) Append(dst []byte, f *codec.Frame) ([]byte, error) {
	dst = append(dst, pipeMagic...)
	switch f.Kind {
	case codec.Request:
		dst = append(append(dst, "CALL "...), f.Class...)
	case codec.Oneway:
		dst = append(append(dst, "SEND "...), f.Class...)
	case codec.Response:
		dst = strconv.AppendUint(dst, uint64(f.Status), 10)
	default:
		return dst, fmt.Errorf("pipe protocol: there is no frame of kind %d", f.Kind)
	}
	dst = append(dst, crlf+pipeLength+"Seq: "...)
	dst = append(strconv.AppendUint(dst, f.ID, 10), crlf...)
	if f.Kind != codec.Response {
		dst = append(dst, "Left: "...)
		dst = append(strconv.AppendInt(dst, microseconds(f.Timeout), 10), crlf...)
	}
	dst = append(append(dst, f.Header...), crlf...)
	return append(dst, f.Content...), nil
}

// Seal implements codec.Framer.
func (p PipeFramer) Seal(frame []byte, _ *codec.Frame) error {
	maxHead, maxContent := p.limits()
	head := bytes.Index(frame, []byte(crlf+crlf)) + 4
	if head > maxHead || len(frame)-head > maxContent {
		return fmt.Errorf("pipe protocol: a head of %d bytes and a content of %d: the limits are %d and %d", head, len(frame)-head, maxHead, maxContent)
	}
	at := bytes.Index(frame, []byte(crlf)) + len(pipeLength) // behind the last digit
	for i, n := at-1, len(frame)-head; n > 0; i, n = i-1, n/10 {
		frame[i] = '0' + byte(n%10)
	}
	return nil
}

// cutLine cuts at the first line end.
func cutLine(src []byte) (line, rest []byte, ok bool) { return bytes.Cut(src, []byte(crlf)) }

// field takes a line "name: number".
func field(src []byte, name string) (n int64, rest []byte, err error) {
	line, rest, _ := cutLine(src)
	digits, ok := bytes.CutPrefix(line, []byte(name))
	if !ok {
		return 0, nil, errHead
	}
	n, err = number(digits)
	return n, rest, err
}
