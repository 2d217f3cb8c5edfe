//go:build !linux

package server

import "syscall"

func boundUnacknowledged(syscall.RawConn) {}
