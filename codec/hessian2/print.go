package hessian2

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of what a general value prints: nothing that is deeper, or comes after so many
// bytes. Without them a body of a hundred bytes, lists that hold one list twice, and so
// on, would print for a year.
const (
	printDepth = 12
	printShort = 4 << 10  // for %v and %s
	printLong  = 64 << 10 // for %+v
)

// Format prints the list as [1, "a"], and as java.util.LinkedList[1, "a"] or
// com.acme.Car[]{...} where it has a type. A value within itself is <cycle>. %v ends
// after 4 KiB and %+v after 64 KiB; what is cut off is "...".
func (l List) Format(f fmt.State, verb rune) { format(f, verb, l) }

// Format prints the map as {"a": 1}, and as java.util.TreeMap{"a": 1} where it has a
// type. Its bounds are those of List.Format.
func (m Map) Format(f fmt.State, verb rune) { format(f, verb, m) }

// Format prints the object as com.acme.Car{color: "red", mileage: 10000}. Its bounds are
// those of List.Format.
func (o Object) Format(f fmt.State, verb rune) { format(f, verb, o) }

// String returns what %v prints.
func (l List) String() string { return printed(l, printShort) }

// String returns what %v prints.
func (m Map) String() string { return printed(m, printShort) }

// String returns what %v prints.
func (o Object) String() string { return printed(o, printShort) }

func format(f fmt.State, verb rune, v any) {
	limit := printShort
	if f.Flag('+') || f.Flag('#') {
		limit = printLong
	}
	text := printed(v, limit)
	switch verb {
	case 'v', 's':
	case 'q':
		text = fmt.Sprintf("%q", text)
	default:
		text = fmt.Sprintf("%%!%c(%T=%s)", verb, v, text)
	}
	_, _ = f.Write([]byte(text))
}

func printed(v any, limit int) string {
	p := &printer{limit: limit}
	p.value(reflect.ValueOf(v), 0)
	return p.text()
}

// printer collects text until limit.
type printer struct {
	out   []byte
	limit int
	path  []node // from the outermost value to this one
}

func (p *printer) full() bool { return len(p.out) >= p.limit }

// text is what was printed, cut between two characters.
func (p *printer) text() string {
	if len(p.out) <= p.limit {
		return string(p.out)
	}
	cut := p.out[:p.limit]
	for len(cut) > 0 && !utf8.RuneStart(p.out[len(cut)]) {
		cut = cut[:len(cut)-1]
	}
	return string(cut) + "..."
}

func (p *printer) write(s string) { p.out = append(p.out, s...) }

// value prints v. The path is bounded by printDepth, so that a search in it is short.
func (p *printer) value(v reflect.Value, depth int) {
	t, ok := treeOf(v)
	switch {
	case p.full():
	case !ok:
		p.out = appendScalar(p.out, v, p.limit-len(p.out))
	case t.id.known() && slices.Contains(p.path, t.id):
		p.write("<cycle>")
	case depth == printDepth:
		p.write("...")
	default:
		p.path = append(p.path, t.id)
		p.tree(t, depth+1)
		p.path = p.path[:len(p.path)-1]
	}
}

func (p *printer) tree(t tree, depth int) {
	open, end := "{", "}"
	class := t.class
	if t.kind == listTree {
		open, end = "[", "]"
		if array := strings.TrimLeft(class, "["); array != class {
			class = array + strings.Repeat("[]", len(class)-len(array))
			open, end = "{", "}"
		}
	}
	p.write(class)
	p.write(open)
	for i := 0; i < t.size && !p.full(); i++ {
		if i > 0 {
			p.write(", ")
		}
		switch t.kind {
		case mapTree:
			p.value(t.key(i), depth)
			p.write(": ")
		case objectTree:
			p.write(t.name(i))
			p.write(": ")
		}
		p.value(t.value(i), depth)
	}
	p.write(end)
}
