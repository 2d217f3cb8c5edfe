package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// gofmt compares every Go file with what gofmt makes of it. It uses the
// formatter of the standard library, so that no other program is needed.
func gofmt(ctx context.Context, j *job) error {
	bad := 0
	err := filepath.WalkDir(j.project.root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && path != j.project.root && (d.Name()[0] == '.' || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		if err := formatted(path); err != nil {
			bad++
			j.sayf("gofmt: %s: %v", path, err)
		}
		return nil
	})
	if err == nil && bad > 0 {
		err = fmt.Errorf("files that are not formatted: %d: run gofmt -w on them", bad)
	}
	return err
}

func formatted(path string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	want, err := format.Source(src)
	if err == nil && !bytes.Equal(src, want) {
		err = errors.New("is not formatted")
	}
	return err
}
