package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// The fixed part of version 1. The last eight bytes of it are the three lengths.
const (
	protoV1    = 1
	requestV1  = 22
	responseV1 = 20

	idV1      = 5
	codecV1   = 9
	timeoutV1 = 10
	statusV1  = 10
)

// Types and commands, as one number: type<<16 | command.
const (
	wireAck       = 0
	wireHeartbeat = 1 << 16
	wireRequest   = 1<<16 | 1
	wireOneway    = 2<<16 | 1
	wireResponse  = 2
	wireGoAway    = 1<<16 | 100
)

// serializerOfNone is the codec byte of heartbeats, as Java sends it.
const serializerOfNone = Hessian

// matchV1 knows 01, a type of 0..2, a command of 0, 1, 2 or 100, and 01.
func matchV1(p []byte) codec.Match {
	switch {
	case len(p) > 0 && p[0] != protoV1,
		len(p) > 1 && p[1] > 2,
		len(p) > 2 && p[2] != 0,
		len(p) > 3 && p[3] > 2 && p[3] != 100,
		len(p) > 4 && p[4] != 1:
		return codec.No
	case len(p) < 5:
		return codec.More
	}
	return codec.Yes
}

// kindV1 tells from the first five bytes what a frame is for and how long its
// fixed part is.
func kindV1(p []byte) (kind codec.FrameKind, fixed int, ok bool) {
	ok = p[0] == protoV1 && p[4] == 1
	switch uint32(p[1])<<16 | uint32(p[2])<<8 | uint32(p[3]) {
	case wireRequest:
		return codec.Request, requestV1, ok
	case wireResponse:
		return codec.Response, responseV1, ok
	case wireOneway:
		return codec.Oneway, requestV1, ok
	case wireHeartbeat:
		return codec.Heartbeat, requestV1, ok
	case wireAck:
		return codec.HeartbeatAck, responseV1, ok
	case wireGoAway:
		return codec.GoAway, requestV1, ok
	}
	return 0, 0, false
}

func wireOf(k codec.FrameKind) (wire uint32, ok bool) {
	switch k {
	case codec.Request:
		return wireRequest, true
	case codec.Oneway:
		return wireOneway, true
	case codec.Response:
		return wireResponse, true
	case codec.Heartbeat:
		return wireHeartbeat, true
	case codec.HeartbeatAck:
		return wireAck, true
	case codec.GoAway:
		return wireGoAway, true
	}
	return 0, false
}

// notV1 says why the bytes, of any number, are no frame of version 1.
func notV1(p []byte) error {
	switch {
	case p[0] == 2:
		return errors.New("bolt: the frame is of protocol version 2, and this codec speaks version 1: have the peer send version 1, which is SOFARPC's default")
	case p[0] != protoV1:
		return fmt.Errorf("bolt: a frame begins with byte %#02x, want 0x01: the peer speaks another protocol", p[0])
	case len(p) > 4 && p[4] != 1:
		return fmt.Errorf("bolt: command version %d, want 1", p[4])
	case len(p) > 3:
		return fmt.Errorf("bolt: type %d with command %d is no frame of Bolt", p[1], binary.BigEndian.Uint16(p[2:]))
	}
	return fmt.Errorf("bolt: the bytes %x begin no frame of Bolt", p)
}

func sizeV1(src []byte, limit int) (int, error) {
	if len(src) < responseV1 {
		if matchV1(src) == codec.No {
			return 0, notV1(src)
		}
		return 0, nil
	}
	_, fixed, ok := kindV1(src)
	if !ok {
		return 0, notV1(src)
	}
	if len(src) < fixed {
		return 0, nil
	}
	class, header, content := lengthsV1(src, fixed)
	if class > maxClass || header > maxHeader || content > uint64(limit) {
		return 0, tooLong(class, header, content, limit)
	}
	return int(uint64(fixed) + class + header + content), nil
}

func lengthsV1(src []byte, fixed int) (class, header, content uint64) {
	n := src[fixed-8 : fixed : fixed]
	return uint64(binary.BigEndian.Uint16(n)), uint64(binary.BigEndian.Uint16(n[2:])), uint64(binary.BigEndian.Uint32(n[4:]))
}

func tooLong(class, header, content uint64, limit int) error {
	switch {
	case class > maxClass:
		return fmt.Errorf("bolt: a class name of %d bytes, at most %d are allowed", int16(class), maxClass)
	case header > maxHeader:
		return fmt.Errorf("bolt: a header block of %d bytes, at most %d are allowed", int16(header), maxHeader)
	}
	return fmt.Errorf("bolt: a content of %d bytes, at most %d are allowed: see bolt.MaxFrame", int32(content), limit)
}

func decodeV1(src []byte, f *codec.Frame, limit int) error {
	n, err := sizeV1(src, limit)
	if err != nil {
		return err
	}
	if n == 0 || n != len(src) {
		return fmt.Errorf("bolt: %d bytes are not one whole frame", len(src))
	}
	kind, fixed, _ := kindV1(src)
	class, header, _ := lengthsV1(src, fixed)
	f.Kind, f.Version, f.Flags, f.Serializer = kind, protoV1, 0, src[codecV1]
	f.ID = uint64(binary.BigEndian.Uint32(src[idV1:]))
	f.Timeout, f.Status = 0, 0
	if fixed == requestV1 {
		f.Timeout = time.Duration(int32(binary.BigEndian.Uint32(src[timeoutV1:]))) * time.Millisecond
	} else {
		f.Status = binary.BigEndian.Uint16(src[statusV1:])
	}
	c := fixed + int(class)
	h := c + int(header)
	f.Class, f.Header, f.Content = src[fixed:c:c], src[c:h:h], src[h:n:n]
	f.Raw = src
	return checkBlock(f.Header)
}

func appendV1(dst []byte, f *codec.Frame, limit int) ([]byte, error) {
	wire, ok := wireOf(f.Kind)
	if !ok {
		return dst, invalid("a frame of kind %d has no form in Bolt", f.Kind)
	}
	if err := fitsV1(f, limit); err != nil {
		return dst, err
	}
	dst = append(dst, protoV1, byte(wire>>16), byte(wire>>8), byte(wire), 1,
		byte(f.ID>>24), byte(f.ID>>16), byte(f.ID>>8), byte(f.ID), f.Serializer)
	if f.Kind == codec.Response || f.Kind == codec.HeartbeatAck {
		dst = binary.BigEndian.AppendUint16(dst, f.Status)
	} else {
		dst = binary.BigEndian.AppendUint32(dst, uint32(millis(f.Timeout)))
	}
	class, header, content := len(f.Class), len(f.Header), uint32(len(f.Content))
	dst = append(dst, byte(class>>8), byte(class), byte(header>>8), byte(header),
		byte(content>>24), byte(content>>16), byte(content>>8), byte(content))
	dst = append(dst, f.Class...)
	dst = append(dst, f.Header...)
	return append(dst, f.Content...), nil
}

// fitsV1 checks what is written against the limits of what is read.
func fitsV1(f *codec.Frame, limit int) error {
	switch {
	case f.Version > protoV1:
		return invalid("protocol version %d: this codec writes version 1", f.Version)
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

func sealV1(frame []byte, f *codec.Frame, limit int) error {
	fixed := requestV1
	if f.Kind == codec.Response || f.Kind == codec.HeartbeatAck {
		fixed = responseV1
	}
	content := len(frame) - fixed - len(f.Class) - len(f.Header)
	if content < 0 {
		return invalid("a frame of %d bytes is shorter than its own class name and header", len(frame))
	}
	if content > limit {
		return tooMuch(content, limit)
	}
	binary.BigEndian.PutUint32(frame[fixed-4:], uint32(content))
	return nil
}

func correlateV1(frame []byte) (codec.FrameKind, uint64) {
	kind, _, _ := kindV1(frame)
	return kind, uint64(binary.BigEndian.Uint32(frame[idV1:]))
}

func renumberV1(frame []byte, id uint64) { binary.BigEndian.PutUint32(frame[idV1:], uint32(id)) }

func appendHeartbeatV1(dst []byte, id uint64) []byte {
	return append(dst, protoV1, 1, 0, 0, 1, byte(id>>24), byte(id>>16), byte(id>>8), byte(id), serializerOfNone,
		0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0)
}

func appendAckV1(dst []byte, id uint64) []byte {
	return append(dst, protoV1, 0, 0, 0, 1, byte(id>>24), byte(id>>16), byte(id>>8), byte(id), serializerOfNone,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
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
