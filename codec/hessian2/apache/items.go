package apache

import (
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// maxVisits bounds what the library does behind each value of a body: 200 ms at most.
const maxVisits = 1 << 22

// item is one of a body's values.
type item struct {
	end, lib int // behind it, in the body and in the edited one
	err      error
	thrown   bool   // it is an exception
	object   bool   // it is an object, and no reference to one
	refers   bool   // it refers to one of the body's values, itself or an earlier one
	class    []byte // of one that was begun
	fields   [][]byte
}

// mode is how a body's value is read, where not as it is.
type mode uint8

const (
	asValue mode = iota
	asBegun
	asDropped
	asRefused
)

// all goes over the values of a body, up to the first that is refused.
func (w *walk) all(modes map[int]mode) (items []item) {
	var err error
	for i := 0; err == nil && w.s.Rest() > 0; i++ {
		w.thrown, w.refers = false, false
		it := item{object: w.s.Next() == hessian2.KindObject}
		mode := modes[i]
		if err = w.ahead(mode); err != nil {
			mode = asRefused
		}
		switch mode {
		case asRefused:
		case asBegun:
			it.class, it.fields, err = w.begin()
		case asDropped:
			err = w.value(place{dropped: true})
		default:
			err = w.value(place{})
		}
		if err == nil {
			err = w.charge(128)
		}
		if w.visits += w.holders; err == nil && w.visits > maxVisits {
			err = errVisits
		}
		it.end, it.err, it.thrown, it.refers = w.s.Offset(), w.located(err), w.thrown, w.refers
		it.lib = w.edits.at(it.end)
		items = append(items, it)
	}
	return items
}

// ahead reads over the form of the next value, so that what is refused costs nothing.
func (w *walk) ahead(m mode) (err error) {
	if m == asBegun {
		_, _, err = w.form.BeginObject()
		return err
	}
	return w.form.Skip()
}

// located returns err with where it is.
func (w *walk) located(err error) error {
	if err == nil || strings.HasPrefix(err.Error(), "hessian2:") {
		return err
	}
	return fmt.Errorf("apache: byte %d of %d: %w", w.s.Offset(), len(w.src), err)
}
