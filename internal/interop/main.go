// Command interop calls servers and serves clients that other people wrote, over
// the protocols of this module, and prints a matrix of what works. It is no part of
// the path of a call: make interop and the stage of that name run it.
//
//	interop                          every peer, every case
//	interop -peer sofa -case timeout these alone
//	interop -doc docs/interop.md     writes the page as well
//
// A peer is a process of its own under interop/, which speaks the line protocol of
// interop/README.md. All of them, and this program, run in a network namespace of their
// own where the kernel gives one. The cases stand once, in the table of this program, and each
// looks at both sides. The exit status is 1 when a cell is red, and when a peer
// cannot be installed or started; 130 when the program was interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], os.Stdout)
	stop()
	os.Exit(code)
}

// run is main without the process around it.
func run(ctx context.Context, args []string, out io.Writer) int {
	fs := flag.NewFlagSet("interop", flag.ContinueOnError)
	fs.SetOutput(out)
	root := fs.String("root", ".", "the module's `folder`")
	peerName := fs.String("peer", "", "run only peers whose name matches this `pattern`")
	caseName := fs.String("case", "", "run only cases whose name matches this `pattern`")
	doc := fs.String("doc", "", "also write the matrix as a page to this `file`")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	d, err := newDriver(*root, *peerName, *caseName)
	if err == nil && *doc != "" && *caseName+*peerName != "" {
		err = fmt.Errorf("-doc is for the whole matrix: leave -peer and -case away")
	}
	if err != nil {
		fmt.Fprintln(out, "interop:", err)
		return 2
	}
	if inside() {
		err = loopback()
	} else if code, done := d.apart(ctx, args, out); done {
		return code
	}
	if err != nil {
		fmt.Fprintln(out, "interop:", err)
		return 2
	}
	m := d.matrix(ctx)
	if ctx.Err() != nil {
		fmt.Fprintln(out, m.text()+"interop: interrupted")
		return 130
	}
	if err := m.write(out, filepath.Join(*root, ".build", "interop.txt"), *doc); err != nil {
		fmt.Fprintln(out, "interop:", err)
		return 1
	}
	if m.red() > 0 {
		return 1
	}
	return 0
}

// newDriver chooses peers and cases.
func newDriver(root, peerName, caseName string) (*driver, error) {
	d := &driver{root: root, times: usualTimes()}
	wanted, err := regexp.Compile(peerName)
	if err != nil {
		return nil, fmt.Errorf("-peer: %w", err)
	}
	for _, p := range peers() {
		if wanted.MatchString(p.name) {
			d.peers = append(d.peers, p)
		}
	}
	if wanted, err = regexp.Compile(caseName); err != nil {
		return nil, fmt.Errorf("-case: %w", err)
	}
	for _, c := range cases() {
		if wanted.MatchString(c.name) {
			d.cases = append(d.cases, c)
		}
	}
	if len(d.peers) == 0 || len(d.cases) == 0 {
		return nil, fmt.Errorf("nothing to run: -peer %q matches %d peers, -case %q matches %d cases", peerName, len(d.peers), caseName, len(d.cases))
	}
	return d, nil
}
