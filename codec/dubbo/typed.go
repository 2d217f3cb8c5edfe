package dubbo

import (
	"fmt"

	"github.com/onrampmesh/onramp"
)

// Attachments returns all attachments of a received request or response body, in the
// general form of the serializer: Request.Header has those alone that are strings.
func (b *Body) Attachments(body *onramp.Body) (map[string]any, error) {
	if body.Encoding != Hessian {
		return nil, unreadable(uint8(body.Encoding))
	}
	at, skip, err := b.beforeAttachments(body.Raw)
	if err != nil || at == len(body.Raw) {
		return nil, err
	}
	d := b.stream.Decoder(body.Raw[at:])
	defer d.Close()
	for range skip {
		if err := d.Skip(); err != nil {
			return nil, fmt.Errorf("dubbo: %w", err)
		}
	}
	var all map[string]any
	if d.Rest() == 0 {
		return nil, nil
	}
	if err := d.Value(&all); err != nil {
		return nil, fmt.Errorf("dubbo: attachments: %w", err)
	}
	return all, nil
}

// beforeAttachments returns where the values of a body begin, and how many stand before
// the attachments. A response begins with a number, and a request with a string.
func (b *Body) beforeAttachments(raw []byte) (at, values int, err error) {
	if _, _, _, number := scalar(raw); !number {
		values, at, err = b.argumentsAt(raw)
		return at, values, err
	}
	t, at, err := b.responseType(raw)
	switch {
	case err != nil:
		return 0, 0, fmt.Errorf("dubbo: a response: %w", err)
	case t < attached:
		return len(raw), 0, nil
	case t == typeNullAttached:
		return at, 0, nil
	}
	return at, 1, nil
}
