package bolt

import (
	"bytes"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Names of SOFARPC's classes.
const (
	nameRequest         = "com.alipay.sofa.rpc.core.request.SofaRequest"
	nameResponse        = "com.alipay.sofa.rpc.core.response.SofaResponse"
	nameServerException = "com.alipay.remoting.rpc.exception.RpcServerException"
)

// Node's requests of codec 1 have no more than the service in their header: method and
// requestProps stand in the object that the body begins with. It is read without the
// arguments. What the header says counts before what the body says, as in Java.

// openHead fills n, and the header of r, from the body of a request whose header names
// no method.
func (b *Body) openHead(f *codec.Frame, n *names, r *onramp.Request) error {
	c := b.scanners.begin(f.Content)
	defer b.scanners.end(c)
	class, fields, ok, err := c.object()
	switch {
	case err != nil:
		return fmt.Errorf("bolt: the header %s is missing, and the body cannot be read: %w", keyMethod, err)
	case !ok, string(class) != nameRequest:
		return fmt.Errorf("bolt: the header %s is missing, and the body begins with no %s", keyMethod, nameRequest)
	}
	var method, service []byte
	for _, name := range fields {
		switch string(name) {
		case "methodName":
			err = c.once(&method, "methodName")
		case "targetServiceUniqueName":
			err = c.once(&service, "targetServiceUniqueName")
		case "requestProps":
			err = (&props{scan: c, reader: b.reader, header: &r.Header}).add("", 0)
		default:
			err = c.Skip()
		}
		if err != nil {
			return fmt.Errorf("bolt: the field %s of the request's body: %w", quote(name), err)
		}
	}
	n.method = method
	if n.unique() == nil && service != nil {
		n.target = service
		if _, _, id := splitUnique(service); len(id) > 0 {
			r.Header.Set(UniqueID, string(id))
		}
	}
	return nil
}

// once reads a string. One that is given twice could be understood in two ways.
func (c *scan) once(at *[]byte, name string) error {
	text, err := c.text()
	switch {
	case err != nil || text == nil:
		return err
	case *at != nil:
		return fmt.Errorf("the field %s is given twice", name)
	case len(text) > maxPair:
		return fmt.Errorf("the field %s has %d bytes, at most %d are allowed", name, len(text), maxPair)
	}
	*at = bytes.Clone(text) // the next text may take its place
	return nil
}
