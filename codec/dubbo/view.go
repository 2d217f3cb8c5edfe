package dubbo

import "github.com/onrampmesh/onramp"

// side is the header of a request or of a response.
type side bool

const (
	ofRequest  side = false
	ofResponse side = true
)

// Keys of attachments that are no pairs of a header: names of a call in a request, and
// in a response what becomes the error.
const (
	keyPath      = "path"
	keyInterface = "interface"
	keyVersion   = "version"
	keyGroup     = "group"
	keyTimeout   = "timeout"
	keyGeneric   = "generic"

	// keyApplication tells who calls. It is a pair like others.
	keyApplication = "remote.application"

	keyCode       = "onramp-code"
	keyOrigin     = "onramp-origin"
	keyRetryAfter = "onramp-retry-after"
)

// pairs is the view of attachments that are plain strings and scalars. Its block begins
// with the first key.
type pairs side

// Next implements onramp.Pairs.
func (p pairs) Next(block []byte) (key, value, rest []byte, ok bool) {
	for {
		if key, block, ok = plainText(block); !ok {
			return nil, nil, nil, false
		}
		if value, rest, ok = plainText(block); !ok {
			if _, _, block, ok = scalar(block); !ok {
				return nil, nil, nil, false
			}
			continue
		}
		if !reserved(side(p), key) {
			return key, value, rest, true
		}
		block = rest
	}
}

// reserved reports whether key is Dubbo's own, in any case, because onramp.Header
// compares without case.
func reserved[S string | []byte](own side, key S) bool {
	var lower string
	switch {
	case own == ofRequest && len(key) == len(keyPath):
		lower = keyPath
	case own == ofRequest && len(key) == len(keyGroup):
		lower = keyGroup
	case own == ofRequest && len(key) == len(keyInterface):
		lower = keyInterface
	case own == ofRequest && len(key) == len(keyTimeout): // and version, generic
		return same(key, keyTimeout) || same(key, keyVersion) || same(key, keyGeneric)
	case own == ofResponse && len(key) == len(keyCode):
		lower = keyCode
	case own == ofResponse && len(key) == len(keyOrigin):
		lower = keyOrigin
	case own == ofResponse && len(key) == len(keyRetryAfter):
		lower = keyRetryAfter
	default:
		return false
	}
	return same(key, lower)
}

// same compares key with a name of the same length.
func same[S string | []byte](key S, lower string) bool {
	for i := range len(key) {
		c := key[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

var _ onramp.Pairs = pairs(ofRequest)
