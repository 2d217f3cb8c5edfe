package hessian2_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/leak"
)

// one and other are read by turns from objects of one class.
type (
	one   struct{ A, B, C int32 }
	other struct{ C, B, A int32 }
)

func TestNamesOfClassesCostWhatTheirBytesDo(t *testing.T) {
	names := map[string]func(i int) string{
		"one name":   func(int) string { return "a" },
		"two names":  func(i int) string { return string(rune('a' + i%2)) },
		"all differ": func(i int) string { return fmt.Sprintf("f%d", i) },
	}
	for what, name := range names {
		var b bytes.Buffer
		b.WriteString("WC\x01p\x92\x01x\x01yC\x01q\xca\x00")
		for i := range 512 {
			fmt.Fprintf(&b, "%c%s", len(name(i)), name(i))
		}
		for range 100 {
			b.WriteString("\x60" + strings.Repeat("\x61"+strings.Repeat("\x91", 512), 2))
		}
		b.WriteByte('Z')
		s, least := hessian2.New(), time.Hour
		for range 3 {
			var out []struct {
				X *one
				Y *other
			}
			begin := time.Now()
			if err := s.Decode(b.Bytes(), &out); err != nil {
				t.Fatal(err)
			}
			least = min(least, time.Since(begin))
			if what != "all differ" && (out[99].X.A != 1 || out[99].Y.A != 1) {
				t.Errorf("%s: %v, %v", what, out[99].X, out[99].Y)
			}
		}
		if most := 5 * (time.Millisecond + time.Duration(b.Len())*200); least > most && !leak.Race {
			t.Errorf("%s: %d bytes took %v, want at most %v", what, b.Len(), least, most)
		}
	}
}

// parent and child have a field of one name, as classes of Java may.
type (
	namedParent struct {
		Name string
		Size int32
	}
	namedChild struct {
		namedParent

		Name string
	}
)

func (namedChild) JavaClassName() string { return "com.acme.Child" }

func TestFieldsOfOneNameGoToTheChildAndItsParent(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		for _, more := range []int{0, 40} { // few names, and many
			values := []any{"name", "child's", "name", "parent's"}
			if s.Dialect() == hessian2.V2 {
				values = []any{"name", "parent's", "name", "child's"}
			}
			for i := range more {
				values = append(values, fmt.Sprint("more", i), int32(i))
			}
			got := as[namedChild](t, s, object("com.acme.Child", values...))
			want(t, "the child's", got.Name, "child's")
			want(t, "the parent's", got.namedParent.Name, "parent's")
		}
	})
}
