package bolt_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/leak"
)

// text is the argument and the result of the calls that are measured: 1 KiB.
func text() *string { return new(strings.Repeat("x", 1024)) }

// hessianSteps are the four passes of an echo of a string in Hessian. Each decodes
// into a variable of its own.
func hessianSteps(tb testing.TB) map[string]func() {
	w := newHessian(tb)
	in, r := text(), call()
	r.Version, r.Body.Value = "1.0", in
	server, client := w.framer.ForConn(false), w.framer.ForConn(true)
	asked, err := w.request(r)
	must(tb, err)
	got := w.serve(r)
	p := &onramp.Response{Body: onramp.Body{Value: in}}
	answered, err := w.response(got, p, nil)
	must(tb, err)
	f, buf := &codec.Frame{}, make([]byte, 0, 4096)
	f.Intern(&codec.Names{})
	opened, reply := &onramp.Request{}, &onramp.Response{}
	return map[string]func(){
		"encode request": func() {
			f.Reset()
			f.Timeout = time.Second
			must(tb, w.body.Request(f, r))
			out, err := client.Append(buf[:0], f)
			must(tb, err)
			out, err = w.body.AppendRequest(out, f, r)
			must(tb, err)
			must(tb, client.Seal(out, f))
		},
		"decode request": func() {
			var out string
			f.Reset()
			must(tb, server.Decode(asked, f))
			must(tb, w.body.OpenRequest(f, opened))
			must(tb, opened.Body.Decode(&out))
		},
		"encode response": func() {
			f.Reset()
			must(tb, w.body.Response(f, got, p, nil))
			out, err := server.Append(buf[:0], f)
			must(tb, err)
			out, err = w.body.AppendResponse(out, f, got, p, nil)
			must(tb, err)
			must(tb, server.Seal(out, f))
		},
		"decode response": func() {
			var out string
			f.Reset()
			must(tb, client.Decode(answered, f))
			must(tb, w.body.OpenResponse(f, r, reply))
			must(tb, reply.Body.Decode(&out))
		},
	}
}

func BenchmarkHessianEcho(b *testing.B) {
	for name, pass := range hessianSteps(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pass()
			}
		})
	}
}

// What is decoded is a string and the variable that holds it.
func TestAHessianEchoAllocatesItsStringsAlone(t *testing.T) {
	if leak.Race {
		return // its pools forget
	}
	most := map[string]float64{"decode request": 2, "decode response": 2}
	for name, pass := range hessianSteps(t) {
		if n := testing.AllocsPerRun(200, pass); n > most[name] {
			t.Errorf("%s: %v allocations, want at most %v", name, n, most[name])
		}
	}
}
