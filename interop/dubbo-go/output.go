//go:build unix

package main

import (
	"os"

	getty "github.com/apache/dubbo-getty"
	"github.com/dubbogo/gost/log/logger"
	"golang.org/x/sys/unix"
)

// protocolOutput returns the standard output for the line protocol alone: whatever
// else writes to it from now on writes to the standard error. Loggers of the library
// took hold of the descriptor before main began.
func protocolOutput() (*os.File, error) {
	fd, err := unix.Dup(1)
	if err != nil {
		return nil, err
	}
	unix.CloseOnExec(fd)
	if err := unix.Dup2(2, 1); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "protocol"), nil
}

// quiet leaves errors in the logs, which the driver shows when the peer fails.
func quiet() {
	logger.SetLoggerLevel("error") // both begin at levels that tell of each frame
	_ = getty.SetLoggerLevel(getty.LoggerLevelError)
}
