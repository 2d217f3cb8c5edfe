package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// project is the module that the stages check.
type project struct {
	out  io.Writer
	root string
	// modules is the module cache.
	modules string
	// tools is where programs are built, a folder for each version.
	tools string
	// grace is how long a command may take to end after it was told to.
	grace time.Duration
}

// openProject asks the go command where things are.
func openProject(ctx context.Context, out io.Writer) (*project, error) {
	got, err := output(ctx, ".", "go", "env", "GOMOD", "GOMODCACHE")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(got), "\n")
	if len(lines) != 2 || filepath.Base(lines[0]) != "go.mod" {
		return nil, errors.New("no go.mod here or above: start it in the project's folder")
	}
	p := &project{out: out, root: filepath.Dir(lines[0]), modules: lines[1], grace: 5 * time.Second}
	p.tools = filepath.Join(p.root, ".build", "tools")
	if dir, err := os.UserCacheDir(); err == nil {
		p.tools = filepath.Join(dir, "onramp", "tools")
	}
	return p, nil
}

// announce says what will be fetched and where it goes.
func (p *project) announce(ctx context.Context, stages []stage) {
	fmt.Fprintln(p.out, "What is fetched, by the go command where nothing else is said:")
	present, all, err := p.countModules(ctx)
	if err != nil {
		fmt.Fprintf(p.out, "  Go modules: not known: %v\n", err)
	} else {
		fmt.Fprintf(p.out, "  Go modules: %d of %d are present, %d to fetch into %s\n", present, all, all-present, p.modules)
	}
	for _, s := range stages {
		for _, t := range s.tools {
			state := "present in"
			if !exists(t.path(p)) {
				state = "will be built (a few minutes, once) into"
			}
			fmt.Fprintf(p.out, "  %s %s: %s %s\n", t.name, t.version, state, filepath.Dir(t.path(p)))
		}
		for _, d := range s.packages {
			state := "present in " + d.path()
			if d.path() == "" {
				state = "will be installed by apt-get, of this machine's release"
			}
			fmt.Fprintf(p.out, "  %s of the Debian package %s: %s\n", d.program, d.pkg, state)
		}
	}
}

// countModules counts the modules of go.mod in the module cache, without a network.
func (p *project) countModules(ctx context.Context) (present, all int, err error) {
	got, err := output(ctx, p.root, "go", "mod", "edit", "-json")
	if err != nil {
		return 0, 0, err
	}
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal([]byte(got), &mod); err != nil {
		return 0, 0, err
	}
	for _, m := range mod.Require {
		if exists(filepath.Join(p.modules, escape(m.Path)+"@"+escape(m.Version))) {
			present++
		}
	}
	return present, len(mod.Require), nil
}

// escape spells a module path as the module cache does: an upper-case letter is
// an exclamation mark and the lower-case one.
func escape(path string) string {
	var b strings.Builder
	for _, r := range path {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// output runs a quick command and returns its standard output.
func output(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if status, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(status.Stderr)))
	}
	return string(out), err
}
