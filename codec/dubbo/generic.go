package dubbo

import (
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Methods that each service of Dubbo has.
const (
	invoke      = "$invoke"
	invokeAsync = "$invokeAsync"
	echo        = "$echo"
)

const (
	genericTrue = "true"
	// invokeTypes are the parameters of $invoke: the method, its types, its arguments.
	invokeTypes = "Ljava/lang/String;[Ljava/lang/String;[Ljava/lang/Object;"
	invokeHead  = "\x07" + invoke + "\x30\x38" + invokeTypes
)

func isInvoke(method string) bool { return method == invoke || method == invokeAsync }

// Generic has a method called by name, as Java's GenericService does: neither the caller
// nor its codec needs the classes of the arguments and of the reply. Objects are maps
// whose key "class" holds their class; structs are made such maps, and maps are decoded
// into structs. Types are those of the method's parameters, as in hessian2.Signature:
//
//	client.MethodOf[onramp.Args, any](c, "com.acme.Greeter/greet", dubbo.Generic("java.lang.String", "int"))
//
// Policies, metrics and handlers see the method that is named. A server of ours converts
// nothing else: a text is no number to it and no date, as it is to Java's. Only Dubbo
// knows such calls.
func Generic(types ...string) onramp.MethodOption {
	named := hessian2.Signature(types...)
	return func(o *onramp.MethodOptions) {
		named(o)
		o.Wrong = strings.Replace(o.Wrong, "hessian2.Signature", "dubbo.Generic", 1)
		o.Signature = invoke + o.Signature
	}
}

// encodeNamed appends the arguments of $invoke.
func (c *call) encodeNamed(e hessian2.Encoder) error {
	if err := e.String(c.request.Method); err != nil {
		return invalid("method %.*q: %w", maxQuote, c.request.Method, err)
	}
	names := []string{}
	for rest := c.types; rest != ""; {
		var name string
		name, rest = rest.next()
		names = append(names, name)
	}
	if err := e.Value(names, "[Ljava.lang.String;"); err != nil {
		return invalid("types of the arguments: %w", err)
	}
	items := []any(c.values.many)
	if c.values.one != nil {
		items = []any{unwrapped(c.values.one, false)}
	}
	if err := encodeGeneric(e, &hessian2.List{Type: "[object", Items: items}); err != nil {
		return invalid("arguments: %w", err)
	}
	return nil
}

// encodeGeneric appends v with maps in place of objects.
func encodeGeneric(e hessian2.Encoder, v any) error {
	if g, ok := e.(hessian2.GenericEncoder); ok {
		return g.Generic(v)
	}
	return e.Value(v, "")
}

// invoked reads the method that a $invoke calls.
func (h *head) invoked(s *hessian2.Scanner, src []byte) error {
	if h.arguments != 3 || string(h.descriptor) != invokeTypes {
		return fmt.Errorf("dubbo: %s with the parameter types %s, want %s", invoke, quote(h.descriptor), invokeTypes)
	}
	text, err := s.Text()
	if err != nil {
		return fmt.Errorf("dubbo: the method that %s calls: %w", invoke, err)
	}
	if len(text) == 0 || len(text) > maxName {
		return fmt.Errorf("dubbo: the method that %s calls has a name of %d bytes, want 1 to %d", invoke, len(text), maxName)
	}
	h.method = owned(text, src, s.Offset())
	return skip(s, 2)
}

// checkGeneric refuses modes whose values are no Hessian of maps.
func checkGeneric(mode []byte) error {
	if len(mode) == 0 || string(mode) == genericTrue {
		return nil
	}
	return fmt.Errorf("dubbo: a generic call of mode %s, and this server knows %q alone", quote(mode), genericTrue)
}

// genericDecoder decodes the arguments of a $invoke into what the method that it calls
// declares in Go.
type genericDecoder Body

// Decode implements onramp.Decoder.
func (g *genericDecoder) Decode(src []byte, into any) error {
	b := (*Body)(g)
	values, err := b.invokedWith(src)
	if err != nil {
		return badRequest(err)
	}
	if args, ok := onramp.ArgsInto(into); ok {
		return badRequest(b.convertAll(values, args))
	}
	switch len(values) {
	case 0:
		return nil
	case 1:
		return badRequest(b.convert(values[0], into))
	}
	return badRequest(tooMany(len(values), into))
}

// invokedWith returns the arguments in their general form.
func (b *Body) invokedWith(src []byte) ([]any, error) {
	s := b.scan(src)
	defer b.done(s)
	var h head
	if err := h.read(s, src); err != nil {
		return nil, err
	}
	d := b.general.Decoder(src[s.Offset():])
	defer d.Close()
	for range 2 { // the name and the types
		if err := d.Skip(); err != nil {
			return nil, err
		}
	}
	var values []any
	err := d.Value(&values)
	return values, err
}

// convertAll is convert for several arguments.
func (b *Body) convertAll(values []any, into *onramp.Args) error {
	if len(*into) == 0 {
		*into = values
		return nil
	}
	if len(*into) != len(values) {
		return wrongNumber(len(values), len(*into))
	}
	for i, v := range values {
		if err := b.convert(v, (*into)[i]); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return nil
}

// convert stores a general value in what into points to, by way of its bytes: a map
// becomes the struct that a method takes.
func (b *Body) convert(v, into any) error {
	if p, ok := into.(*any); ok && p != nil { // what was sent: maps stay maps
		*p = v
		return nil
	}
	write := b.general.Append
	if r, ok := b.general.(hessian2.Realizer); ok {
		write = r.Realize
	}
	raw, err := write(nil, v)
	if err != nil {
		return err
	}
	return b.general.Decode(raw, into)
}
