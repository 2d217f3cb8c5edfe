//go:build linux

package server_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/server"
)

const descriptorLimit = 64

// TestServerOutlivesTheDescriptorLimit fills the descriptors of a child process.
func TestServerOutlivesTheDescriptorLimit(t *testing.T) {
	if os.Getenv("ONRAMP_TEST_EMFILE") != "" {
		starvedServer(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerOutlivesTheDescriptorLimit$", "-test.v")
	cmd.Env = append(os.Environ(), "ONRAMP_TEST_EMFILE=1")
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	addr := answerOf(t, lines, "addr ")

	var conns []net.Conn
	for range 2 * descriptorLimit { // the kernel completes them all
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, nc)
	}
	fmt.Fprintln(in, "starve")
	var failed, millis int
	if _, err := fmt.Sscan(answerOf(t, lines, "starved "), &failed, &millis); err != nil {
		t.Fatal(err)
	}
	// In two seconds: eight pauses up to 640 ms, then one a second.
	if failed < 3 || failed > 12 {
		t.Errorf("%d failed accepts in two seconds, want a back-off", failed)
	}
	if millis > 500 {
		t.Errorf("the starved server burnt %d ms of CPU in two seconds", millis)
	}
	if got := newLineClient(t, conns[0], "line").call(lineCall{}); got.Code != onramp.OK {
		t.Errorf("an open connection got %+v", got)
	}
	for _, nc := range conns {
		nc.Close()
	}
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(20 * time.Second))
	if got := newLineClient(t, nc, "line").call(lineCall{}); got.Code != onramp.OK {
		t.Errorf("after the descriptors came back: %+v", got)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the child: %v", err)
	}
}

func answerOf(t *testing.T, lines *bufio.Scanner, prefix string) string {
	t.Helper()
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), prefix); ok {
			return rest
		}
	}
	t.Fatalf("the child said no %q: %v", prefix, lines.Err())
	return ""
}

// starvedServer is the child: it serves with few descriptors until stdin ends.
func starvedServer(t *testing.T) {
	limit := syscall.Rlimit{Cur: descriptorLimit, Max: descriptorLimit}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.WithCodec(lineCodec{name: "line"}), server.WithLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Handle(s, "com.acme.Greeter/sayHello", sayHello); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	fmt.Println("addr " + l.Addr().String())
	in := bufio.NewScanner(os.Stdin)
	in.Scan()
	for s.Stats().AcceptErrors == 0 {
		runtime.Gosched()
	}
	was, cpu := s.Stats().AcceptErrors, cpuTime()
	<-time.After(2 * time.Second) // real time: the kernel is what is tested
	fmt.Println("starved", s.Stats().AcceptErrors-was, (cpuTime() - cpu).Milliseconds())
	for in.Scan() {
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
