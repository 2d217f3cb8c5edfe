package hessian2

import (
	"math/big"
	"reflect"
	"time"
	"unsafe"
)

// tree is a value that holds others, as printing and JSON see it.
type tree struct {
	kind treeKind
	// class is its Java class or type, or the name of its Go type; "" for what needs none.
	class string
	id    node
	size  int
	// value returns the i-th of what it holds.
	value func(i int) reflect.Value
	// name returns the name of an object's i-th field.
	name func(i int) string
	// key returns the key of a map's i-th entry.
	key func(i int) reflect.Value
}

type treeKind uint8

const (
	listTree treeKind = iota
	mapTree
	objectTree
)

// node tells a value that holds others from every other one: by the memory that the
// others are in, so that copies of a List are one node. Empty ones have none.
type node struct {
	at  unsafe.Pointer
	len int
	typ reflect.Type
}

// known reports whether the value can be found again.
func (n node) known() bool { return n.at != nil }

// treeOf returns v as a tree; ok is false when it holds nothing else, or is nil.
func treeOf(v reflect.Value) (t tree, ok bool) {
	v, ok = settled(v)
	if !ok {
		return t, false
	}
	switch x := v.Interface().(type) {
	case List:
		return listOf(x), true
	case Map:
		return mapOf(x), true
	case Object:
		return objectOf(x.Class, x.Fields), true
	case Exception:
		return exceptionOf(v, x), true
	case []byte, time.Time, big.Int:
		return t, false
	}
	return goTree(v)
}

// maxPointers bounds how many pointers to pointers are followed.
const maxPointers = 8

// settled follows interfaces and pointers. ok is false for nil.
func settled(v reflect.Value) (reflect.Value, bool) {
	for range maxPointers {
		if !v.IsValid() {
			return v, false
		}
		if k := v.Kind(); k != reflect.Interface && k != reflect.Pointer {
			return v, v.CanInterface()
		}
		v = v.Elem()
	}
	return v, false
}

func listOf(l List) tree {
	return tree{
		kind: listTree, class: l.Type, size: len(l.Items),
		id:    node{unsafe.Pointer(unsafe.SliceData(l.Items)), len(l.Items), reflect.TypeFor[List]()},
		value: func(i int) reflect.Value { return reflect.ValueOf(&l.Items[i]).Elem() },
	}
}

func mapOf(m Map) tree {
	return tree{
		kind: mapTree, class: m.Type, size: len(m.Entries),
		id:    node{unsafe.Pointer(unsafe.SliceData(m.Entries)), len(m.Entries), reflect.TypeFor[Map]()},
		value: func(i int) reflect.Value { return reflect.ValueOf(&m.Entries[i].Value).Elem() },
		key:   func(i int) reflect.Value { return reflect.ValueOf(&m.Entries[i].Key).Elem() },
	}
}

func objectOf(class string, fields []Field) tree {
	return tree{
		kind: objectTree, class: class, size: len(fields),
		id:    node{unsafe.Pointer(unsafe.SliceData(fields)), len(fields), reflect.TypeFor[Object]()},
		value: func(i int) reflect.Value { return reflect.ValueOf(&fields[i].Value).Elem() },
		name:  func(i int) string { return fields[i].Name },
	}
}

// exceptionOf is an exception as an object: what it says, then its own fields.
func exceptionOf(v reflect.Value, e Exception) tree {
	fields := []Field{{"message", e.Message}}
	if len(e.StackTrace) > 0 {
		fields = append(fields, Field{"stackTrace", e.StackTrace})
	}
	if e.Cause != nil {
		fields = append(fields, Field{"cause", e.Cause})
	}
	if len(e.Suppressed) > 0 {
		fields = append(fields, Field{"suppressed", e.Suppressed})
	}
	t := objectOf(e.Class, append(fields, e.Fields...))
	t.id = node{}
	if v.CanAddr() {
		t.id = node{v.Addr().UnsafePointer(), 1, v.Type()}
	}
	return t
}
