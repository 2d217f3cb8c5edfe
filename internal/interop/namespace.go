package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// insideVariable says to a process that it is the one in the namespace.
const insideVariable = "ONRAMP_INTEROP_INSIDE"

// inside reports whether this process runs in a network namespace of its own.
func inside() bool { return os.Getenv(insideVariable) != "" }

// apart runs the driver in a network namespace of its own, where peers may listen on any
// address: once peers are installed they need no network. done is false where the
// kernel refuses one, and the driver goes on in this process.
func (d *driver) apart(ctx context.Context, args []string, out io.Writer) (code int, done bool) {
	for _, p := range d.peers {
		_ = p.install(ctx, filepath.Join(d.root, p.dir)) // what is wrong is told when it runs
	}
	if ctx.Err() != nil {
		return 0, false
	}
	code, err := isolate(ctx, args)
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(out, "interop: in the machine's own network:", err)
		return 0, false
	}
	return code, true
}
