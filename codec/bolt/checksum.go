package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/onrampmesh/onramp/codec"
)

// checksumLen is that of the CRC-32 of IEEE 802.3 over the whole frame before it.
const checksumLen = 4

// checksumSize is how many bytes of checksum a frame of version 2 ends with.
func checksumSize(ver1, switches uint8) int {
	if ver1 == 2 && switches&switchChecksum != 0 {
		return checksumLen
	}
	return 0
}

// roomFor appends the bytes that putChecksum fills, when f has a checksum.
func roomFor(dst []byte, f *codec.Frame) []byte {
	if f.Version != protoV2 || checksumSize(ver1Of(f.Flags)) == 0 {
		return dst
	}
	return append(dst, 0, 0, 0, 0)
}

// putChecksum writes the checksum of frame into its last bytes.
func putChecksum(frame []byte) {
	end := len(frame) - checksumLen
	binary.BigEndian.PutUint32(frame[end:], crc32.ChecksumIEEE(frame[:end]))
}

// verify checks the checksum, if it has one, of a whole frame of version 2.
func verify(frame []byte) error {
	if checksumSize(frame[ver1At], frame[switchAt]) == 0 {
		return nil
	}
	end := len(frame) - checksumLen
	want, got := binary.BigEndian.Uint32(frame[end:]), crc32.ChecksumIEEE(frame[:end])
	if got == want {
		return nil
	}
	return fmt.Errorf("bolt: the checksum of a frame of %d bytes is %#08x, and its bytes have %#08x: they were changed on their way, or the peer computes another CRC", len(frame), want, got)
}
