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
		return &onramp.Error{Code: d.code, Origin: onramp.Remote, Err: fmt.Errorf("bolt: the %s's body of %d bytes: %w", d.what, len(src), err)}
	}
	return nil
}
