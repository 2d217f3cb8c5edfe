//go:build faults && netns && linux

package faults

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// run runs the test in the clients' namespace, and says what it said.
func (n *network) run(t *testing.T) {
	t.Helper()
	text, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("ip", "netns", "exec", n.Clients, os.Args[0], "-test.v", "-test.run="+pattern(t.Name()))
	cmd.Env = append(os.Environ(), networkVariable+"="+string(text))
	// It dies with the thread that starts it, which therefore stays.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ran := repeat(t, out)
	if err := cmd.Wait(); err != nil {
		t.Errorf("in the namespace %s: %v", n.Clients, err)
	}
	if !ran {
		t.Errorf("in the namespace %s: the test did not run", n.Clients)
	}
}

// pattern matches one test alone.
func pattern(name string) string {
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	return strings.Join(parts, "/")
}

// repeat hands on what the test inside says: its attributes as this test's own,
// the rest as lines. It reports whether a test of that name passed or failed.
func repeat(t *testing.T, out io.Reader) (ran bool) {
	t.Helper()
	for sc := bufio.NewScanner(out); sc.Scan(); {
		line := strings.Trim(sc.Text(), "\x16")
		fields := strings.SplitN(line, " ", 6) // "=== ATTR  Name key value"
		switch {
		case len(fields) == 6 && fields[1] == "ATTR":
			t.Attr(fields[4], fields[5])
		case strings.HasPrefix(line, "=== "):
		default:
			ran = ran || strings.Contains(line, "--- PASS: "+t.Name()) || strings.Contains(line, "--- FAIL: "+t.Name())
			t.Log(line)
		}
	}
	return ran
}
