package micro

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// work is one thing that both libraries do.
type work struct {
	name string
	goal float64
	// theirs and ours do it once.
	theirs, ours func() error
}

// cpu is the processor time of this process: the collector's is in it, and that of
// others is not.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// each returns the processor time of one f, over 50 ms at least.
func each(tb testing.TB, f func() error) float64 {
	for n := 64; ; n *= 4 {
		begin := cpu()
		for range n {
			if err := f(); err != nil {
				tb.Fatal(err)
			}
		}
		if d := cpu() - begin; d > 50*time.Millisecond {
			return float64(d) / float64(n)
		}
	}
}

func encodes(v any) (theirs, ours func() error) {
	s, buf := hessian2.New(), []byte(nil)
	e := hessian.NewEncoder()
	return func() error { e.Clean(); return e.Encode(v) }, func() (err error) {
		buf, err = s.Append(buf[:0], v)
		return err
	}
}

func decodes[T any](v any) (theirs, ours func() error) {
	e := hessian.NewEncoder()
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	body, s := slices.Clone(e.Buffer()), hessian2.New()
	d := hessian.NewDecoder(body)
	return func() error { _, err := d.Reset(body).Decode(); return err }, func() error { return s.Decode(body, new(T)) }
}

func works() []work {
	var out []work
	add := func(name string, goal float64, theirs, ours func() error) {
		out = append(out, work{name: name, goal: goal, theirs: theirs, ours: ours})
	}
	theirs, ours := encodes(item(1))
	add("encode item", 5, theirs, ours)
	theirs, ours = decodes[Item](item(1))
	add("decode item", 5, theirs, ours)
	theirs, ours = encodes(items())
	add("encode 100 items", 4, theirs, ours)
	theirs, ours = decodes[[]*Item](items())
	add("decode 100 items", 4, theirs, ours)
	theirs, ours = encodes(text(1024))
	add("encode 1 KiB string", 10, theirs, ours)
	theirs, ours = decodes[string](text(1024))
	add("decode 1 KiB string", 0, theirs, ours)
	return out
}

// TestHessianTable prints codec/hessian2 beside dubbo-go-hessian2: the median of seven
// rounds that alternate, in processor time. It needs -v to be seen, and fails only when
// a body cannot be read or an encoding allocates more than once.
func TestHessianTable(t *testing.T) {
	const rounds = 7
	fmt.Printf("%-22s %10s %10s %8s %6s %8s %8s\n", "", "theirs ns", "ours ns", "ratio", "goal", "allocs", "ours")
	for _, w := range works() {
		var a, b, ratio []float64
		for range rounds {
			x, y := each(t, w.theirs), each(t, w.ours)
			a, b, ratio = append(a, x), append(b, y), append(ratio, x/y)
		}
		was, is := testing.AllocsPerRun(100, func() { _ = w.theirs() }), testing.AllocsPerRun(100, func() { _ = w.ours() })
		fmt.Printf("%-22s %10.0f %10.0f %7.1fx %6.0f %8.0f %8.0f\n", w.name, median(a), median(b), median(ratio), w.goal, was, is)
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}
