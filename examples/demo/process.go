package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// process is one server of the demo. It ends when its standard input does, so
// that none outlives the demo, however that ends.
type process struct {
	name  string
	addr  string
	cmd   *exec.Cmd
	stdin io.Closer
}

// start runs this program as a server and waits until it says where it listens.
func start(name string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-serve", name)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C is ours to handle
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	p := &process{name: name, addr: addr, cmd: cmd, stdin: stdin}
	if err != nil || !ok {
		p.end()
		return nil, fmt.Errorf("server %s did not start: it said %q (%v)", name, line, err)
	}
	return p, nil
}

func (p *process) signal(s syscall.Signal) error {
	return syscall.Kill(-p.cmd.Process.Pid, s)
}

// end kills the process, frozen or not, and waits until it is gone.
func (p *process) end() {
	if err := p.signal(syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		fmt.Fprintf(os.Stderr, "demo: server %s: %v\n", p.name, err)
	}
	_ = p.stdin.Close()
	_ = p.cmd.Wait()
}
