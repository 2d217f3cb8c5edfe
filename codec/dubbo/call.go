package dubbo

import (
	"strconv"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// call is a request on its way into a body.
type call struct {
	*Body
	frame   *codec.Frame
	request *onramp.Request

	values arguments
	types  types // that the method declares
	told   bool  // by Request.Signature
	named  bool  // it is invoked by name: see Generic
}

// arrange reads the signature and counts the arguments.
func (c *call) arrange() error {
	c.values = argumentsOf(c.request.Body.Value)
	text := c.request.Signature
	if text == "" {
		return c.enough(c.values.len())
	}
	var err error
	if c.types, c.named, err = readSignature(text); err != nil {
		return err
	}
	c.told = true
	n := 0
	for rest := c.types; rest != ""; n++ {
		_, rest = rest.next()
	}
	if have := c.values.len(); have != n {
		return invalid("%s takes %d arguments by its signature %.*q, and the call has %d", c.request.Method, n, maxQuote, text, have)
	}
	return c.enough(n)
}

func (c *call) enough(n int) error {
	if n > maxArguments {
		return invalid("%d arguments, a method of Java has at most %d", n, maxArguments)
	}
	return nil
}

// appendHead appends what stands before the arguments.
func (c *call) appendHead(dst []byte) ([]byte, error) {
	dst = append(dst, protocolVersion...)
	r := c.request
	var err error
	if dst, err = appendText(dst, r.Service); err != nil {
		return dst, invalid("service %.*q: %w", maxQuote, r.Service, err)
	}
	if r.Version == "" {
		dst = append(dst, hessianNull)
	} else if dst, err = appendText(dst, r.Version); err != nil {
		return dst, invalid("version %.*q: %w", maxQuote, r.Version, err)
	}
	if c.named {
		return append(dst, invokeHead...), nil
	}
	if dst, err = appendText(dst, r.Method); err != nil {
		return dst, invalid("method %.*q: %w", maxQuote, r.Method, err)
	}
	return c.appendDescriptor(dst)
}

// appendDescriptor appends the types of the parameters, as the JVM has them.
func (c *call) appendDescriptor(dst []byte) ([]byte, error) {
	if !c.told && c.values.len() == 0 {
		return append(dst, 0), nil
	}
	row := c.frame.Scratch()
	if c.told {
		for rest := c.types; rest != ""; {
			var name string
			name, rest = rest.next()
			row = hessian2.AppendDescriptor(row, name)
		}
	} else {
		for i := range c.values.len() {
			row = hessian2.AppendDescriptor(row, c.values.typeOf(c.stream, i))
		}
	}
	c.frame.SetHeader(row) // keeps the buffer
	c.frame.Header = nil
	if len(row) > maxDescriptor {
		return dst, invalid("%d bytes of parameter types, at most %d are allowed", len(row), maxDescriptor)
	}
	dst, err := appendText(dst, row)
	if err != nil {
		return dst, invalid("parameter types %.*q: %w", maxQuote, row, err)
	}
	return dst, nil
}

// appendArguments appends the values.
func (c *call) appendArguments(dst []byte) ([]byte, error) {
	if c.values.len() == 0 && !c.named {
		return dst, nil
	}
	stream := c.stream
	if c.named {
		stream = c.general
	}
	e := stream.Encoder(dst)
	err := c.encode(e)
	out := e.Close()
	if err != nil {
		return dst, err
	}
	return out, nil
}

func (c *call) encode(e hessian2.Encoder) error {
	if c.named {
		return c.encodeNamed(e)
	}
	rest := c.types
	for i := range c.values.len() {
		var name string
		if c.told {
			name, rest = rest.next()
		}
		if err := c.values.encode(e, i, name); err != nil {
			return invalid("argument %d: %w", i+1, err)
		}
	}
	return nil
}

// appendAttachments appends the names once more, where Java looks for them, and the
// pairs of the header.
func (c *call) appendAttachments(dst []byte) ([]byte, error) {
	w, r := newWriter(dst), c.request
	add(&w, keyPath, r.Service)
	add(&w, keyInterface, r.Service)
	if r.Version != "" {
		add(&w, keyVersion, r.Version)
	}
	if r.Group != "" {
		add(&w, keyGroup, r.Group)
	}
	if c.frame.Timeout > 0 {
		var digits [20]byte
		add(&w, keyTimeout, strconv.AppendInt(digits[:0], toMillis(c.frame.Timeout), 10))
	}
	if c.named {
		add(&w, keyGeneric, genericTrue)
	} else if isInvoke(r.Method) {
		mode, ok := r.Header.Lookup(keyGeneric)
		if !ok {
			mode = genericTrue
		}
		add(&w, keyGeneric, mode)
	}
	if c.application != "" {
		add(&w, keyApplication, c.application)
		w.told = keyApplication
	}
	w.copyFrom(&r.Header, ofRequest)
	return w.end()
}

// toMillis rounds towards zero, but never to zero: that means "no timeout".
func toMillis(d time.Duration) int64 { return max(int64(d/time.Millisecond), 1) }
