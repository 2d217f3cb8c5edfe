package hessian2

import (
	"math"
	"reflect"
)

// The general forms of collections and of objects that no Go type stands for. They are
// pointers, so that they may contain themselves.

// List is a list, or an array of a type that has no slice of its own here.
type List struct {
	// Type is its class or array type as the wire has it, "" for java.util.ArrayList.
	Type  string
	Items []any
}

// Equal reports whether other is the same list, as the function Equal does.
func (l *List) Equal(other *List) bool { return Equal(l, other) }

// Map is a map. Its entries are in the order of the wire. A key may be anything but a list
// or a map: those are refused when they are read.
type Map struct {
	// Type is its class, "" for java.util.HashMap.
	Type    string
	Entries []Entry
}

// Get returns the value of a key. A Go integer of any type finds an int or a long. It
// looks at one entry after the other, and is fine on nil.
func (m *Map) Get(key any) (value any, ok bool) {
	if m == nil {
		return nil, false
	}
	want := widened(key)
	for i := range m.Entries {
		if Equal(widened(m.Entries[i].Key), want) {
			return m.Entries[i].Value, true
		}
	}
	return nil, false
}

// widened makes an int64 of an integer.
func widened(key any) any {
	switch k := key.(type) {
	case string:
		return k
	case int32:
		return int64(k)
	}
	switch v := reflect.ValueOf(key); {
	case v.CanInt():
		return v.Int()
	case v.CanUint() && v.Uint() <= math.MaxInt64:
		return int64(v.Uint())
	}
	return key
}

// Equal reports whether other is the same map but for the order of its entries, as the
// function Equal does.
func (m *Map) Equal(other *Map) bool { return Equal(m, other) }

// Entry is one pair of a Map.
type Entry struct{ Key, Value any }

// Object is an object of a class that no Go type was registered for.
type Object struct {
	// Class is the name of its class.
	Class string
	// Fields are in the order of the wire. A name may come twice: of a parent and of
	// its child.
	Fields []Field
}

// Get returns the field of a name, the first where there are two: what Draft sends of
// a child's class comes before its parent's, and after it in V2. It is fine on nil.
func (o *Object) Get(name string) (value any, ok bool) {
	if o == nil {
		return nil, false
	}
	return fieldOf(o.Fields, name)
}

// Equal reports whether other is the same object but for the order of its fields, as
// the function Equal does.
func (o *Object) Equal(other *Object) bool { return Equal(o, other) }

func fieldOf(fields []Field, name string) (any, bool) {
	for i := range fields {
		if fields[i].Name == name {
			return fields[i].Value, true
		}
	}
	return nil, false
}

// Field is one field of an Object.
type Field struct {
	Name  string
	Value any
}

// Ints is an int[] of Java: a list of the type "[int".
type Ints []int32

// Longs is a long[] of Java: a list of the type "[long".
type Longs []int64

// Shorts is a short[] of Java: a list of the type "[short".
type Shorts []int16

// Floats is a float[] of Java: a list of the type "[float".
type Floats []float32

// Doubles is a double[] of Java: a list of the type "[double".
type Doubles []float64

// Bools is a boolean[] of Java: a list of the type "[boolean".
type Bools []bool

// Strings is a String[] of Java none of whose elements is null: a list of the type
// "[string".
type Strings []string

// JavaClassName returns "[int".
func (Ints) JavaClassName() string { return "[int" }

// JavaClassName returns "[long".
func (Longs) JavaClassName() string { return "[long" }

// JavaClassName returns "[short".
func (Shorts) JavaClassName() string { return "[short" }

// JavaClassName returns "[float".
func (Floats) JavaClassName() string { return "[float" }

// JavaClassName returns "[double".
func (Doubles) JavaClassName() string { return "[double" }

// JavaClassName returns "[boolean".
func (Bools) JavaClassName() string { return "[boolean" }

// JavaClassName returns "[string".
func (Strings) JavaClassName() string { return "[string" }
