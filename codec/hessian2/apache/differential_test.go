package apache_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/codec/hessian2/apache"
)

// other is a process with the library. A body that kills it kills no test.
type other struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func newOther(t testing.TB) *other {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := &other{cmd: exec.Command(exe)}
	o.cmd.Env = append(os.Environ(), asChild+"=1", "GOMEMLIMIT=256MiB")
	if o.in, err = o.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	o.out = bufio.NewReader(out)
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watch := time.AfterFunc(2*time.Minute, func() { _ = o.cmd.Process.Kill() })
	t.Cleanup(func() {
		_ = o.in.Close()
		_ = o.cmd.Wait()
		watch.Stop()
	})
	return o
}

// ask returns what the library makes of a body, and how it writes that.
func (o *other) ask(body []byte) (text string, again []byte, err error) {
	if _, err := fmt.Fprintf(o.in, "%x\n", body); err != nil {
		return "", nil, err
	}
	text, err = o.out.ReadString('\n')
	if err != nil {
		return "", nil, err
	}
	line, err := o.out.ReadString('\n')
	if err != nil {
		return "", nil, err
	}
	again, err = hex.DecodeString(strings.TrimSpace(line))
	return strings.TrimSuffix(text, "\n"), again, err
}

// compare gives a body to both. Both must read the same, and hessian2 what the library
// wrote of it.
func (o *other) compare(t interface{ Fatalf(string, ...any) }, engine *hessian2.Serializer, body []byte) {
	var v any
	if err := engine.Decode(body, &v); err != nil {
		t.Fatalf("hessian2: %v", err)
	}
	ours, known := textOf(v)
	text, again, err := o.ask(body)
	switch {
	case err != nil:
		t.Fatalf("%x killed the library: %v", body, err)
	case known || text == "known" || strings.Contains(text, "more") || strings.Contains(ours, "more"):
		return
	case strings.HasPrefix(text, "panic:") || strings.HasPrefix(text, "error:"):
		if refuses(text) == "" {
			t.Fatalf("%x: hessian2 reads %.300s, and the library says %s", body, ours, text)
		}
		return
	case text != ours:
		t.Fatalf("%x: the library reads\n%.500s, and hessian2\n%.500s", body, text, ours)
	}
	if len(again) == 0 || miscounts(again) {
		return
	}
	if err := engine.Decode(again, &v); err != nil {
		t.Fatalf("%x: the library wrote %x, which hessian2 refuses: %v", body, again, err)
	}
	if back, _ := textOf(v); back != ours {
		t.Fatalf("%x: the library wrote\n%.500s of\n%.500s", body, back, ours)
	}
}

// refuses says why the library refuses what it should read, or nothing.
func refuses(text string) string {
	for part, why := range map[string]string{
		"unhashable":     "its maps are Go's: a list or map cannot be a key",
		"zero Value":     "null as a key of a map with a type",
		"reflect":        "an element that is not of its array's type; Java's readers refuse or convert it",
		"wrong type":     "an object of a class that it has as a number",
		"strconv":        "a big decimal",
		"not assignable": "an element that is not of its array's type",
		"nil pointer":    "an entry without a key",
	} {
		if strings.Contains(text, part) {
			return why
		}
	}
	return ""
}

// miscounts reports whether the library has empty lists and references in what it wrote:
// it does not count such lists, so that its references are too low.
func miscounts(body []byte) bool {
	var s hessian2.Scanner
	s.Reset(hessian2.V2, body, hessian2.Limits{})
	empty, refs := 0, 0
	var walk func()
	walk = func() {
		switch s.Next() {
		case hessian2.KindRef:
			refs++
			_ = s.Skip()
			return
		case hessian2.KindList, hessian2.KindMap, hessian2.KindObject:
		default:
			_ = s.Skip()
			return
		}
		c, err := s.Enter()
		if err != nil {
			return
		}
		n := 0
		for s.More(&c) && s.Rest() > 0 {
			n++
			walk()
		}
		if n == 0 || c.Kind == hessian2.KindObject { // nor objects of classes that it does not know
			empty++
		}
		_ = s.Leave(&c)
	}
	walk()
	return empty > 0 && refs > 0
}

// draw returns a value that both can hold.
func draw(t *rapid.T, depth int, made *[]any) any {
	top := 11
	if depth == 0 {
		top = 7
	}
	switch rapid.IntRange(0, top).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return rapid.Int32().Draw(t, "int")
	case 3:
		return rapid.Int64().Draw(t, "long")
	case 4:
		return rapid.OneOf(rapid.Float64Range(-1e300, 1e300), rapid.SampledFrom([]float64{0, 1, 12.345, 32767, math.Inf(1), math.NaN()})).Draw(t, "double")
	case 5:
		return rapid.OneOf(rapid.String(), rapid.StringN(0, 9000, -1), rapid.SampledFrom([]string{"😀", strings.Repeat("a😀", 20000)})).Draw(t, "text")
	case 6:
		return rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "bytes")
	case 7:
		return time.UnixMilli(rapid.Int64Range(-1e14, 1e14).Draw(t, "date"))
	case 8:
		if len(*made) > 0 {
			return rapid.SampledFrom(*made).Draw(t, "shared")
		}
		return nil
	}
	var v any
	n := rapid.IntRange(0, 9).Draw(t, "size")
	switch rapid.IntRange(0, 3).Draw(t, "container") {
	case 0:
		l := &hessian2.List{Type: rapid.SampledFrom([]string{"", "java.util.LinkedList", "[com.acme.Nothing"}).Draw(t, "type")}
		for range n {
			l.Items = append(l.Items, draw(t, depth-1, made))
		}
		v = l
	case 1:
		m := &hessian2.Map{Type: rapid.SampledFrom([]string{"", "java.util.TreeMap"}).Draw(t, "type")}
		for i := range n {
			m.Entries = append(m.Entries, hessian2.Entry{Key: fmt.Sprint(i), Value: draw(t, depth-1, made)})
		}
		v = m
	case 2:
		// The library writes all objects of a class with the fields of the first.
		o := &hessian2.Object{Class: fmt.Sprint("com.acme.A", n)}
		for i := range n {
			o.Fields = append(o.Fields, hessian2.Field{Name: fmt.Sprint("f", i), Value: draw(t, depth-1, made)})
		}
		v = o
	default:
		v = rapid.SampledFrom([]any{hessian2.Ints{1, -5}, hessian2.Longs{1 << 40}, hessian2.Doubles{1.5, 2}, hessian2.Bools{true}, hessian2.Strings{"a", "é"}, hessian2.Shorts{3}}).Draw(t, "array")
	}
	*made = append(*made, v)
	return v
}

func TestBothReadWhatHessian2Writes(t *testing.T) {
	o, engine := newOther(t), hessian2.New()
	rapid.Check(t, func(r *rapid.T) {
		var made []any
		body, err := engine.Append(nil, draw(r, 4, &made))
		if err != nil {
			r.Fatal(err)
		}
		o.compare(r, engine, body)
	})
}

// Bytes of others with some of them changed, where both the walk and hessian2 take them.
func TestBothReadWhatOthersWrote(t *testing.T) {
	o, engine := newOther(t), hessian2.New()
	walk := stream(apache.UnknownClasses())
	all := vectors(t, "java_v2.json", "hessian_refs_lite_java.json", "hessian_lite_dubbo_java.json", "hessian_dubbogo.json")
	for _, body := range all {
		try(t, o, engine, walk, body)
	}
	rapid.Check(t, func(r *rapid.T) {
		body := append([]byte(nil), rapid.SampledFrom(all).Draw(r, "vector")...)
		for range rapid.IntRange(1, 3).Draw(r, "changes") {
			body[rapid.IntRange(0, len(body)-1).Draw(r, "at")] = rapid.Byte().Draw(r, "byte")
		}
		try(r, o, engine, walk, body)
	})
}

func try(t interface{ Fatalf(string, ...any) }, o *other, engine *hessian2.Serializer, walk *apache.Serializer, body []byte) {
	var v any
	if walk.Decode(body, &v) == nil && engine.Decode(body, &v) == nil {
		o.compare(t, engine, body)
	}
}
