package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// readme builds the program that README.md shows, so that it stays true.
func readme(ctx context.Context, j *job) error {
	text, err := os.ReadFile(filepath.Join(j.project.root, "README.md"))
	if err != nil {
		return err
	}
	src, ok := program(string(text))
	if !ok {
		return errors.New("README.md shows no program: want a block of Go that begins with package main")
	}
	dir := filepath.Join(j.project.root, ".build", "readme")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file := filepath.Join(dir, "main.go")
	if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
		return err
	}
	return j.run(ctx, command{args: []string{"go", "build", "-o", filepath.Join(dir, "program"), file}, show: true})
}

// program returns the block of Go that begins with package main.
func program(markdown string) (string, bool) {
	_, rest, ok := strings.Cut(markdown, "```go\npackage main\n")
	if !ok {
		return "", false
	}
	body, _, ok := strings.Cut(rest, "```")
	return "package main\n" + body, ok
}
