package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
)

// fakeTitle is what the fake says of itself.
const fakeTitle = "fake 1"

// dialVar is where the processes of the role "brood" hold a connection.
const dialVar = "INTEROP_TEST_DIAL"

// begin says hello, as the role wants it.
func (f *fake) begin() (code int, end bool) {
	h := hello{Peer: fakeTitle, With: []string{"nothing else"}, Wires: []string{"bolt1", "bolt2", "bolt2-crc", "bolt1-hessian", "dubbo"}}
	switch f.role {
	case "hold":
		hold()
		return 0, true
	case "absent":
		fmt.Fprintln(os.Stderr, "Error: Cannot find module 'sofa-rpc-node'")
		return 1, true
	case "mute":
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0, true
	case "rude":
		fmt.Println("Listening ...")
	case "stranger":
		h.Peer = "fake 2"
	case "narrow":
		h.Wires = h.Wires[:1]
	case "brood":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), roleVar+"=hold")
		if child.Start() != nil {
			return 1, true
		}
		go hold()
	}
	say(h)
	return 0, false
}

// spoil does what the role does in place of an answer, or before one.
func (f *fake) spoil(a ask) (code int, end bool) {
	switch {
	case f.role == "dies" && (a.Do == "seen" || a.Do == "call"):
		fmt.Fprintln(os.Stderr, "fatal: out of memory")
		return 3, true
	case f.role == "hangs" || f.role == "brood":
		select {}
	case f.role == "chatty":
		fmt.Println("[INFO] request", a.ID)
	case f.role == "endless":
		fmt.Println(string(make([]byte, maxLine+1)))
	case f.role == "confused":
		say(answer{ID: a.ID + 1})
		return 0, true
	}
	return 0, false
}

// hold holds a connection until the process is killed.
func hold() {
	if c, err := net.Dial("tcp", os.Getenv(dialVar)); err == nil {
		_, _ = io.Copy(io.Discard, c)
	}
	select {}
}
