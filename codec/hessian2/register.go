package hessian2

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
)

// builtIn registers the types that this package has for Java's own.
func (s *Serializer) builtIn() {
	s.special = special{
		list: s.must(reflect.TypeFor[List]()), mapping: s.must(reflect.TypeFor[Map]()),
		object: s.must(reflect.TypeFor[Object]()), exception: s.must(reflect.TypeFor[Exception]()), strings: s.must(reflect.TypeFor[Strings]()),
	}
	s.traces, s.anys, s.shorts = s.must(reflect.TypeFor[[]StackTraceElement]()), s.must(reflect.TypeFor[[]any]()), s.must(reflect.TypeFor[[]int16]())
	for _, v := range []any{Ints{}, Longs{}, Shorts{}, Floats{}, Doubles{}, Bools{}} {
		p := s.must(reflect.TypeOf(v))
		s.lists[p.class] = p
	}
	for _, t := range []reflect.Type{reflect.TypeFor[big.Int](), reflect.TypeFor[UUID](), reflect.TypeFor[Decimal](), reflect.TypeFor[Class](), reflect.TypeFor[StackTraceElement]()} {
		p := s.must(t)
		s.classes[p.class] = p
	}
	for _, h := range handles() {
		p := s.must(reflect.TypeOf(h))
		s.classes[p.class], s.classes[p.other] = p, p
	}
}

// must returns the plan of a type of this package.
func (s *Serializer) must(t reflect.Type) *plan {
	p, err := s.planOf(t)
	if err != nil {
		panic(err) // a mistake of this package, which each of its tests would show
	}
	return p
}

// registerEnum says that an integer type stands for a Java enum.
func (s *Serializer) registerEnum(e *enum) error {
	t := reflect.TypeOf(e.zero)
	if t.PkgPath() == "" {
		return fmt.Errorf("hessian2.Enum(%q): %v is no type of its own", e.class, t)
	}
	if s.enums[t] != nil || s.classes[e.class] != nil {
		return fmt.Errorf("hessian2.Enum(%q): the type %v or the class is registered twice", e.class, t)
	}
	if !plainName(e.class) {
		return fmt.Errorf("hessian2.Enum(%.64q): this is no name of a Java class", e.class)
	}
	s.enums[t] = e
	p, err := s.planOf(t)
	if err != nil {
		return err
	}
	s.classes[e.class] = p
	return nil
}

// register says that the type of v stands for its Java class.
func (s *Serializer) register(v any) error {
	t := reflect.TypeOf(v)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return fmt.Errorf("hessian2.Register: a value is nil: hand in one of each type, such as Car{}")
	}
	p, err := s.planOf(t)
	if err != nil {
		return fmt.Errorf("hessian2.Register: %w", err)
	}
	if p.class == "" {
		return fmt.Errorf("hessian2.Register: %v names no Java class: give it the method JavaClassName() string", t)
	}
	if !validName(strings.ReplaceAll(p.class, "[", "")) || p.class[0] != '[' && !beginsName(p.class[0]) {
		return fmt.Errorf("hessian2.Register: %v: %.64q is no name of a Java class", t, p.class)
	}
	table := s.classes
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		table = s.lists
	case reflect.Map:
		table = s.maps
	}
	if old := table[p.class]; old != nil && old != p {
		return fmt.Errorf("hessian2.Register: %v and %v are both %s", old.typ, t, p.class)
	}
	table[p.class] = p
	return nil
}
