package onramp_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp"
)

// lengths is an encoded block of (length, key, length, value) with one byte each.
type lengths struct{}

func (lengths) Next(b []byte) (key, value, rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, nil, nil, false
	}
	k := int(b[0])
	key, b = b[1:1+k], b[1+k:]
	v := int(b[0])
	return key, b[1 : 1+v], b[1+v:], true
}

func block(kv ...string) []byte {
	var b []byte
	for _, s := range kv {
		b = append(append(b, byte(len(s))), s...)
	}
	return b
}

func pairs(h *onramp.Header) []string {
	var out []string
	for k, v := range h.All() {
		out = append(out, k, v)
	}
	return out
}

func TestHeaderKeysAreComparedWithoutCaseAndKeepTheirs(t *testing.T) {
	var own, view onramp.Header
	own.Add("Content-Type", "a")
	own.Add("content-type", "b")
	view.View(block("Content-Type", "a", "content-type", "b"), lengths{})
	for _, h := range []*onramp.Header{&own, &view} {
		if got := h.Get("CONTENT-TYPE"); got != "a" {
			t.Errorf("Get: %q", got)
		}
		if got := h.Values("content-Type"); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("Values: %q", got)
		}
		if got := pairs(h); !slices.Equal(got, []string{"Content-Type", "a", "content-type", "b"}) {
			t.Errorf("All: %q", got)
		}
		if _, ok := h.Lookup("content_type"); ok || h.Get("[ontent-type") != "" {
			t.Error("another key was found")
		}
	}
}

func TestAHeaderViewBecomesItsOwnWhenItIsChanged(t *testing.T) {
	b := block("a", "1", "b", "2", "a", "3")
	var h onramp.Header
	h.View(b, lengths{})
	if got, _, ok := h.Block(); !ok || &got[0] != &b[0] {
		t.Fatal("an untouched view does not give its block")
	}
	h.Set("A", "9")
	if _, _, ok := h.Block(); ok {
		t.Error("a changed view still gives its block")
	}
	clear(b)
	if got := pairs(&h); !slices.Equal(got, []string{"A", "9", "b", "2"}) {
		t.Errorf("got %q", got)
	}
}

func TestWhatGetReturnsOutlivesTheFrame(t *testing.T) {
	b := block("key", "value")
	var h onramp.Header
	h.View(b, lengths{})
	v := h.Get("key")
	binary.BigEndian.PutUint64(b, 0)
	if v != "value" {
		t.Errorf("it became %q with its frame", v)
	}
}

func TestLookingAtAHeaderAllocatesNothing(t *testing.T) {
	b := block("service", "com.acme.Greeter:1.0", "method", "sayHello")
	var h onramp.Header
	if n := testing.AllocsPerRun(100, func() {
		h.View(b, lengths{})
		if v, ok := h.Peek("METHOD"); !ok || string(v) != "sayHello" {
			t.Error("not found")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() {
		h.Reset()
		h.Add("a", "b")
		h.Set("a", "c")
	}); n != 0 {
		t.Errorf("%v allocations to add up to eight pairs", n)
	}
}

func TestAHeaderIsAListOfPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h onramp.Header
		var model [][2]string
		key := rapid.SampledFrom([]string{"a", "A", "b", "Key", "KEY", "z"})
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			k := key.Draw(t, "key")
			same := func(p [2]string) bool { return strings.EqualFold(p[0], k) }
			switch v := rapid.StringN(0, 5, 5).Draw(t, "value"); rapid.IntRange(0, 3).Draw(t, "op") {
			case 0:
				h.Add(k, v)
				model = append(model, [2]string{k, v})
			case 1:
				h.Del(k)
				model = slices.DeleteFunc(model, same)
			case 2:
				h.Set(k, v)
				if i := slices.IndexFunc(model, same); i < 0 {
					model = append(model, [2]string{k, v})
				} else {
					rest := slices.DeleteFunc(slices.Clone(model[i+1:]), same)
					model = append(append(model[:i:i], [2]string{k, v}), rest...)
				}
			case 3:
				var c onramp.Header
				c.CopyFrom(&h)
				h = c
			}
		}
		var want []string
		for _, p := range model {
			want = append(want, p[0], p[1])
		}
		if got := pairs(&h); !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		if h.Len() != len(model) {
			t.Fatalf("Len is %d, want %d", h.Len(), len(model))
		}
	})
}
