package main

import (
	"context"
	"runtime"
	"strings"
)

// on32Bits runs the tests of limits and the inputs of the fuzz targets, built for
// 32 bits, where a sum of lengths from the wire could overflow an int.
func on32Bits(ctx context.Context, j *job) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		j.sayf("32 bits: not run, this machine is %s on %s", runtime.GOOS, runtime.GOARCH)
		return nil
	}
	out := newTail(30)
	err := j.run(ctx, command{
		args: []string{"go", "test", "-run=^Fuzz|Limit|Length|Overflow|Hostile|Reader", "./codec/...", "./internal/mux"},
		env:  []string{"GOARCH=386", "CGO_ENABLED=0"}, copy: out,
	})
	switch {
	case err != nil && strings.Contains(strings.Join(out.lines(), "\n"), "exec format error"):
		j.sayf("32 bits: not run, this system runs no programs of 386")
		return nil
	case err == nil:
		j.sayf("32 bits: ok")
	}
	return err
}
