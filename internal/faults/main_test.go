//go:build faults && unix

package faults

import (
	"fmt"
	"os"
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

// TestMain runs the tests, or is the server that one of them started.
func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(specVariable); ok {
		if err := serve(text); err != nil {
			fmt.Fprintln(os.Stderr, "server:", err)
			os.Exit(1)
		}
		return
	}
	leak.Main(m)
}
