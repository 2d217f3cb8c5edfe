package dubbo

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
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

// ParameterTypes returns the types of the parameters that the caller of a received request
// means, in the form of Request.Signature: "(java.lang.String,int)". A server that serves
// overloaded methods of Java under one name tells them apart by it. Those of a call by
// name are those of $invoke.
func ParameterTypes(body *onramp.Body) (string, error) {
	if body.Encoding != Hessian {
		return "", unreadable(uint8(body.Encoding))
	}
	var s hessian2.Scanner
	s.Reset(hessian2.V2, body.Raw, hessian2.Limits{})
	var h head
	if err := h.read(&s, body.Raw); err != nil {
		return "", err
	}
	text := []byte{'('}
	for row := h.descriptor; len(row) > 0; {
		var one []byte
		one, row, _ = hessian2.NextDescriptor(row) // read has counted them
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = hessian2.AppendTypeName(text, one)
	}
	return string(append(text, ')')), nil
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
