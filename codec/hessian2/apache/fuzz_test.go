package apache_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/hessian2/apache"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// FuzzApache gives hostile bodies to the walk and then to the library, which must not
// take more than the walk foresaw, and reads what the engine of hessian2 reads.
func FuzzApache(f *testing.F) {
	for _, b := range vectors(f, "java_v2.json", "hessian_refs_lite_java.json") {
		f.Add(b)
	}
	for _, src := range hostile(f) {
		if len(src) < 2000 {
			f.Add(src)
		}
	}
	strict, loose := stream(), stream(apache.UnknownClasses())
	for _, v := range []any{sampleCar(), []*car{sampleCar()}, map[any]any{"a": []string{"x"}}, []any{1, "b", sampleCar().Owner}} {
		b, err := strict.Append(nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	engine := hessian2.New()
	f.Fuzz(func(t *testing.T, src []byte) {
		_, _ = decoded(t, src, func(src []byte) (v *car, err error) { err = strict.Decode(src, &v); return })
		_, _ = decoded(t, src, func(src []byte) (v map[string][]int64, err error) { err = strict.Decode(src, &v); return })
		v, err := decoded(t, src, func(src []byte) (v any, err error) { err = loose.Decode(src, &v); return })
		if err == nil {
			same(t, engine, src, v)
		}
	})
}

// decoded decodes and judges what it costs, and the error.
func decoded[T any](t *testing.T, src []byte, decode func([]byte) (T, error)) (v T, err error) {
	t.Helper()
	limits := oracle.For(1024, len(src))
	limits.Time += 5 * time.Millisecond
	limits.Check(t, func() { v, err = decode(src) })
	if err != nil {
		if why := (oracle.Text{Most: 700}).Judge(err, src); why != "" {
			t.Fatal(why)
		}
	}
	return v, err
}

// same compares what the library made of a body with what the engine makes.
func same(t *testing.T, engine *hessian2.Serializer, src []byte, v any) {
	t.Helper()
	var ours any
	err := engine.Decode(src, &ours)
	theirText, theirKnown := textOf(v)
	if err != nil {
		// An int[] with a long in it loses bits there. Classes of Java have rules of their own,
		// and so have exceptions.
		if bytes.Contains(src, []byte("stackTrace")) {
			return
		}
		if !theirKnown && !strings.Contains(err.Error(), "does not fit") && !strings.Contains(err.Error(), "java") {
			t.Fatalf("the library reads %.300s, and hessian2 says %v", theirText, err)
		}
		return
	}
	ourText, ourKnown := textOf(ours)
	if !theirKnown && !ourKnown && ourText != theirText {
		t.Fatalf("the library reads\n%.400s, and hessian2\n%.400s", theirText, ourText)
	}
}

// vectors are the bytes that other implementations wrote.
func vectors(t testing.TB, files ...string) (out [][]byte) {
	t.Helper()
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join("..", "testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		var all []struct{ Hex string }
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		for _, v := range all {
			if b, err := hex.DecodeString(v.Hex); err == nil && len(b) > 0 {
				out = append(out, b)
			}
		}
	}
	return out
}
