package bolt

import "github.com/onrampmesh/onramp"

// requestPairs is the view of a received request's header: without the names,
// and with the unique id as a pair of its own. Its value tells which key holds
// the unique name.
type requestPairs uint8

const (
	byTarget requestPairs = iota
	byService
)

// Next implements onramp.Pairs.
func (p requestPairs) Next(block []byte) (key, value, rest []byte, ok bool) {
	for {
		key, value, block, ok = next(block)
		if !ok || !reserved(ofRequest, key) {
			return key, value, block, ok
		}
		if string(key) == keyTarget || p == byService && string(key) == keyService {
			if _, _, id := splitUnique(value); len(id) > 0 {
				return keyUniqueID, id, block, true
			}
		}
	}
}

// responsePairs is the view of a received response's header: without what became
// the error.
type responsePairs struct{}

// Next implements onramp.Pairs.
func (responsePairs) Next(block []byte) (key, value, rest []byte, ok bool) {
	for {
		key, value, block, ok = next(block)
		if !ok || !reserved(ofResponse, key) {
			return key, value, block, ok
		}
	}
}

// side is the header of a request or of a response.
type side bool

const (
	ofRequest  side = false
	ofResponse side = true
)

// reserved reports whether key is Bolt's own, in any case, because onramp.Header
// compares without case.
func reserved[S string | []byte](own side, key S) bool {
	var lower string
	switch {
	case own == ofRequest && len(key) == len(keyService):
		lower = keyService
	case own == ofRequest && len(key) == len(UniqueID):
		lower = UniqueID
	case own == ofRequest && len(key) == len(keyMethod):
		lower = keyMethod
	case own == ofRequest && len(key) == len(keyTarget):
		lower = keyTarget
	case own == ofRequest && len(key) == len(keyPeer):
		lower = keyPeer
	case own == ofResponse && len(key) == len(keyCode):
		lower = keyCode
	case own == ofResponse && len(key) == len(keyOrigin):
		lower = keyOrigin
	case own == ofResponse && len(key) == len(keyState):
		lower = keyState
	case own == ofResponse && len(key) == len(keyRetryAfter):
		lower = keyRetryAfter
	case own == ofResponse && len(key) == len(keyError):
		lower = keyError
	default:
		return false
	}
	if string(key) == lower {
		return true
	}
	for i := range len(key) {
		if lowerCase(key[i]) != lowerCase(lower[i]) {
			return false
		}
	}
	return true
}

func lowerCase(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

var (
	keyUniqueID = []byte(UniqueID)

	_ onramp.Pairs = byTarget
	_ onramp.Pairs = responsePairs{}
)
