//go:build faults && linux

package hostile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/leak"
)

// childVariable holds the spec of the process that a test started.
const childVariable = "ONRAMP_HOSTILE_CHILD"

// TestMain runs the tests, or is the process that one of them started.
func TestMain(m *testing.M) {
	text, ok := os.LookupEnv(childVariable)
	if !ok {
		leak.Main(m)
	}
	var s spec
	err := json.Unmarshal([]byte(text), &s)
	if err == nil {
		err = s.run(bufio.NewScanner(os.Stdin))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// spec is what a child process is to be.
type spec struct {
	Protocol string
	// Addr is the server to connect to, "" for a server.
	Addr string
	// Conns is how many connections a client makes.
	Conns int
	// Sniff says that the server has another protocol, too.
	Sniff bool
	// Files, when above 0, is the most descriptors the process may have.
	Files uint64
}

func (s spec) run(in *bufio.Scanner) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if limit.Cur = limit.Max; s.Files > 0 {
		limit.Cur = s.Files
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if s.Addr != "" {
		return s.hold(in)
	}
	return s.serve(in)
}

// process is a child, as the test sees it.
type process struct {
	addr  string // of a server
	cmd   *exec.Cmd
	in    *json.Encoder
	stdin interface{ Close() error }
	out   *bufio.Scanner
}

// start runs a child until the test ends.
func start(t testing.TB, s spec) *process {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, in: json.NewEncoder(in), stdin: in, out: bufio.NewScanner(out)}
	t.Cleanup(func() { p.end(t) })
	if !p.out.Scan() {
		t.Fatalf("the child said nothing: %v", p.out.Err())
	}
	p.addr = p.out.Text()
	return p
}

// end tells the child to end, and kills one that does not.
func (p *process) end(t testing.TB) {
	_ = p.stdin.Close()
	kill := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the child: %v", err)
	}
}

// ask has the child measure itself. quiet says that it is to collect its garbage first.
func (p *process) ask(t testing.TB, quiet bool) (f figures) {
	t.Helper()
	if err := p.in.Encode(quiet); err != nil {
		t.Fatal(err)
	}
	if !p.out.Scan() {
		t.Fatalf("the child gave no figures: %v", p.out.Err())
	}
	if err := json.Unmarshal(p.out.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	return f
}
