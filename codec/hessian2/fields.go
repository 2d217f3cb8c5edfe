package hessian2

import (
	"encoding"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// fields are those of a struct, in the order they are written.
type fields struct {
	all []field
	// head is the class definition, as it is written.
	head []byte
	// throwable: it is an exception, or a line of its stack trace. A field "cause" that
	// refers to its own object stands for none.
	throwable bool
	// exceptions are where embedded Exceptions stand, which are told their class.
	exceptions []uintptr
	// javas: it stands for a class of Java's own, which is an object in generic calls too.
	javas bool
	// texts: it is a type of this package that is read from its text, too.
	texts bool
	// repeated: two fields have one name.
	repeated bool
	// forms are the class definitions that peers sent for this class, as far as there is
	// room: reading one of them again is a comparison.
	forms [2]atomic.Pointer[form]
}

// field is one field of a struct.
type field struct {
	name   string
	offset uintptr
	plan   *plan
	depth  int // of embedding: 0 is the class itself
	key    []byte
}

// structure fills the plan of a struct: an object of its class, or a map without one.
func (b *builder) structure(p *plan, t reflect.Type) error {
	f := &fields{}
	if p.java = p.class; p.class == "" {
		p.java = "java.util.Map"
	}
	p.fields, p.general, p.takesRef = f, byPointer, true
	if err := b.collect(f, t, 0, 0); err != nil {
		return err
	}
	// sofa-hessian writes a child's fields before its parent's, and hessian-lite all the
	// other way round. Which of two of one name belongs to whom is told by nothing else.
	slices.SortStableFunc(f.all, func(x, y field) int { return x.depth - y.depth })
	if b.s.dialect == V2 {
		slices.Reverse(f.all)
	}
	for i := range f.all {
		name := f.all[i].name
		p.inPlace = p.inPlace || f.all[i].plan.inPlace
		f.throwable = f.throwable || name == fieldStackTrace || name == "declaringClass"
		key, err := appendString(nil, b.s.dialect, name)
		if err != nil || len(name) > maxTypeName || name == "" {
			return fmt.Errorf("hessian2: the field %.64q of %v: a name is 1 to %d bytes of UTF-8", name, t, maxTypeName)
		}
		f.all[i].key = key
	}
	if len(f.all) > b.s.limits.Fields && t.PkgPath() != reflect.TypeFor[List]().PkgPath() {
		return fmt.Errorf("hessian2: %v has %d fields, more than Limits.Fields, %d", t, len(f.all), b.s.limits.Fields)
	}
	f.repeated = repeated(f.all, func(x, y *field) bool { return x.name == y.name })
	if repeated(f.all, func(x, y *field) bool { return x.name == y.name && x.depth == y.depth }) {
		return fmt.Errorf("hessian2: two fields of %v have one name in Java: only a parent, which is embedded, may have that of its child", t)
	}
	b.handled(p, t)
	f.javas = strings.HasPrefix(p.class, "java.") || p.other != ""
	f.texts = f.javas && t.PkgPath() == reflect.TypeFor[List]().PkgPath() && reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	if p.class != "" {
		f.head = classHead(b.s.dialect, p.class, f.names())
	}
	p.enc = func(e *encoder, at unsafe.Pointer) error { return e.structure(p, at) }
	p.dec = func(d *decoder, at unsafe.Pointer) error { return d.structure(p, at) }
	return nil
}

// handled gives a type of java.time and the like the class of its handle.
func (b *builder) handled(p *plan, t reflect.Type) {
	h, ok := reflect.TypeAssert[handled](reflect.Zero(t))
	if !ok {
		if strings.HasPrefix(p.class, "java.") && t.PkgPath() == reflect.TypeFor[List]().PkgPath() {
			p.general = byValue // Class, StackTraceElement and others of this package
		}
		return
	}
	p.general = byValue
	p.class, p.other = handleClass(b.s.dialect, h), handleClass(V2+Draft-b.s.dialect, h)
}

func (f *fields) names() []string {
	names := make([]string, len(f.all))
	for i := range f.all {
		names[i] = f.all[i].name
	}
	return names
}

// collect adds the fields of t. Those of embedded structs are t's own, as a parent's
// are a child's.
func (b *builder) collect(f *fields, t reflect.Type, offset uintptr, depth int) error {
	for sf := range t.Fields() {
		name, tagged := sf.Tag.Lookup("hessian")
		name, _, _ = strings.Cut(name, ",")
		if name == "-" {
			continue
		}
		if sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct && !ownForm(sf.Type) {
			class, _ := classOf(sf.Type) // one that panics is told when it is asked for
			if own, _ := classOf(t); class != "" && class == own && sf.Type != reflect.TypeFor[Exception]() {
				return fmt.Errorf("hessian2: %v has the class of the %v that it embeds, %s: give it JavaClassName of its own", t, sf.Type, class)
			}
			if sf.Type == reflect.TypeFor[Exception]() {
				f.exceptions = append(f.exceptions, offset+sf.Offset)
			}
			if err := b.collect(f, sf.Type, offset+sf.Offset, depth+1); err != nil {
				return err
			}
			continue
		}
		if !sf.IsExported() {
			if tagged {
				return fmt.Errorf("hessian2: the field %s of %v has a tag and is not exported", sf.Name, t)
			}
			continue
		}
		if name == "" {
			first, size := utf8.DecodeRuneInString(sf.Name)
			name = string(unicode.ToLower(first)) + sf.Name[size:]
		}
		p, err := b.plan(sf.Type)
		if err != nil {
			return fmt.Errorf("%w (the field %s of %v; leave it out by the tag hessian:\"-\")", err, sf.Name, t)
		}
		f.all = append(f.all, field{name: name, offset: offset + sf.Offset, plan: p, depth: depth})
	}
	return nil
}

// ownForm reports whether a struct is no object with its Go fields: embedded it is a
// field, and no parent.
func ownForm(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[big.Int](), reflect.TypeFor[Decimal](), reflect.TypeFor[List](), reflect.TypeFor[Map](), reflect.TypeFor[Object]():
		return true
	}
	return false
}

// classHead returns a class definition as it is written.
func classHead(d Dialect, class string, names []string) []byte {
	var out []byte
	if d == V2 {
		out, _ = appendString([]byte{v2Class}, d, class)
	} else {
		out = append(appendInt([]byte{draftClass}, int32(unitsOf(class))), class...)
	}
	out = appendInt(out, int32(len(names)))
	for _, name := range names {
		out, _ = appendString(out, d, name)
	}
	return out
}

// unitsOf returns how many units of UTF-16 a name has.
func unitsOf(s string) int {
	n, _, _ := firstUnits(s, len(s))
	return n
}

// repeated reports whether two of all are the same.
func repeated[T any](all []T, same func(x, y *T) bool) bool {
	for i := range all {
		for k := range i {
			if same(&all[i], &all[k]) {
				return true
			}
		}
	}
	return false
}
