package hessian2

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
)

// Bounds of the JSON of a general value: how deep it may be, and how many bytes may come
// from values that were written before, without which lists that hold one list twice,
// and so on, would fill the memory. What cannot be copied from there costs more.
const (
	jsonDepth    = 1000
	jsonRepeated = 8 << 20
	jsonAnew     = 128
)

// MarshalJSON returns the list as an array; its type is left out. A value within itself
// is null, NaN and infinities are texts, dates are as RFC 3339 has them, and bytes are
// in base64. A value that is deeper than 1000, or in which shared values would become
// more than 8 MiB, is an error.
func (l List) MarshalJSON() ([]byte, error) { return toJSON(l) }

// MarshalJSON returns the map as an object whose keys are texts: a key that is an enum
// has its name, one that is a list, map or object its own JSON. The rest is as
// List.MarshalJSON has it.
func (m Map) MarshalJSON() ([]byte, error) { return toJSON(m) }

// MarshalJSON returns an object that has the class under "class", as Dubbo's generic
// calls have it, and its fields. Of two fields of one name it has the first. The rest is
// as List.MarshalJSON has it.
func (o Object) MarshalJSON() ([]byte, error) { return toJSON(o) }

func toJSON(v any) ([]byte, error) {
	w := &jsonWriter{seen: map[node]written{}}
	if err := w.value(reflect.ValueOf(v), 0); err != nil {
		return nil, err
	}
	return w.out, nil
}

// jsonWriter appends values to out.
type jsonWriter struct {
	out  []byte
	seen map[node]written
	// again is how many bytes came from what was written before, cuts how many values
	// were within themselves, and keys how many keys of maps this is in: they are quoted
	// once more when they are complete.
	again, cuts, keys int
}

// written is a value that is in out, or of which the beginning is.
type written struct {
	from, to int
	// cut tells that what it holds was within itself, or within what it is in: in another
	// place it looks different.
	open, cut bool
}

func (w *jsonWriter) value(v reflect.Value, depth int) error {
	t, ok := treeOf(v)
	if !ok {
		return w.scalar(v)
	}
	if depth == jsonDepth {
		return errors.New("hessian2: a value that is deeper than 1000 has no JSON")
	}
	return w.once(t.id, func() error { return w.tree(t, depth+1) })
}

// once writes what is in a piece of memory, or copies what came of it before.
func (w *jsonWriter) once(id node, write func() error) error {
	if !id.known() {
		return write()
	}
	old, again := w.seen[id]
	switch {
	case again && old.open:
		w.out, w.cuts = append(w.out, "null"...), w.cuts+1
		return nil
	case again && old.cut:
		w.again += jsonAnew
	case again:
		w.again += old.to - old.from
	}
	if w.again > jsonRepeated {
		return errors.New("hessian2: a value that holds others so often that its JSON is too long")
	}
	if again && !old.cut {
		w.out = append(w.out, w.out[old.from:old.to]...)
		return nil
	}
	from, cuts := len(w.out), w.cuts
	w.seen[id] = written{open: true}
	err := write()
	w.seen[id] = written{from: from, to: len(w.out), cut: w.cuts > cuts || w.keys > 0}
	if again {
		w.again += len(w.out) - from
	}
	return err
}

func (w *jsonWriter) tree(t tree, depth int) error {
	if t.kind == listTree {
		return w.list(t, depth)
	}
	var skip []bool
	if t.kind == objectTree {
		skip = repeatedNames(t)
	}
	w.out = append(w.out, '{')
	first := true
	if t.kind == objectTree && t.class != "" {
		w.out = appendJSONString(append(w.out, `"class":`...), t.class)
		first = false
	}
	for i := range t.size {
		if t.kind == objectTree && skip[i] {
			continue
		}
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		if err := w.entry(t, i, depth); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

func (w *jsonWriter) list(t tree, depth int) error {
	w.out = append(w.out, '[')
	for i := range t.size {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if err := w.value(t.value(i), depth); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *jsonWriter) entry(t tree, i, depth int) error {
	if t.kind == objectTree {
		w.out = appendJSONString(w.out, t.name(i))
	} else if err := w.key(t.key(i), depth); err != nil {
		return err
	}
	w.out = append(w.out, ':')
	return w.value(t.value(i), depth)
}

// key writes a map's key as a text.
func (w *jsonWriter) key(v reflect.Value, depth int) error {
	begin := len(w.out)
	if t, ok := treeOf(v); ok && t.kind == objectTree && t.size == 1 && t.name(0) == "name" {
		v = t.value(0)
	}
	w.keys++
	err := w.value(v, depth)
	w.keys--
	if err != nil {
		return err
	}
	if key := w.out[begin:]; key[0] != '"' {
		text := slices.Clone(key)
		w.out = appendJSONString(w.out[:begin], string(text))
	}
	return nil
}

// repeatedNames tells the fields whose name an earlier one has, or the class.
func repeatedNames(t tree) []bool {
	skip := make([]bool, t.size)
	names := make(map[string]bool, t.size+1)
	names["class"] = t.class != ""
	for i := range skip {
		name := t.name(i)
		skip[i] = names[name]
		names[name] = true
	}
	return skip
}

func appendJSONFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case f != f:
		return append(dst, `"NaN"`...)
	case f > maxFloat:
		return append(dst, `"Infinity"`...)
	case f < -maxFloat:
		return append(dst, `"-Infinity"`...)
	}
	shape := byte('f')
	if abs := max(f, -f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		shape = 'e'
	}
	return strconv.AppendFloat(dst, f, shape, -1, bits)
}
