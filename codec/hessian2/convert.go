package hessian2

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"time"
	"unsafe"
)

// Types of Go that are written as objects with other fields than theirs.

// decimalText is a Decimal.
type decimalText struct {
	Value string `hessian:"value"`
}

func (decimalText) JavaClassName() string { return "java.math.BigDecimal" }

// bigIntegerRead is what is read of a BigInteger. dubbo-go writes the words of its
// magnitude as longs without a sign.
type bigIntegerRead struct {
	Signum int32 `hessian:"signum"`
	Mag    Longs `hessian:"mag"`
}

func (bigIntegerRead) JavaClassName() string { return "java.math.BigInteger" }

func (r *bigIntegerRead) words() ([]int32, error) {
	out := make([]int32, len(r.Mag))
	for i, w := range r.Mag {
		if w < math.MinInt32 || w > math.MaxUint32 {
			return nil, fmt.Errorf("a java.math.BigInteger with the word %d", w)
		}
		out[i] = int32(w)
	}
	return out, nil
}

// uuidText is a UUID in V2, and uuidBits in Draft; both are read in both.
type (
	uuidText struct {
		Value string `hessian:"value"`
	}
	uuidBits struct {
		Most  int64 `hessian:"mostSigBits"`
		Least int64 `hessian:"leastSigBits"`
	}
	uuidRead struct {
		Value string `hessian:"value"`
		Most  int64  `hessian:"mostSigBits"`
		Least int64  `hessian:"leastSigBits"`
		// As Java's generic calls have them.
		GenericMost  int64 `hessian:"mostSignificantBits"`
		GenericLeast int64 `hessian:"leastSignificantBits"`
	}
)

func (uuidText) JavaClassName() string { return "java.util.UUID" }
func (uuidBits) JavaClassName() string { return "java.util.UUID" }
func (uuidRead) JavaClassName() string { return "java.util.UUID" }

func uuidOf(w *uuidRead) (UUID, error) {
	if w.Value == "" {
		return UUIDOf(w.Most|w.GenericMost, w.Least|w.GenericLeast), nil
	}
	return ParseUUID(w.Value)
}

// converted fills the plan of T, which is written as a W and read as an R. extra is what
// reading takes beside the two.
func converted[T, W, R any](b *builder, p *plan, extra int, write func(*T) (W, error), read func(*R, *T) error) error {
	wp, err := b.plan(reflect.TypeFor[W]())
	if err != nil {
		return err
	}
	rp, err := b.plan(reflect.TypeFor[R]())
	if err != nil {
		return err
	}
	p.takesRef, p.class, p.java = true, wp.class, wp.class
	p.enc = func(e *encoder, at unsafe.Pointer) error {
		w, err := write((*T)(at))
		if err != nil {
			return fmt.Errorf("hessian2: %w", err)
		}
		e.hold(unsafe.Pointer(&w)) // it may have a list
		return e.structure(wp, unsafe.Pointer(&w))
	}
	p.dec = func(d *decoder, at unsafe.Pointer) error {
		switch d.kind() {
		case KindRef:
			return d.assign(p, at)
		case KindNull:
			d.pos++
			p.zero(at)
			return nil
		}
		self := d.next
		r := new(R)
		if err := d.charge(int(unsafe.Sizeof(*r)) + extra); err != nil {
			return err
		}
		if err := rp.dec(d, unsafe.Pointer(r)); err != nil {
			return err
		}
		if self < len(d.refs) {
			d.refs[self].plan, d.refs[self].ptr = p, at
		}
		return read(r, (*T)(at))
	}
	return nil
}

// conversion fills the plan of a type that is converted, and reports whether t is one.
func (b *builder) conversion(p *plan, t reflect.Type) (bool, error) {
	switch {
	case t == reflect.TypeFor[big.Int]():
		p.general = byPointer
		return true, converted(b, p, 96, toJava, func(w *bigIntegerRead, x *big.Int) error {
			mag, err := w.words()
			if err != nil {
				return err
			}
			v, err := fromJava(w.Signum, mag)
			if err == nil {
				*x = *v
			}
			return err
		})
	case t == reflect.TypeFor[Decimal]():
		return true, converted(b, p, 0, func(v *Decimal) (decimalText, error) { return decimalText{v.String()}, nil }, func(w *decimalText, v *Decimal) (err error) {
			*v, err = ParseDecimal(w.Value)
			return err
		})
	case t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8 && (t == reflect.TypeFor[UUID]() || t.Name() == "UUID"):
		return true, b.uuid(p)
	}
	return false, nil
}

// uuid fills the plan of a type of 16 bytes that is called UUID.
func (b *builder) uuid(p *plan) error {
	read := func(w *uuidRead, u *UUID) (err error) {
		*u, err = uuidOf(w)
		return err
	}
	if b.s.dialect == Draft {
		return converted(b, p, 0, func(u *UUID) (w uuidBits, err error) {
			w.Most, w.Least = u.Bits()
			return w, nil
		}, read)
	}
	return converted(b, p, 0, func(u *UUID) (uuidText, error) { return uuidText{u.String()}, nil }, read)
}

// pointInTime returns the time that a value of Java's is, when it is one. It asks types
// of this package alone: no method of a user's type runs while a body is read.
func pointInTime(v any) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		return v, true
	case Instant:
		return v.Time(), true
	case OffsetDateTime:
		return v.Time(), true
	case ZonedDateTime:
		return v.Time(), true
	case *Object: // java.sql.Timestamp and others
		if len(v.Fields) == 1 && v.Fields[0].Name == "value" {
			t, ok := v.Fields[0].Value.(time.Time)
			return t, ok
		}
	}
	return time.Time{}, false
}
