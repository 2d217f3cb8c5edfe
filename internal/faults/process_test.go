//go:build faults && unix

package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is a server process, in a process group of its own. It is named by the
// address that it announced.
type process struct {
	spec   spec
	addr   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr bytes.Buffer
	ready  chan struct{} // closed when it is in the registry
	silent chan struct{} // closed when it said its last, which is when it is gone
	told   chan stat     // what it said of itself
	ended  bool
}

// start runs this program as a server and returns when the server is in the registry.
func start(t testing.TB, s spec, r *registry) *process {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{spec: s, cmd: s.command(), ready: make(chan struct{}), silent: make(chan struct{}), told: make(chan stat, 1)}
	p.cmd.Env = append(os.Environ(), specVariable+"="+string(text))
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.follow(stdout, r)
	t.Cleanup(func() { p.end(t) })
	select {
	case <-p.ready:
		return p
	case <-p.silent:
		t.Fatalf("server %s did not start", s.Name)
	case <-time.After(20 * time.Second):
		t.Fatalf("server %s did not announce itself within 20 s", s.Name)
	}
	return nil
}

// command is this program, in the namespace.
func (s spec) command() *exec.Cmd {
	if s.Namespace == "" {
		return exec.Command(os.Args[0])
	}
	return exec.Command("ip", "netns", "exec", s.Namespace, os.Args[0])
}

// follow does what the server asks the registry for.
func (p *process) follow(out io.Reader, r *registry) {
	defer close(p.silent)
	sc := bufio.NewScanner(out)
	for sc.Scan() {
		verb, addr, _ := strings.Cut(sc.Text(), " ")
		switch verb {
		case "register":
			r.add(addr)
			p.addr = addr
			close(p.ready)
		case "withdraw":
			r.remove(addr)
		case "stat":
			p.hear(addr)
			continue
		default:
			fmt.Fprintf(os.Stderr, "server %s: %s\n", p.spec.Name, sc.Text())
			continue
		}
		// A server that died meanwhile reads no answer.
		_, _ = fmt.Fprintln(p.stdin, "done")
	}
}

func (p *process) signal(t testing.TB, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(-p.cmd.Process.Pid, s); err != nil {
		t.Fatalf("server %s: %v: %v", p.spec.Name, s, err)
	}
}

// kill is SIGKILL. It returns when the process is gone.
func (p *process) kill(t testing.TB) time.Time {
	t.Helper()
	p.signal(t, syscall.SIGKILL)
	at := time.Now()
	p.end(t)
	return at
}

// terminate is SIGTERM. It returns when the process is gone, in order.
func (p *process) terminate(t testing.TB) {
	t.Helper()
	p.signal(t, syscall.SIGTERM)
	select {
	case <-p.silent:
	case <-time.After(30 * time.Second):
		t.Errorf("server %s still runs 30 s after SIGTERM", p.spec.Name)
		p.end(t)
		return
	}
	p.ended = true
	_ = p.stdin.Close()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("server %s: %v\n%s", p.spec.Name, err, p.stderr.String())
	}
}

// end leaves nothing of the process, frozen or not. Only the first call does anything.
func (p *process) end(t testing.TB) {
	t.Helper()
	if p.ended {
		return
	}
	p.ended = true
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Errorf("server %s: %v", p.spec.Name, err)
	}
	_ = p.stdin.Close()
	<-p.silent
	_ = p.cmd.Wait() // it was killed, and says so
	if text := p.stderr.String(); text != "" {
		t.Logf("server %s said:\n%s", p.spec.Name, text)
	}
}
