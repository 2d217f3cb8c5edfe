package hessian2

import (
	"errors"
	"fmt"
)

// Limits bound what one body may ask for when it is read. A zero field is its default.
// What passes a limit is an error before memory is taken for it.
type Limits struct {
	// Depth is how deep values may nest: 64 by default, at most 1000.
	Depth int
	// Memory is how much a body may become in Go, in bytes: 32 MiB by default, at most
	// 1 GiB. A small body has less: 64 KiB and 64 times its length.
	Memory int
	// Refs is how many lists, maps and objects a body may have: 65536 by default, at most
	// 16 million.
	Refs int
	// Classes is how many classes a body may define: 256 by default, at most 65536.
	Classes int
	// Fields is how many fields a class may have, 512 by default, and all of a body
	// together eight times as many. At most 65536.
	Fields int
}

// The defaults of Limits, and the most that may be asked for.
func defaultLimits() Limits {
	return Limits{Depth: 64, Memory: 32 << 20, Refs: 65536, Classes: 256, Fields: 512}
}

func maxLimits() Limits {
	return Limits{Depth: 1000, Memory: 1 << 30, Refs: 16 << 20, Classes: 65536, Fields: 65536}
}

// allFields is how many fields the classes of one body may have together.
func (l *Limits) allFields() int { return 8 * l.Fields }

// filled returns l with defaults, and what is wrong with it.
func (l Limits) filled() (Limits, error) {
	def, top := defaultLimits(), maxLimits()
	var wrong []error
	set := func(name string, v *int, def, top int) {
		switch {
		case *v == 0:
			*v = def
		case *v < 0 || *v > top:
			wrong = append(wrong, fmt.Errorf("hessian2: Limits.%s is %d, want 1 to %d, or 0 for %d", name, *v, top, def))
			*v = def
		}
	}
	set("Depth", &l.Depth, def.Depth, top.Depth)
	set("Memory", &l.Memory, def.Memory, top.Memory)
	set("Refs", &l.Refs, def.Refs, top.Refs)
	set("Classes", &l.Classes, def.Classes, top.Classes)
	set("Fields", &l.Fields, def.Fields, top.Fields)
	return l, errors.Join(wrong...)
}

// budget is what a body of n bytes may become.
func (l *Limits) budget(n int) int {
	if small := 64<<10 + 64*n; small < l.Memory {
		return small
	}
	return l.Memory
}

// Limits returns those of s, for codecs that scan a body by them.
func (s *Serializer) Limits() Limits { return s.limits }
