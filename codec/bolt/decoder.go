package bolt

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// decoder decodes bodies and says whose fault a bad one is: a request's is the
// caller's, a response's the server's, which has run the call.
type decoder struct {
	serializer codec.Serializer
	code       onramp.Code
	what       string
}

// Decode implements onramp.Decoder.
func (d *decoder) Decode(src []byte, into any) error {
	if err := d.serializer.Decode(src, into); err != nil {
		return undecoded(d.code, d.what, len(src), err)
	}
	return nil
}

func undecoded(code onramp.Code, what string, n int, err error) error {
	return &onramp.Error{Code: code, Origin: onramp.Remote, Err: fmt.Errorf("bolt: the %s's body of %d bytes: %w", what, n, err)}
}
