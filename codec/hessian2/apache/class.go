package apache

import (
	"bytes"
	"maps"
	"reflect"
	"strings"
	"unicode"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// class is what the library does with the objects of a class that is registered.
type class struct {
	kind   classKind
	typ    reflect.Type
	fields map[string]fieldKind // by every name under which the library finds them
	reads  int                  // how many values a user's hessian.Serializer reads
}

type classKind uint8

const (
	classStruct     classKind = iota
	classEnum                 // one string is read, whatever the fields
	classDate                 // one date is read, whatever the fields
	classCollection           // a list on the wire, never an object
	classOpaque               // by a hessian.Serializer of the user's
	classOther                // no object can become one
	classTagged               // its struct tags have another key than we were told
)

type fieldKind uint8

const (
	fieldUnknown fieldKind = iota
	fieldPlain
	fieldList
	fieldMap
)

// class returns what is registered for a class, or nil. Answers are kept for classes
// that are registered: the wire cannot add to them.
func (s *Serializer) class(name []byte) *class {
	if k := (*s.classes.Load())[string(name)]; k != nil {
		return k
	}
	fields, ok := registered(string(name))
	if !ok {
		return nil
	}
	k := s.learn(string(name), fields)
	s.learning.Lock()
	defer s.learning.Unlock()
	all := maps.Clone(*s.classes.Load())
	all[string(name)] = k
	s.classes.Store(&all)
	return k
}

// noField is the name of a field that no class has.
const noField = "\x01onramp\x01"

// registered returns the fields of a class that is registered. The library tells by how
// it writes a map as an object of that class: by the class, or by the map.
func registered(name string) (fields []string, ok bool) {
	e := hessian.NewEncoder()
	if guarded(func() error { return e.EncodeMapAsClass(name, map[string]any{noField: nil}) }) != nil {
		return nil, false
	}
	var s hessian2.Scanner
	s.Reset(hessian2.V2, e.Buffer(), hessian2.Limits{Fields: 65536})
	if _, err := s.Enter(); err != nil || s.Classes() != 1 {
		return nil, false
	}
	_, names := s.Class(0)
	for _, f := range names {
		fields = append(fields, string(f))
	}
	return fields, len(fields) != 1 || fields[0] != noField
}

// learn finds out the Go type of a class, by an object of it.
func (s *Serializer) learn(name string, fields []string) *class {
	k := &class{kind: classOther}
	v := object(name, []byte{0x90, 0x60, 0x00}) // no fields; the empty string is an enum's
	own, custom := hessian.GetSerializer(name)
	switch own.(type) {
	case hessian.JavaCollectionSerializer:
		k.kind = classCollection
		return k
	case hessian.JavaSqlTimeSerializer:
		k.kind = classDate
		return k
	case hessian.DecimalSerializer:
		v = object(name, []byte("\x91\x05value\x60\x010"))
	case hessian.IntegerSerializer:
	default:
		if custom {
			k.kind, k.reads = classOpaque, reads(name)
			return k
		}
	}
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Pointer {
		return k
	}
	if k.typ = t.Elem(); k.typ.Implements(reflect.TypeFor[hessian.POJOEnum]()) {
		k.kind = classEnum
	} else if k.typ.Kind() == reflect.Struct {
		k.kind, k.fields = classStruct, map[string]fieldKind{}
		s.fieldsOf(k.fields, k.typ)
		for _, f := range fields {
			if k.fields[f] == fieldUnknown {
				k.kind = classTagged
			}
		}
	}
	return k
}

// tried is how many fields an object has that a user's hessian.Serializer is tried with.
const tried = 8

// reads returns how many values a user's hessian.Serializer reads of an object, or -1.
// Whatever follows would be read at a place that the walk did not see.
func reads(name string) int {
	for _, field := range [...]string{"N", "\x00", "\x90", "\xe0", "\x5b", "T", "J\x00\x00\x00\x00\x00\x00\x00\x00", "x", "HZ"} {
		e := hessian.NewEncoder()
		n := -1
		err := guarded(func() error {
			if err := e.Encode(name); err != nil {
				return err
			}
			body := append(append([]byte{'C'}, e.Buffer()...), 0x90+tried)
			for f := range tried {
				body = append(body, 1, byte('a'+f))
			}
			body = append(append(body, 0x60), strings.Repeat(field, tried)...)
			d := hessian.NewDecoderSize(body, len(body)+1)
			_, err := d.Decode()
			n = tried - d.Buffered()/len(field)
			return err
		})
		if err == nil {
			return n
		}
	}
	return -1
}

// object returns what the library makes of an object, or nil.
func object(name string, rest []byte) (v any) {
	e := hessian.NewEncoder()
	err := guarded(func() (err error) {
		if err = e.Encode(name); err != nil {
			return err
		}
		body := append(append([]byte{'C'}, e.Buffer()...), rest...)
		v, err = hessian.NewDecoder(body).Decode()
		return err
	})
	if err != nil {
		return nil
	}
	return v
}

// fieldsOf adds the fields of t in the order in which the library looks for them: a name
// is the first field's that has it. One that it would leave unread, because it is not
// exported, counts as unknown.
func (s *Serializer) fieldsOf(all map[string]fieldKind, t reflect.Type) {
	for f := range t.Fields() {
		names := []string{f.Name, lowerFirst(f.Name), strings.ToLower(f.Name)}
		if tag, ok := f.Tag.Lookup(s.tag); ok {
			names = append(names, tag)
		}
		for _, name := range names {
			if _, taken := all[name]; !taken {
				all[name] = kindOf(&f)
			}
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			s.fieldsOf(all, f.Type)
		}
	}
}

func kindOf(f *reflect.StructField) fieldKind {
	if f.PkgPath != "" {
		return fieldUnknown
	}
	switch raw(f.Type).Kind() {
	case reflect.Map:
		return fieldMap
	case reflect.Slice, reflect.Array:
		return fieldList
	}
	return fieldPlain
}

func lowerFirst(s string) string {
	r := []rune(s)
	r[0] = unicode.ToLower(r[0])
	return string(r)
}

// throwable reports whether a class has the fields by which the library registers it as
// an exception, for ever.
func throwable(fields [][]byte) bool {
	n := 0
	for _, f := range fields {
		switch string(f) {
		case "detailMessage", "suppressedExceptions", "stackTrace", "cause":
			n++
		}
	}
	return n >= 4
}

// thrown reports whether a class is an exception's for hessian2.
func thrown(fields [][]byte) bool {
	has := func(name string) bool {
		for _, f := range fields {
			if bytes.Equal(f, []byte(name)) {
				return true
			}
		}
		return false
	}
	return has("detailMessage") && has("stackTrace")
}
