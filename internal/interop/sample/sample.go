package sample

import (
	"fmt"
	"slices"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Sample is one value that travels.
type Sample struct {
	// Name is what peers call it, and Group which of the groups it belongs to.
	Name, Group string
	// Make makes the value anew, in the general form that a Serializer with the types of
	// Types gives. It is that of the dialect, where the two have other classes.
	Make func(d hessian2.Dialect) any
	// Typed says that the value keeps its type only as a parameter that is declared.
	Typed bool
}

// All returns the samples in the order of their definition.
func All() []Sample {
	var s samples
	s.scalars()
	s.strings()
	s.collections()
	s.arrays()
	s.objects()
	s.library()
	s.exceptions()
	s.references()
	return s.all
}

// Types are the values that a hessian2.Register needs for the samples.
func Types() []any {
	return append(kinds(), Car{}, Derived{}, Node{}, Nothing{}, (*SoldOut)(nil), Message{}, Inner{}, Red)
}

// Table finds samples by name.
type Table map[string]Sample

// ByName returns the table of all samples.
func ByName() Table {
	t := Table{}
	for _, s := range All() {
		t[s.Name] = s
	}
	return t
}

// Compare says where got differs from the sample of a name.
func (t Table) Compare(name string, d hessian2.Dialect, got any) error {
	s, ok := t[name]
	if !ok {
		return fmt.Errorf("no sample is called %q", name)
	}
	return Same(got, s.Make(d))
}

// samples collects them.
type samples struct {
	all   []Sample
	group string
}

// add adds values that are the same in both dialects.
func (s *samples) add(name string, value func() any) {
	s.of(name, func(hessian2.Dialect) any { return value() })
}

func (s *samples) of(name string, value func(d hessian2.Dialect) any) {
	s.all = append(s.all, Sample{Name: name, Group: s.group, Make: value})
}

// typed adds values that only a declared type keeps.
func (s *samples) typed(name string, value any) {
	s.all = append(s.all, Sample{Name: name, Group: s.group, Make: func(hessian2.Dialect) any { return value }, Typed: true})
}

// Groups are the names of the groups, in order.
func Groups() []string {
	var all []string
	for _, s := range All() {
		if !slices.Contains(all, s.Group) {
			all = append(all, s.Group)
		}
	}
	return all
}
