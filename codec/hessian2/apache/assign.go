package apache

import (
	"fmt"
	"reflect"
)

// assigner stores what the library made in what a caller asks for: *T in a T, numbers in
// numbers that hold them, lists and maps element by element.
type assigner struct{ memory int }

// into stores v in what target points to.
func (a *assigner) into(target, v any) error {
	if p, ok := target.(*any); ok && p != nil {
		*p = v
		return nil
	}
	t := reflect.ValueOf(target)
	if t.Kind() != reflect.Pointer || t.IsNil() {
		return fmt.Errorf("apache: decode into %T: want a pointer that is not nil", target)
	}
	if err := a.set(t.Elem(), reflect.ValueOf(v)); err != nil {
		return fmt.Errorf("apache: %w", err)
	}
	return nil
}

func (a *assigner) set(to, v reflect.Value) error {
	if v.IsValid() && v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		to.SetZero()
		return nil
	}
	switch t := v.Type(); {
	case t.AssignableTo(to.Type()):
		to.Set(v)
		return nil
	case to.Kind() == reflect.Pointer:
		p := reflect.New(to.Type().Elem())
		if err := a.set(p.Elem(), v); err != nil {
			return err
		}
		to.Set(p)
		return nil
	case t.Kind() == reflect.Pointer:
		return a.set(to, v.Elem())
	}
	switch to.Kind() {
	case reflect.Slice, reflect.Array:
		return a.list(to, v)
	case reflect.Map:
		return a.mapping(to, v)
	}
	return scalar(to, v)
}

func (a *assigner) charge(n int) error {
	if a.memory -= n; a.memory < 0 {
		return errMemory
	}
	return nil
}

func (a *assigner) list(to, v reflect.Value) error {
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return mismatch(to, v)
	}
	n := v.Len()
	if to.Kind() == reflect.Array {
		if n != to.Len() {
			return fmt.Errorf("a list of %d elements, want %d", n, to.Len())
		}
	} else {
		if err := a.charge(n * int(to.Type().Elem().Size())); err != nil {
			return err
		}
		to.Set(reflect.MakeSlice(to.Type(), n, n))
	}
	for i := range n {
		if err := a.set(to.Index(i), v.Index(i)); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func (a *assigner) mapping(to, v reflect.Value) error {
	if v.Kind() != reflect.Map {
		return mismatch(to, v)
	}
	t := to.Type()
	if err := a.charge(48 + 2*v.Len()*int(t.Key().Size()+t.Elem().Size())); err != nil {
		return err
	}
	to.Set(reflect.MakeMap(t))
	for it := v.MapRange(); it.Next(); {
		key, elem := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		if err := a.set(key, it.Key()); err != nil {
			return fmt.Errorf("a key: %w", err)
		}
		if !key.Comparable() {
			return fmt.Errorf("a %v cannot be a key", key.Type())
		}
		if err := a.set(elem, it.Value()); err != nil {
			return fmt.Errorf("a value: %w", err)
		}
		to.SetMapIndex(key, elem)
	}
	return nil
}

// scalar stores numbers in numbers, and strings and bools in types of their kind.
func scalar(to, v reflect.Value) error {
	var fits bool
	switch {
	case to.CanInt() && v.CanInt():
		if fits = !to.OverflowInt(v.Int()); fits {
			to.SetInt(v.Int())
		}
	case to.CanUint() && v.CanInt():
		if fits = v.Int() >= 0 && !to.OverflowUint(uint64(v.Int())); fits {
			to.SetUint(uint64(v.Int()))
		}
	case to.CanFloat() && v.CanFloat():
		to.SetFloat(v.Float())
		return nil
	case to.CanFloat() && v.CanInt():
		to.SetFloat(float64(v.Int()))
		return nil
	case to.Kind() == reflect.String && v.Kind() == reflect.String:
		to.SetString(v.String())
		return nil
	case to.Kind() == reflect.Bool && v.Kind() == reflect.Bool:
		to.SetBool(v.Bool())
		return nil
	default:
		return mismatch(to, v)
	}
	if !fits {
		return fmt.Errorf("%d does not fit into a %v", v.Int(), to.Type())
	}
	return nil
}

func mismatch(to, v reflect.Value) error {
	return fmt.Errorf("a %v cannot be read into a %v", v.Type(), to.Type())
}
