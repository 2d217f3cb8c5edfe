package hessian2_test

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/leak"
)

// wide is large in Go, and null in Hessian.
type wide struct{ A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P string }

// allocated returns how many bytes f allocates, at least.
func allocated(f func()) int {
	least := uint64(1 << 62)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return int(least)
}

func TestWhatABodyBecomesIsBoundedByItsLength(t *testing.T) {
	list := func(head, element string) []byte { // until the end
		return append(append([]byte("W"+head), bytes.Repeat([]byte(element), 20000)...), 'Z')
	}
	entries := []byte{'H'}
	for i := range 20000 {
		entries = append(entries, 0xd4, byte(i>>8), byte(i), 'N')
	}
	entries = append(entries, 'Z')
	s := hessian2.New()
	for name, c := range map[string]struct {
		body []byte
		into func() any
	}{
		"lists":                    {list("", "\x78"), func() any { return new(any) }},
		"lists of lists":           {list("", "\x78"), func() any { return new([][]int32) }},
		"lists of arrays":          {list("", "\x78"), func() any { return new([][0]int32) }},
		"open lists":               {list("", "WZ"), func() any { return new([][]wide) }},
		"typed lists":              {list("p\x04[int", "p\x90"), func() any { return new(any) }},
		"lists that are read over": {append([]byte("C\x01a\x91\x01z`"), list("", "\x78")...), func() any { return new(wide) }},
		"maps":                     {list("", "HZ"), func() any { return new(any) }},
		"lists of maps":            {list("", "HZ"), func() any { return new([]map[string]string) }},
		"objects":                  {list("C\x01a\x90", "\x60"), func() any { return new(any) }},
		"exceptions":               {list("C\x13java.lang.Throwable\x91\x0ddetailMessage", "\x60N"), func() any { return new(any) }},
		"numbers":                  {list("C\x14java.math.BigInteger\x92\x06signum\x03mag", "\x60\x91\x79\x91"), func() any { return new(any) }},
		"decimals":                 {list("C\x14java.math.BigDecimal\x91\x05value", "\x60\x010"), func() any { return new(any) }},
		"ids":                      {list("C\x0ejava.util.UUID\x92\x0bmostSigBits\x0cleastSigBits", "\x60NN"), func() any { return new([]hessian2.UUID) }},
		"bytes that are lists":     {list("", "\x79\x91"), func() any { return new([][]byte) }},
		"entries":                  {entries, func() any { return new(map[int32]int32) }},
		"entries of structs":       {entries, func() any { return new(map[int32]wide) }},
		"entries of arrays":        {entries, func() any { return new(map[int32][128]byte) }},
	} {
		var err error
		got := allocated(func() { err = s.Decode(c.body, c.into()) })
		most := 64<<10 + 64*len(c.body)
		if leak.Race { // pools forget on purpose
			most += most / 2
		}
		if got > most {
			t.Errorf("%s: a body of %d bytes takes %d, want at most %d (%v)", name, len(c.body), got, most, err)
		}
	}
}

// Null in Hessian are the fields that a bean has and does not use.
func TestSparseObjectsFitIntoTheirBound(t *testing.T) {
	o := object("com.acme.shop.order.internal.OrderLineItemView")
	for i := range 20 {
		o.Fields = append(o.Fields, hessian2.Field{Name: "aRatherLongNameOfAFieldInABean" + string(rune('a'+i))})
	}
	items := make([]any, 5000)
	for i := range items {
		c := *o
		items[i] = &c
	}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		want(t, "what was read", len(as[*hessian2.List](t, s, items).Items), len(items))
	})
}

type cell struct{ A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P string }

func (cell) JavaClassName() string { return "com.acme.Cell" }

func TestSparseRowsFitIntoTheirBound(t *testing.T) {
	rows := make([][]*cell, 500)
	for i := range rows {
		rows[i] = make([]*cell, 32)
		rows[i][i%32] = &cell{A: "a"}
	}
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		got := as[[][]*cell](t, s, rows)
		for i := range rows {
			want(t, "a cell", *got[i][i%32], *rows[i][i%32])
		}
		got[0][0].B = "b" // each is one of its own
		want(t, "another", got[1][1].B, "")
	})
}
