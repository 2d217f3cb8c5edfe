package hessian2

// seen finds the pointers, maps and slices that were written before. It is a table of
// open addressing whose entries are of the current body when their turn is: forgetting
// all of them costs nothing.
type seen struct {
	entries []seenEntry // a power of two
	used    int
	turn    uint32
	names   []seenName
}

// seenName is a constant of an enum.
type seenName struct {
	plan  *plan
	name  string
	index int
}

// maxSeenNames bounds them: those behind are written again.
const maxSeenNames = 64

// seenEntry is one value: its address, its length when it is a slice, and its type,
// because a struct and its first field have one address.
type seenEntry struct {
	address uintptr
	plan    *plan
	length  int
	index   int32
	turn    uint32
}

// The size of a new table, and the largest that is kept.
const (
	firstSeen = 64
	keptSeen  = 4096
)

func (s *seen) reset() {
	s.used = 0
	clear(s.names)
	s.names = s.names[:0]
	if s.turn++; s.turn == 0 || len(s.entries) > keptSeen {
		*s = seen{turn: 1}
	}
}

// put returns the index of a value that is known, or gives it one.
func (s *seen) put(address uintptr, length int, p *plan, index int) (int, bool) {
	if 2*s.used >= len(s.entries) {
		s.grow()
	}
	e := s.find(address, length, p)
	if e.turn == s.turn {
		return int(e.index), true
	}
	*e = seenEntry{address: address, plan: p, length: length, index: int32(index), turn: s.turn}
	s.used++
	return 0, false
}

// putName is put for the constant of an enum, which is known by its name.
func (s *seen) putName(p *plan, name string, index int) (int, bool) {
	for i := range s.names {
		if n := &s.names[i]; n.plan == p && n.name == name {
			return n.index, true
		}
	}
	if len(s.names) < maxSeenNames {
		s.names = append(s.names, seenName{p, name, index})
	}
	return 0, false
}

// find returns the entry of a value, or the one that it would take.
func (s *seen) find(address uintptr, length int, p *plan) *seenEntry {
	mask := uintptr(len(s.entries) - 1)
	h := (address >> 3) * 0x9e3779b1
	for i := (h ^ h>>15) & mask; ; i = (i + 1) & mask {
		e := &s.entries[i]
		if e.turn != s.turn || e.address == address && e.plan == p && e.length == length {
			return e
		}
	}
}

func (s *seen) grow() {
	old := s.entries
	if s.turn == 0 {
		s.turn = 1
	}
	s.entries = make([]seenEntry, max(firstSeen, 2*len(old)))
	for i := range old {
		if e := &old[i]; e.turn == s.turn {
			*s.find(e.address, e.length, e.plan) = *e
		}
	}
}
