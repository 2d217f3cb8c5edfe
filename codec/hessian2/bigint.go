package hessian2

import (
	"fmt"
	"math/big"
)

// maxMagnitude bounds a BigInteger that is read or written, in words: 65536 bits, which
// are 19700 decimal digits. To print a number takes more time than is linear in them.
const maxMagnitude = 1 << 11

// bigInteger has the fields of java.math.BigInteger in the order of Draft. Readers need
// signum and mag. The others are Java's caches, which are zero in a fresh one; Java 8
// calls them by other names.
type bigInteger struct {
	Signum                    int32 `hessian:"signum"`
	BitCountPlusOne           int32 `hessian:"bitCountPlusOne"`
	BitLengthPlusOne          int32 `hessian:"bitLengthPlusOne"`
	LowestSetBitPlusTwo       int32 `hessian:"lowestSetBitPlusTwo"`
	FirstNonzeroIntNumPlusTwo int32 `hessian:"firstNonzeroIntNumPlusTwo"`
	// Mag is the magnitude in words of 32 bits, the most significant first; none of
	// them for zero, and the first is never zero.
	Mag Ints `hessian:"mag"`
}

// JavaClassName returns "java.math.BigInteger".
func (bigInteger) JavaClassName() string { return "java.math.BigInteger" }

// toJava returns the fields of x.
func toJava(x *big.Int) (bigInteger, error) {
	words := (x.BitLen() + 31) / 32
	if words > maxMagnitude {
		return bigInteger{}, fmt.Errorf("a big.Int of %d bits, want at most %d", x.BitLen(), 32*maxMagnitude)
	}
	out := bigInteger{Signum: int32(x.Sign()), Mag: make(Ints, words)}
	b := x.FillBytes(make([]byte, 4*words))
	for i := range out.Mag {
		out.Mag[i] = int32(uint32(b[4*i])<<24 | uint32(b[4*i+1])<<16 | uint32(b[4*i+2])<<8 | uint32(b[4*i+3]))
	}
	return out, nil
}

// fromJava returns the number that signum and mag are. Like Java it wants the sign of
// zero to be zero; leading words of zero, which Java refuses too, are taken.
func fromJava(signum int32, mag []int32) (*big.Int, error) {
	if len(mag) > maxMagnitude {
		return nil, fmt.Errorf("a java.math.BigInteger of %d words, want at most %d", len(mag), maxMagnitude)
	}
	if signum < -1 || signum > 1 {
		return nil, fmt.Errorf("a java.math.BigInteger with signum %d, want -1, 0 or 1", signum)
	}
	b := make([]byte, 0, 4*len(mag))
	for _, w := range mag {
		b = append(b, byte(uint32(w)>>24), byte(uint32(w)>>16), byte(uint32(w)>>8), byte(w))
	}
	x := new(big.Int).SetBytes(b)
	if (signum == 0) != (x.Sign() == 0) {
		return nil, fmt.Errorf("a java.math.BigInteger with signum %d whose magnitude does not fit it", signum)
	}
	if signum < 0 {
		x.Neg(x)
	}
	return x, nil
}
