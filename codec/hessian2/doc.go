// Package hessian2 is the Hessian 2 serializer in its two dialects.
//
// On the path of a call it stands below the codecs: codec/dubbo and codec/bolt make
// the bodies of their frames with it. It calls nothing but the standard library.
//
// # Two formats of one name
//
// V2 is the final Hessian 2.0, which Dubbo speaks. Draft is the draft of it that SOFA
// Bolt kept under codec 1. They differ in tags (a long of 32 bits is 0x59 in one and
// 0x77 in the other), in lists, maps, classes and references, so that neither reads
// the other. One engine writes and reads both; New makes a Serializer of V2, NewDraft
// one of Draft.
//
// # Go and Java
//
// A struct is an object. Its class is what JavaClassName() string returns, and its
// fields bind by name: that of the tag hessian:"name", or the Go name with its first
// letter in lower case. A struct without a class is written as a map, and reads
// objects of any class, and maps. Register tells a Serializer which Go type stands for
// a class where the target does not say so: an interface, or any.
//
//	bool                         boolean
//	int8, int16, int32, uint8, uint16   int
//	int, int64, uint, uint32, uint64    long
//	float32, float64             double
//	string                       string; of a type with JavaClassName: an enum
//	[]byte                       byte[]
//	[]T                          list; of a type with JavaClassName: that collection or array
//	map[K]V                      map; of a type with JavaClassName: that map
//	time.Time                    java.util.Date
//	*big.Int                     java.math.BigInteger
//	Decimal, UUID, LocalDate ... java.math.BigDecimal, java.util.UUID, java.time
//	*Exception                   java.lang.Throwable and what extends it
//
// Decoded into an any, a value has its general form: nil, bool, int32, int64, float64,
// string, []byte, time.Time, *List, *Map, *Object, the named slices of Java's arrays
// (Ints, Longs, ...), the types above, or a pointer to a new value of a registered type.
//
// # Shared values and cycles
//
// Pointers, maps and slices that come twice are written once, and are one value again
// when they are read into pointers and general values. *List, *Map and *Object may
// contain themselves; they print, compare and become JSON all the same. A Go slice or
// map that would contain itself is an error.
//
// # Bytes of a network
//
// Whatever comes in is bounded before memory is taken: see Limits. Nothing that was
// read is kept by a Serializer or by this package, no method of a user's type runs
// while values are built, and no type is made because of a name but those that were
// registered.
//
// # Sources
//
// The formats were taken from the public Hessian 2.0 specification, and from bytes that
// sofa-hessian 3.5.2, hessian-lite 4.0.4 and others wrote, which are in testdata.
package hessian2
