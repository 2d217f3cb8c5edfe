package hessian2

import "github.com/onrampmesh/onramp/codec"

// Stream is a serializer whose bodies hold several values that share references,
// classes and type names, as those of Bolt and Dubbo do. The codecs take a Stream. The
// Serializer of this package is one, and codec/hessian2/apache has another. Many
// goroutines use it at once.
type Stream interface {
	codec.Serializer // for bodies of one value
	// Dialect tells which of the two formats it is.
	Dialect() Dialect
	// Check returns what is wrong with the options that it was made of, or nil.
	Check() error
	// TypeOf returns the Java type by which a signature names v, as
	// java.lang.Class.getName tells it: "int", "java.lang.String", "[B", "java.util.List".
	TypeOf(v any) string
	// Encoder begins a body behind dst.
	Encoder(dst []byte) Encoder
	// Decoder reads the body src. What it returns never aliases src, but for views.
	Decoder(src []byte) Decoder
}

// Encoder appends values to one body. One goroutine uses it, until Close.
type Encoder interface {
	Null()
	Int(v int32)
	// String appends a string, which must be valid UTF-8.
	String(s string) error
	// Value appends v. javaType is the type that the receiver declares, by which []int32
	// becomes int[] and []string String[]; "" leaves it to v.
	Value(v any, javaType string) error
	// BeginMap begins a map without a type: keys and values follow by turns, then EndMap.
	BeginMap()
	EndMap()
	// Close returns the body and gives the Encoder back. After an error the body is
	// incomplete.
	Close() []byte
}

// Decoder reads the values of one body. One goroutine uses it, until Close.
type Decoder interface {
	// Value reads the next value into what into points to.
	Value(into any) error
	// Skip reads over the next value.
	Skip() error
	// BeginObject reads the beginning of an object: as many values follow as it has
	// fields, to be read by Value or Skip in their order. Both are views: that of the class
	// lives until Close, that of the fields until the next BeginObject.
	BeginObject() (class []byte, fields [][]byte, err error)
	// Rest returns how many bytes have not been read.
	Rest() int
	// Close gives the Decoder back.
	Close()
}

// GenericEncoder is an optional interface of an Encoder.
type GenericEncoder interface {
	// Generic appends v as Dubbo's generic invocation has it: objects are maps with the
	// class under the key "class".
	Generic(v any) error
}

// Realizer is an optional interface of a Stream.
type Realizer interface {
	// Realize appends the body of the one value v, and makes of each *Map in it whose key
	// "class" holds a registered class an object of that class: it is the reverse of
	// Generic.
	Realize(dst []byte, v any) ([]byte, error)
}
