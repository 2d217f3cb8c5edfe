package hessian2

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// UUID is a java.util.UUID. Other packages' UUIDs of 16 bytes convert to it and back:
// hessian2.UUID(id).
type UUID [16]byte

// JavaClassName returns "java.util.UUID".
func (UUID) JavaClassName() string { return "java.util.UUID" }

// ParseUUID reads the usual form of 36 characters, in which letters may be of either
// case.
func ParseUUID(text string) (UUID, error) {
	var u UUID
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return u, fmt.Errorf("hessian2: the UUID %.64q: want 8-4-4-4-12 hexadecimal digits", text)
	}
	var digits [32]byte
	n := 0
	for i := range len(text) {
		if i != 8 && i != 13 && i != 18 && i != 23 {
			digits[n] = text[i]
			n++
		}
	}
	if _, err := hex.Decode(u[:], digits[:]); err != nil {
		return UUID{}, fmt.Errorf("hessian2: the UUID %.64q has a character that is no hexadecimal digit", text)
	}
	return u, nil
}

// UUIDOf returns the UUID of the two longs that Java keeps it in.
func UUIDOf(mostSigBits, leastSigBits int64) UUID {
	var u UUID
	binary.BigEndian.PutUint64(u[:8], uint64(mostSigBits))
	binary.BigEndian.PutUint64(u[8:], uint64(leastSigBits))
	return u
}

// Bits returns the two longs that Java keeps a UUID in.
func (u UUID) Bits() (mostSigBits, leastSigBits int64) {
	return int64(binary.BigEndian.Uint64(u[:8])), int64(binary.BigEndian.Uint64(u[8:]))
}

// String returns the 36 characters in lower case, as Java does.
func (u UUID) String() string {
	var b [36]byte
	u.append(b[:0])
	return string(b[:])
}

// append appends the 36 characters.
func (u UUID) append(dst []byte) []byte {
	dst = hex.AppendEncode(dst, u[:4])
	for _, part := range [...][]byte{u[4:6], u[6:8], u[8:10], u[10:]} {
		dst = hex.AppendEncode(append(dst, '-'), part)
	}
	return dst
}

// MarshalText returns what String does, so that a UUID is a string in JSON.
func (u UUID) MarshalText() ([]byte, error) { return u.append(nil), nil }

// UnmarshalText reads what ParseUUID reads.
func (u *UUID) UnmarshalText(text []byte) error {
	v, err := ParseUUID(string(text))
	if err == nil {
		*u = v
	}
	return err
}
