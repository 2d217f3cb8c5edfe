package bolt

import (
	"encoding/binary"
	"fmt"
	"time"

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

// matchV1 knows 01, a type of 0..2, a command of 0, 1, 2 or 100, and 01.
func matchV1(p []byte) codec.Match {
	switch {
	case len(p) > 0 && p[0] != protoV1:
		return codec.No
	case len(p) < 2:
		return codec.More
	}
	return matchKind(p[1:])
}

// notV1 says why the bytes, of any number, are no frame of version 1.
func notV1(p []byte) error {
	if p[0] != protoV1 {
		return fmt.Errorf("bolt: a frame begins with byte %#02x, want 0x01 or 0x02: the peer speaks another protocol", p[0])
	}
	return notKind(p, p[1:])
}

func sizeV1(src []byte, limit int) (int, error) {
	_, _, end, err := measureV1(src, limit)
	return end, err
}

// measureV1 tells what the frame is that src begins with, and where its fixed part
// and its content end: 0 when that takes more bytes.
func measureV1(src []byte, limit int) (kind codec.FrameKind, fixed, end int, err error) {
	if len(src) < responseV1 {
		if matchV1(src) == codec.No {
			return 0, 0, 0, notV1(src)
		}
		return 0, 0, 0, nil
	}
	kind, more := kindOf(src[1], src[2], src[3])
	if more < 0 || src[0] != protoV1 || src[4] != 1 {
		return 0, 0, 0, notV1(src)
	}
	fixed = responseV1 + more
	end, err = endOf(src, fixed, limit)
	return kind, fixed, end, err
}

func decodeV1(src []byte, f *codec.Frame, limit int) error {
	kind, fixed, end, err := measureV1(src, limit)
	if err != nil {
		return err
	}
	if end == 0 || end != len(src) {
		return notOne(src)
	}
	f.Kind, f.Version, f.Flags, f.Serializer = kind, protoV1, 0, src[codecV1]
	f.ID = uint64(binary.BigEndian.Uint32(src[idV1:]))
	f.Timeout, f.Status = 0, 0
	if fixed == requestV1 {
		f.Timeout = time.Duration(int32(binary.BigEndian.Uint32(src[timeoutV1:]))) * time.Millisecond
	} else {
		f.Status = binary.BigEndian.Uint16(src[statusV1:])
	}
	return cutParts(src, fixed, end, f)
}

func appendV1(dst []byte, f *codec.Frame) ([]byte, error) {
	wire, ok := wireOf(f.Kind)
	if !ok {
		return dst, invalid("a frame of kind %d has no form in Bolt", f.Kind)
	}
	dst = append(dst, protoV1, byte(wire>>16), byte(wire>>8), byte(wire), 1,
		byte(f.ID>>24), byte(f.ID>>16), byte(f.ID>>8), byte(f.ID), f.Serializer)
	return appendParts(dst, f), nil
}

func sealV1(frame []byte, f *codec.Frame, limit int) error {
	fixed := responseV1
	if asks(f.Kind) {
		fixed = requestV1
	}
	return seal(frame, f, fixed, 0, limit)
}
