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

// kindV1 tells from the first five bytes what a frame is for and how long its
// fixed part is.
func kindV1(p []byte) (kind codec.FrameKind, fixed int, ok bool) {
	kind, fixed = kindOf(p[1:4])
	return kind, fixed + responseV1, p[0] == protoV1 && p[4] == 1 && fixed >= 0
}

// notV1 says why the bytes, of any number, are no frame of version 1.
func notV1(p []byte) error {
	if p[0] != protoV1 {
		return fmt.Errorf("bolt: a frame begins with byte %#02x, want 0x01 or 0x02: the peer speaks another protocol", p[0])
	}
	return notKind(p, p[1:])
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
	class, header, content := lengths(src, fixed)
	if class > maxClass || header > maxHeader || content > uint64(limit) {
		return 0, tooLong(class, header, content, limit)
	}
	return int(uint64(fixed) + class + header + content), nil
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
	f.Kind, f.Version, f.Flags, f.Serializer = kind, protoV1, 0, src[codecV1]
	f.ID = uint64(binary.BigEndian.Uint32(src[idV1:]))
	f.Timeout, f.Status = 0, 0
	if fixed == requestV1 {
		f.Timeout = time.Duration(int32(binary.BigEndian.Uint32(src[timeoutV1:]))) * time.Millisecond
	} else {
		f.Status = binary.BigEndian.Uint16(src[statusV1:])
	}
	return cutParts(src, fixed, n, f)
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
