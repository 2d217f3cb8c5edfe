package main

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// spin is a process that burns one core at the lowest priority, so that the
// core never sleeps: what is then measured at one caller is the software and
// not how long an idle virtual processor takes to wake. It ends with its parent.
func spin() {
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19)
	runtime.GOMAXPROCS(1)
	parent := os.Getppid()
	for n := 0; ; n++ {
		if n&(1<<26-1) == 0 && os.Getppid() != parent {
			return
		}
	}
}

// spinners starts one spinner for each core.
func spinners() (pids string, stop func()) {
	self, err := os.Executable()
	if err != nil {
		die("%v", err)
	}
	var cmds []*exec.Cmd
	var ids []string
	for range runtime.NumCPU() {
		cmd := exec.Command(self, "spin")
		if err := cmd.Start(); err != nil {
			die("%v", err)
		}
		cmds = append(cmds, cmd)
		ids = append(ids, strconv.Itoa(cmd.Process.Pid))
	}
	return strings.Join(ids, ","), func() {
		for _, cmd := range cmds {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
}
