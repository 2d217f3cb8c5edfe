package apache

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Serializer writes and reads by dubbo-go-hessian2. It implements hessian2.Stream. Many
// goroutines may use it at once. It keeps what it found out about registered classes, and
// nothing of the bytes it reads.
type Serializer struct {
	limits  hessian2.Limits
	unknown bool
	tag     string
	err     error
	own     *hessian2.Serializer // reads exceptions of classes that are not registered

	classes  atomic.Pointer[map[string]*class]
	learning sync.Mutex
}

// New returns a Serializer of the final Hessian 2.0. Wrong options are told by Check,
// which the codecs ask, and by every use.
func New(opts ...Option) *Serializer {
	c := &config{tag: "hessian"}
	var wrong []error
	for i, o := range opts {
		if o == nil {
			wrong = append(wrong, fmt.Errorf("apache.New: option %d is nil", i+1))
			continue
		}
		o(c)
	}
	s := &Serializer{limits: c.limits, unknown: c.unknown, tag: c.tag, own: hessian2.New(hessian2.WithLimits(c.limits))}
	if c.tag == "" {
		wrong = append(wrong, errors.New("apache.Tag: the key of struct tags is empty"))
	}
	s.err = errors.Join(append(wrong, s.own.Check())...)
	s.classes.Store(&map[string]*class{})
	return s
}

// Name returns "hessian2".
func (s *Serializer) Name() string { return hessian2.V2.String() }

// Dialect implements hessian2.Stream.
func (s *Serializer) Dialect() hessian2.Dialect { return hessian2.V2 }

// Check implements hessian2.Stream.
func (s *Serializer) Check() error { return s.err }

// Limits are those that bodies are read by: codecs walk over them by the same.
func (s *Serializer) Limits() hessian2.Limits { return s.own.Limits() }

// Accepts reports whether v may have a form: not channels, functions, complex numbers and
// Protobuf messages. What is not registered fails when it is written.
func (s *Serializer) Accepts(v any) bool {
	if v == nil {
		return true
	}
	if _, message := v.(interface{ ProtoMessage() }); message {
		return false
	}
	switch raw(reflect.TypeOf(v)).Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128, reflect.Invalid:
		return false
	}
	return true
}

// raw follows a type's pointers.
func raw(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// Append appends the body of the one value v. When it fails it returns dst as it was.
func (s *Serializer) Append(dst []byte, v any) ([]byte, error) {
	e := s.Encoder(dst)
	err := e.Value(v, "")
	out := e.Close()
	if err != nil {
		return dst, err
	}
	return out, nil
}

// Decode stores the one value of src in what v points to.
func (s *Serializer) Decode(src []byte, v any) error {
	d := s.Decoder(src)
	err := d.Value(v)
	if rest := d.Rest(); err == nil && rest > 0 {
		err = fmt.Errorf("apache: %d bytes stand behind the value", rest)
	}
	d.Close()
	return err
}

// Encoder implements hessian2.Stream.
func (s *Serializer) Encoder(dst []byte) hessian2.Encoder { return newEncoder(s, dst) }

// Decoder implements hessian2.Stream.
func (s *Serializer) Decoder(src []byte) hessian2.Decoder { return &decoder{s: s, src: src} }

// memory is what a body of n bytes may become in the library: it takes more for small
// values than the engine of package hessian2.
func (s *Serializer) memory(n int) int {
	most := s.limits.Memory
	if most == 0 {
		most = 32 << 20
	}
	return min(most, 64<<10+256*n)
}
