package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// job is one stage while it runs: it starts commands and keeps their output.
type job struct {
	project *project
	path    string
	file    *os.File
	// tail is the end of all output, hidden the end of what the console did not show.
	tail, hidden *tail
}

// newJob opens the stage's log file under .build/logs.
func (p *project) newJob(name string) (*job, error) {
	path := filepath.Join(p.root, ".build", "logs", name+".log")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &job{project: p, path: path, file: f, tail: newTail(60), hidden: newTail(60)}, nil
}

func (j *job) close() { _ = j.file.Close() }

// sayf prints a line to the console and to the log.
func (j *job) sayf(format string, args ...any) {
	fmt.Fprintf(io.MultiWriter(j.project.out, j.file, j.tail), format+"\n", args...)
}

// command is one program to run.
type command struct {
	args []string
	// dir is where it runs, below the module's root.
	dir string
	// env is added to the environment.
	env []string
	// show copies the output to the console; the log has it always.
	show bool
	// quiet keeps the output out of what is shown when the stage fails.
	quiet bool
	// exit is the exit status that is wanted.
	exit int
	// copy gets the output too, when it is set.
	copy io.Writer
}

// run runs a command in a process group of its own. When ctx ends, the whole
// group is told to end, and killed after the grace; whatever the command leaves
// behind in its group is killed as well.
func (j *job) run(ctx context.Context, c command) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	out := []io.Writer{j.file}
	switch {
	case c.show:
		out = append(out, j.project.out, j.tail)
	case !c.quiet:
		out = append(out, j.hidden, j.tail)
	}
	if c.copy != nil {
		out = append(out, c.copy)
	}
	fmt.Fprintf(j.file, "$ %s\n", strings.Join(c.args, " "))
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir = filepath.Join(j.project.root, c.dir)
	// The repository may belong to another user, or be absent.
	cmd.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -buildvcs=false"))
	cmd.Env = append(cmd.Env, c.env...)
	w := io.MultiWriter(out...)
	cmd.Stdout, cmd.Stderr = w, w
	cmd.WaitDelay = j.project.grace
	ownGroup(cmd)
	cmd.Cancel = func() error { return endGroup(cmd) }
	err := cmd.Run()
	killGroup(cmd)
	return c.check(ctx, cmd, err)
}

// check compares the exit status with the one that is wanted.
func (c command) check(ctx context.Context, cmd *exec.Cmd, err error) error {
	line := strings.Join(c.args, " ")
	var status *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", line, ctx.Err())
	case err != nil && !errors.As(err, &status):
		return fmt.Errorf("%s: %w", line, err)
	case cmd.ProcessState.ExitCode() == c.exit:
		return nil
	case c.exit != 0:
		return fmt.Errorf("%s: %s, want exit status %d", line, cmd.ProcessState, c.exit)
	}
	return fmt.Errorf("%s: %s", line, cmd.ProcessState)
}

// goTest runs go test and shows its lines.
func (j *job) goTest(ctx context.Context, args ...string) error {
	return j.run(ctx, command{args: append([]string{"go", "test"}, args...), show: true})
}
