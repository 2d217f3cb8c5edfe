package bolt

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// What both versions have in common: behind the first fields stand the timeout of
// a request or the status of a response, three lengths, and what they are of.

// Limits of what stands before the content. Java reads both lengths as signed.
const (
	maxClass  = 1024
	maxHeader = 32767
)

// lengths returns those that the fixed part of src ends with.
func lengths(src []byte, fixed int) (class, header uint16, content uint32) {
	n := src[fixed-8 : fixed : fixed]
	return binary.BigEndian.Uint16(n), binary.BigEndian.Uint16(n[2:]), binary.BigEndian.Uint32(n[4:])
}

// endOf returns where the content of src ends, or 0 when too few bytes are there to
// tell.
func endOf(src []byte, fixed, limit int) (int, error) {
	if len(src) < fixed {
		return 0, nil
	}
	class, header, content := lengths(src, fixed)
	if class > maxClass || header > maxHeader || uint64(content) > uint64(limit) {
		return 0, tooLong(class, header, content, limit)
	}
	return fixed + int(class) + int(header) + int(content), nil
}

// cutParts gives f what stands between the fixed part of src and its byte end, and
// checks the pairs of the header block.
func cutParts(src []byte, fixed, end int, f *codec.Frame) error {
	class, header, _ := lengths(src, fixed)
	c := fixed + int(class)
	h := c + int(header)
	f.Class, f.Header, f.Content = src[fixed:c:c], src[c:h:h], src[h:end:end]
	f.Raw = src
	return checkBlock(f.Header)
}

func notOne(src []byte) error { return fmt.Errorf("bolt: %d bytes are not one whole frame", len(src)) }

func tooLong(class, header uint16, content uint32, limit int) error {
	switch {
	case class > maxClass:
		return fmt.Errorf("bolt: a class name of %d bytes, at most %d are allowed", int16(class), maxClass)
	case header > maxHeader:
		return fmt.Errorf("bolt: a header block of %d bytes, at most %d are allowed", int16(header), maxHeader)
	}
	return fmt.Errorf("bolt: a content of %d bytes, at most %d are allowed: see bolt.MaxFrame", int32(content), limit)
}

// appendParts appends everything from timeout or status on.
func appendParts(dst []byte, f *codec.Frame) []byte {
	if asks(f.Kind) {
		dst = binary.BigEndian.AppendUint32(dst, uint32(millis(f.Timeout)))
	} else {
		dst = binary.BigEndian.AppendUint16(dst, f.Status)
	}
	class, header, content := len(f.Class), len(f.Header), uint32(len(f.Content))
	dst = append(dst, byte(class>>8), byte(class), byte(header>>8), byte(header),
		byte(content>>24), byte(content>>16), byte(content>>8), byte(content))
	dst = append(dst, f.Class...)
	dst = append(dst, f.Header...)
	return append(dst, f.Content...)
}

// fits checks what is written against the limits of what is read.
func fits(f *codec.Frame, limit int) error {
	switch {
	case f.ID > math.MaxUint32:
		return invalid("request ID %d: IDs have 32 bits", f.ID)
	case len(f.Class) > maxClass:
		return invalid("a class name of %d bytes, at most %d are allowed", len(f.Class), maxClass)
	case len(f.Header) > maxHeader:
		return invalid("a header block of %d bytes, at most %d are allowed", len(f.Header), maxHeader)
	case len(f.Content) > limit:
		return tooMuch(len(f.Content), limit)
	}
	return nil
}

// seal patches the length of the content, which stands behind the fixed part,
// class and header, and before the last after bytes.
func seal(frame []byte, f *codec.Frame, fixed, after, limit int) error {
	content := len(frame) - fixed - len(f.Class) - len(f.Header) - after
	if content < 0 {
		return invalid("a frame of %d bytes is shorter than its own class name and header", len(frame))
	}
	if content > limit {
		return tooMuch(content, limit)
	}
	binary.BigEndian.PutUint32(frame[fixed-4:], uint32(content))
	return nil
}

// millis rounds towards zero, but never to zero: that means "no timeout".
func millis(d time.Duration) int32 {
	ms := d / time.Millisecond
	switch {
	case ms == 0 && d > 0:
		return 1
	case ms == 0 && d < 0:
		return -1
	}
	return int32(min(max(ms, math.MinInt32), math.MaxInt32))
}

func tooMuch(content, limit int) error {
	return invalid("a content of %d bytes, at most %d are allowed: see bolt.MaxFrame", content, limit)
}

// invalid is the error of a call that was not sent, and that cannot be sent
// anywhere: it is not tried again.
func invalid(format string, args ...any) error {
	return &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Local, Err: fmt.Errorf("bolt: "+format, args...)}
}
