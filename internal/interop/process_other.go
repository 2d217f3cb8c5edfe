//go:build !unix

package main

import "os/exec"

// Without process groups only the command itself is ended.

func ownGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
