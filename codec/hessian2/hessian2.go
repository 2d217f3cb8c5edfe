package hessian2

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
)

// Serializer is one dialect with its registered types. It implements Stream. Many
// goroutines may use it at once. What it keeps is one plan for each Go type that it
// was given: nothing of the bytes it reads.
type Serializer struct {
	dialect Dialect
	limits  Limits
	known   bool
	err     error

	// What stands for classes, and for types of lists and maps, in an any.
	classes, lists, maps map[string]*plan
	enums                map[reflect.Type]*enum
	special              special
	traces, anys, shorts *plan // of []StackTraceElement, []any and []int16

	plans    atomic.Pointer[map[reflect.Type]*plan]
	building sync.Mutex
	encoders sync.Pool // of *encoder
	decoders sync.Pool // of *decoder
}

// New returns the Serializer of the final Hessian 2.0, which Dubbo speaks. Wrong
// options are told by Check, which the codecs ask, and by every use.
func New(opts ...Option) *Serializer { return newSerializer(V2, opts) }

// NewDraft returns the Serializer of the draft of Hessian 2.0, for Bolt.
func NewDraft(opts ...Option) *Serializer { return newSerializer(Draft, opts) }

func newSerializer(d Dialect, opts []Option) *Serializer {
	c := &config{limits: defaultLimits()}
	for i, o := range opts {
		if o == nil {
			c.errs = append(c.errs, fmt.Errorf("hessian2.New: option %d is nil", i+1))
			continue
		}
		o(c)
	}
	s := &Serializer{dialect: d, limits: c.limits, known: c.known, classes: map[string]*plan{}, lists: map[string]*plan{}, maps: map[string]*plan{}, enums: map[reflect.Type]*enum{}}
	s.plans.Store(&map[reflect.Type]*plan{})
	s.encoders.New = func() any { return &encoder{s: s} }
	s.decoders.New = func() any {
		return &decoder{s: s, limits: s.limits, cursor: cursor{dialect: d}}
	}
	s.builtIn()
	for i := range c.enums {
		c.errs = append(c.errs, s.registerEnum(&c.enums[i]))
	}
	for _, v := range c.types {
		c.errs = append(c.errs, s.register(v))
	}
	s.err = errors.Join(c.errs...)
	return s
}

// Name returns "hessian2" or "hessian2-draft".
func (s *Serializer) Name() string { return s.dialect.String() }

// Dialect implements Stream.
func (s *Serializer) Dialect() Dialect { return s.dialect }

// Check implements Stream.
func (s *Serializer) Check() error { return s.err }

// Accepts reports whether v has a form in Hessian: all but channels, functions and
// Protobuf messages.
func (s *Serializer) Accepts(v any) bool {
	if v == nil {
		return true
	}
	if _, message := v.(interface{ ProtoMessage() }); message {
		return false
	}
	_, err := s.planOf(reflect.TypeOf(v))
	return err == nil
}

// Append appends the body of the one value v. When it fails it returns dst as it was.
func (s *Serializer) Append(dst []byte, v any) ([]byte, error) {
	e := s.encoder(dst)
	err := e.Value(v, "")
	out := e.Close()
	if err != nil {
		return dst, err
	}
	return out, nil
}

// Decode stores the one value of src in what v points to.
func (s *Serializer) Decode(src []byte, v any) error {
	d := s.decoder(src)
	err := d.Value(v)
	if rest := d.Rest(); err == nil && rest > 0 {
		err = fmt.Errorf("hessian2: %d bytes stand behind the value", rest)
	}
	d.Close()
	return err
}

// TypeOf implements Stream.
func (s *Serializer) TypeOf(v any) string {
	if v != nil {
		if p, err := s.planOf(reflect.TypeOf(v)); err == nil && p.java != "" {
			return p.java
		}
	}
	return "java.lang.Object"
}

// Encoder implements Stream.
func (s *Serializer) Encoder(dst []byte) Encoder { return s.encoder(dst) }

// Decoder implements Stream.
func (s *Serializer) Decoder(src []byte) Decoder { return s.decoder(src) }

func (s *Serializer) encoder(dst []byte) *encoder {
	e := s.encoders.Get().(*encoder)
	e.buf, e.open = dst, true
	return e
}

func (s *Serializer) decoder(src []byte) *decoder {
	d := s.decoders.Get().(*decoder)
	d.begin(src)
	return d
}
