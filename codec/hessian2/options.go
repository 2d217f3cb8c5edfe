package hessian2

import (
	"errors"
	"fmt"
)

// Option changes a default of New or NewDraft.
type Option func(*config)

type config struct {
	limits Limits
	known  bool
	types  []any
	enums  []enum
	errs   []error
}

// enum is an integer type that stands for a Java enum.
type enum struct {
	class string
	zero  any
	names map[int64]string
}

// WithLimits bounds what bodies may ask for.
func WithLimits(l Limits) Option {
	return func(c *config) {
		full, err := l.filled()
		c.limits = full
		c.errs = append(c.errs, err)
	}
}

// KnownOnly refuses objects of classes that were not registered, instead of making an
// *Object or *Exception of them.
func KnownOnly() Option { return func(c *config) { c.known = true } }

// Register says which Go types stand for Java classes where a target does not say so:
// one value of each type, such as Car{} or (*Car)(nil), which has JavaClassName() string.
func Register(values ...any) Option {
	return func(c *config) { c.types = append(c.types, values...) }
}

// Enum makes the integer type T stand for a Java enum: names says what each constant
// is called in Java, each by another name. A zero without a name stands for null. A string
// type with JavaClassName() is an enum without it, whose empty string is null.
func Enum[T ~int | ~int8 | ~int16 | ~int32 | ~int64](class string, names map[T]string) Option {
	return func(c *config) {
		e := enum{class: class, zero: T(0), names: make(map[int64]string, len(names))}
		taken := make(map[string]bool, len(names))
		for v, name := range names {
			if e.names[int64(v)] = name; name == "" || taken[name] {
				c.errs = append(c.errs, fmt.Errorf("hessian2.Enum(%q): two constants are named %q, or one has no name", class, name))
			}
			taken[name] = true
		}
		if class == "" || len(names) == 0 {
			c.errs = append(c.errs, errors.New("hessian2.Enum: want a class and the names of its constants"))
		}
		c.enums = append(c.enums, e)
	}
}
