package hessian2

// The general forms of collections and of objects that no Go type stands for. They are
// pointers, so that they may contain themselves.

// List is a list, or an array of a type that has no slice of its own here.
type List struct {
	// Type is its class or array type as the wire has it, "" for java.util.ArrayList.
	Type  string
	Items []any
}

// Map is a map. Its entries are in the order of the wire; a key may be anything.
type Map struct {
	// Type is its class, "" for java.util.HashMap.
	Type    string
	Entries []Entry
}

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

// Field is one field of an Object.
type Field struct {
	Name  string
	Value any
}

// The arrays of Java whose elements are numbers, bools or strings: lists of the types
// "[int", "[long", "[short", "[float", "[double", "[boolean" and "[string". The general
// form of a String[] that has a null is a *List, because Strings cannot tell it.
type (
	Ints    []int32
	Longs   []int64
	Shorts  []int16
	Floats  []float32
	Doubles []float64
	Bools   []bool
	Strings []string
)

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
