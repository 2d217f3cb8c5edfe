//go:build !linux

package main

import (
	"context"
	"errors"
)

// isolate needs the namespaces of Linux.
func isolate(context.Context, []string) (int, error) {
	return 0, errors.New("network namespaces are Linux's")
}

func loopback() error { return nil }
