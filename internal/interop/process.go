package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// maxLine bounds a line of a peer.
const maxLine = 4 << 20

// peerError is the failure of a peer's process, not of a call.
type peerError struct{ error }

// Unwrap returns the cause.
func (e *peerError) Unwrap() error { return e.error }

// process is a peer that runs, in a process group of its own. One goroutine at a
// time asks it.
type process struct {
	hello  hello
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	lines  chan string
	stderr *tail
	wait   func() error // returns how the process ended, once it has
	broken error        // why no more lines are read, once lines is closed
	asked  int
	failed error // of the first ask that was not answered: the next ones are not even sent
	times  times
}

// start runs a peer and returns when it has said hello. The process is killed when
// ctx ends; whoever starts it calls end.
func start(ctx context.Context, dir string, command []string, t times) (*process, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = dir
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	p := &process{cmd: cmd, lines: make(chan string), stderr: new(tail), times: t}
	cmd.Stderr = p.stderr
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, out := io.Pipe()
	cmd.Stdout = out
	cmd.WaitDelay = 2 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	p.wait = sync.OnceValue(func() error {
		err := cmd.Wait()
		_ = out.Close()
		return err
	})
	go p.read(stdout)
	go func() { _ = p.wait() }()
	if err := p.greet(ctx); err != nil {
		err = p.tell(err)
		p.end()
		return nil, err
	}
	return p, nil
}

// greet reads the hello.
func (p *process) greet(ctx context.Context) error {
	line, err := p.line(ctx, p.times.start)
	if err != nil {
		return fmt.Errorf("it did not say hello: %w", err)
	}
	if err := json.Unmarshal([]byte(line), &p.hello); err != nil || p.hello.Peer == "" {
		return fmt.Errorf("its first line is no hello: %q", cut(line))
	}
	return nil
}

// read passes lines on until the process has closed its standard output.
func (p *process) read(out *io.PipeReader) {
	defer close(p.lines)
	sc := bufio.NewScanner(out)
	sc.Buffer(nil, maxLine)
	for sc.Scan() {
		p.lines <- sc.Text()
	}
	if p.broken = sc.Err(); p.broken != nil { // a line is too long
		_ = killGroup(p.cmd)
		_ = out.CloseWithError(p.broken)
	}
}

// line waits for the next one.
func (p *process) line(ctx context.Context, d time.Duration) (string, error) {
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case line, ok := <-p.lines:
		if !ok {
			return "", fmt.Errorf("the peer ended: %w", p.how())
		}
		return line, nil
	case <-late.C:
		return "", fmt.Errorf("no line came within %s", d)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// how says how the process ended.
func (p *process) how() error {
	err := p.wait()
	switch {
	case p.broken != nil:
		return p.broken
	case err != nil:
		return err
	}
	return errors.New("exit status 0")
}

// ask sends a line and returns the answer to it.
func (p *process) ask(ctx context.Context, a ask) (*answer, error) {
	if p.failed != nil {
		return nil, p.failed
	}
	p.asked++
	a.ID = p.asked
	b, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	if _, err := p.stdin.Write(append(b, '\n')); err != nil {
		return nil, p.tell(fmt.Errorf("it was to be asked to %s: %w", a.Do, err))
	}
	patience := p.times.ask
	if a.Do == "serve" || a.Do == "load" { // some libraries begin to load then
		patience = p.times.serve
	}
	line, err := p.line(ctx, patience)
	if err != nil {
		return nil, p.tell(fmt.Errorf("it was asked to %s: %w", a.Do, err))
	}
	var got answer
	if err := json.Unmarshal([]byte(line), &got); err != nil || got.ID != a.ID {
		return nil, p.tell(fmt.Errorf("it was asked to %s (id %d) and answered %q", a.Do, a.ID, cut(line)))
	}
	if got.Error != "" {
		return nil, &peerError{fmt.Errorf("it was asked to %s and could not: %s", a.Do, got.Error)}
	}
	return &got, nil
}

// tell adds to err what the peer wrote to its standard error last.
func (p *process) tell(err error) error {
	p.failed = &peerError{errors.New("the peer had failed before")}
	if lines := p.stderr.lines(); len(lines) > 0 {
		return &peerError{fmt.Errorf("%w\nits standard error ends with:\n| %s", err, strings.Join(lines, "\n| "))}
	}
	return &peerError{fmt.Errorf("%w; its standard error is empty", err)}
}

// end kills the process with all that it started, and returns when it is gone. It may
// be called more than once.
func (p *process) end() {
	_ = killGroup(p.cmd)
	_ = p.stdin.Close()
	for range p.lines { // until the reader is gone
	}
	_ = p.wait()
}

// cut shortens a line for an error.
func cut(line string) string {
	if len(line) > 200 {
		return line[:200] + "..."
	}
	return line
}
