package bolt

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// Version 2 has a byte ver1 behind the first one of version 1, and a byte of
// switches behind the codec byte. With ver1 2 and the first switch on, a checksum
// follows the content. Java sets that switch at ver1 1 too, where none follows.
const (
	protoV2    = 2
	requestV2  = requestV1 + 2
	responseV2 = responseV1 + 2

	ver1At    = 1
	idV2      = 6
	codecV2   = 10
	switchAt  = 11
	timeoutV2 = 12
	statusV2  = 12
)

// Frame.Flags of version 2 is the switch byte. Its top bit, which is off in every
// frame, says that ver1 is 1: a Frame that sets nothing else has ver1 2.
const (
	switchChecksum = 1
	switchMost     = 0x7f
	flagOld        = 0x80
)

// matchV2 knows 02, a ver1 of 1 or 2, and what version 1 has behind its first byte.
func matchV2(p []byte) codec.Match {
	switch {
	case len(p) > 0 && p[0] != protoV2, len(p) > ver1At && p[ver1At]-1 > 1:
		return codec.No
	case len(p) < 3:
		return codec.More
	}
	return matchKind(p[2:])
}

// notV2 says why the bytes, which begin with 02, are no frame of version 2.
func notV2(p []byte) error {
	switch {
	case len(p) > ver1At && p[ver1At]-1 > 1:
		return fmt.Errorf("bolt: ver1 of a frame of version 2 is %d, want 1 or 2", p[ver1At])
	case len(p) > switchAt && p[switchAt] > switchMost && matchV2(p) == codec.Yes:
		return fmt.Errorf("bolt: the switch byte of a frame of version 2 is %#02x, want at most %#02x", p[switchAt], switchMost)
	}
	return notKind(p, p[2:])
}

func sizeV2(src []byte, limit int) (int, error) {
	_, _, end, err := measureV2(src, limit)
	if end == 0 || err != nil {
		return 0, err
	}
	return end + checksumSize(src[ver1At], src[switchAt]), nil
}

// measureV2 is measureV1 for version 2. The checksum is behind the end.
func measureV2(src []byte, limit int) (kind codec.FrameKind, fixed, end int, err error) {
	if len(src) < responseV2 {
		if matchV2(src) == codec.No || len(src) > switchAt && src[switchAt] > switchMost {
			return 0, 0, 0, notV2(src)
		}
		return 0, 0, 0, nil
	}
	kind, more := kindOf(src[2], src[3], src[4])
	if more < 0 || src[ver1At]-1 > 1 || src[5] != 1 || src[switchAt] > switchMost {
		return 0, 0, 0, notV2(src)
	}
	fixed = responseV2 + more
	end, err = endOf(src, fixed, limit)
	return kind, fixed, end, err
}

// decodeV2 does not look at the checksum.
func decodeV2(src []byte, f *codec.Frame, limit int) error {
	kind, fixed, end, err := measureV2(src, limit)
	if err != nil {
		return err
	}
	if end == 0 || end+checksumSize(src[ver1At], src[switchAt]) != len(src) {
		return notOne(src)
	}
	f.Kind, f.Version, f.Flags, f.Serializer = kind, protoV2, src[switchAt], src[codecV2]
	if src[ver1At] == 1 {
		f.Flags |= flagOld
	}
	f.ID = uint64(binary.BigEndian.Uint32(src[idV2:]))
	f.Timeout, f.Status = 0, 0
	if fixed == requestV2 {
		f.Timeout = time.Duration(int32(binary.BigEndian.Uint32(src[timeoutV2:]))) * time.Millisecond
	} else {
		f.Status = binary.BigEndian.Uint16(src[statusV2:])
	}
	return cutParts(src, fixed, end, f)
}

// ver1Of splits Frame.Flags into ver1 and the switch byte.
func ver1Of(flags uint8) (ver1, switches uint8) {
	if flags&flagOld != 0 {
		return 1, flags &^ flagOld
	}
	return 2, flags
}

// appendV2 appends a frame; with a content it is whole, its checksum included.
func appendV2(dst []byte, f *codec.Frame, flags uint8) ([]byte, error) {
	wire, ok := wireOf(f.Kind)
	if !ok {
		return dst, invalid("a frame of kind %d has no form in Bolt", f.Kind)
	}
	start := len(dst)
	ver1, switches := ver1Of(flags)
	dst = append(dst, protoV2, ver1, byte(wire>>16), byte(wire>>8), byte(wire), 1,
		byte(f.ID>>24), byte(f.ID>>16), byte(f.ID>>8), byte(f.ID), f.Serializer, switches)
	dst = appendParts(dst, f)
	if f.Content != nil && checksumSize(ver1, switches) > 0 {
		dst = append(dst, 0, 0, 0, 0)
		putChecksum(dst[start:])
	}
	return dst, nil
}

// sealV2 patches the length and, in the room behind the content, the checksum.
func sealV2(frame []byte, f *codec.Frame, limit int) error {
	if len(frame) < responseV2 {
		return invalid("%d bytes are no frame", len(frame))
	}
	fixed := responseV2
	if asks(f.Kind) {
		fixed = requestV2
	}
	after := checksumSize(frame[ver1At], frame[switchAt])
	if after == 0 {
		return seal(frame, f, fixed, 0, limit)
	}
	room := frame[len(frame)-after:]
	had := binary.BigEndian.Uint32(room)
	if err := seal(frame, f, fixed, after, limit); err != nil {
		return err
	}
	if putChecksum(frame); had != 0 && had != binary.BigEndian.Uint32(room) {
		return invalid("the content of a frame of %d bytes has no four zero bytes behind it, where the checksum goes", len(frame))
	}
	return nil
}
