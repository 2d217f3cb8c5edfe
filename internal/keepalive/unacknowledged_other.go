//go:build !linux

package keepalive

import "syscall"

// Bound does nothing: only Linux has the option.
func Bound(syscall.RawConn) error { return nil }
