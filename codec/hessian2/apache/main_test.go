package apache_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"testing"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/internal/leak"
)

// asChild makes the test binary the child of the differential tests.
const asChild = "ONRAMP_HESSIAN_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) != "" {
		debug.SetMaxStack(64 << 20)
		child(os.Stdin, os.Stdout)
		return
	}
	leak.Main(m)
}

// child answers each body by what the library makes of it, and by how it writes that
// again: a line of text, and one of hex digits, which is empty when it cannot.
func child(in io.Reader, out io.Writer) {
	r, w := bufio.NewReader(in), bufio.NewWriter(out)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		body, err := hex.DecodeString(line[:len(line)-1])
		if err != nil {
			return
		}
		text, again := library(body)
		fmt.Fprintf(w, "%s\n%x\n", text, again)
		if w.Flush() != nil {
			return
		}
	}
}

// library reads a body without the walk.
func library(body []byte) (text string, again []byte) {
	defer func() {
		if p := recover(); p != nil {
			if text == "" {
				text = fmt.Sprintf("panic: %.200q", fmt.Sprint(p))
			}
			again = nil
		}
	}()
	v, err := hessian.NewDecoder(body).Decode()
	if err != nil {
		return fmt.Sprintf("error: %.200q", err), nil
	}
	text, known := textOf(v)
	if known {
		return "known", nil
	}
	e := hessian.NewEncoder()
	if err := e.Encode(v); err != nil {
		return text, nil
	}
	return text, e.Buffer()
}
