package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"time"
)

// tool is a program that go install builds.
type tool struct {
	name, version string
	// pkg is the package of its main function.
	pkg string
}

func golangciLint() tool {
	return tool{name: "golangci-lint", version: "v2.15.0", pkg: "github.com/golangci/golangci-lint/v2/cmd/golangci-lint"}
}

// path is where the program stands. The version and the Go version are part of
// it, because a linter reads only code of the Go it was built with.
func (t tool) path(p *project) string {
	name := path.Base(t.pkg)
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(p.tools, t.name+"-"+t.version+"-"+runtime.Version(), name)
}

// prepare builds the tools that are missing, outside of the stage's time.
func (j *job) prepare(ctx context.Context, tools []tool) error {
	for _, t := range tools {
		if exists(t.path(j.project)) {
			continue
		}
		begin := time.Now()
		if err := j.build(ctx, t); err != nil {
			return fmt.Errorf("building %s %s: %w", t.name, t.version, err)
		}
		j.sayf("%s %s was built in %s", t.name, t.version, seconds(time.Since(begin)))
	}
	return nil
}

// build builds beside the final folder and renames, so that an interrupted build
// leaves nothing that looks whole.
func (j *job) build(ctx context.Context, t tool) error {
	dir := filepath.Dir(t.path(j.project))
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "building-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	install := command{args: []string{"go", "install", t.pkg + "@" + t.version}, env: []string{"GOBIN=" + tmp, "GOFLAGS="}}
	if err := j.run(ctx, install); err != nil {
		return err
	}
	if err := os.Rename(tmp, dir); err != nil && !exists(t.path(j.project)) {
		return err // and when it is there, another run was faster
	}
	return nil
}
