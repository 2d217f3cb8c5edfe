package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/leak"
)

// These variables make this test binary play a program that a stage runs.
const (
	roleVar = "STAGES_TEST_ROLE"
	dialVar = "STAGES_TEST_DIAL"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVar); role != "" {
		os.Exit(play(role))
	}
	leak.Main(m)
}

// play is the program: a number is the exit status.
func play(role string) int {
	switch role {
	case "hold": // holds a connection to the test until it is killed
		signal.Ignore(syscall.SIGTERM)
		if c, err := net.Dial("tcp", os.Getenv(dialVar)); err == nil {
			_, _ = os.Stdout.WriteString("connected")
			_, _ = io.Copy(io.Discard, c)
		}
	case "parent": // waits for a child that holds
		signal.Ignore(syscall.SIGTERM)
		if err := holder().Run(); err != nil {
			return 3
		}
	case "leave": // leaves a child that holds behind
		c := holder()
		connected, err := c.StdoutPipe()
		if err != nil || c.Start() != nil {
			return 3
		}
		if _, err := connected.Read(make([]byte, 1)); err != nil {
			return 4
		}
	}
	code, _ := strconv.Atoi(role)
	_, _ = os.Stdout.WriteString("output of " + role + "\n")
	return code
}

func holder() *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), roleVar+"=hold")
	return c
}

// as returns the command that plays a role.
func as(t *testing.T, role string, env ...string) command {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return command{args: []string{self}, env: append(env, roleVar+"="+role)}
}

func testProject(t *testing.T) (*project, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	return &project{out: &out, root: t.TempDir(), modules: t.TempDir(), tools: t.TempDir(), grace: 100 * time.Millisecond}, &out
}

func testJob(t *testing.T, p *project) *job {
	t.Helper()
	j, err := p.newJob("test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.close)
	return j
}

func write(t *testing.T, dir, name string, lines ...string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestStagesAreChosenByNameAndByGroup(t *testing.T) {
	all := table(time.Second)
	got, err := choose(all, []string{"test"})
	if err != nil {
		t.Fatal(err)
	}
	if names := stageNames(got); names != "check, lint, race, fuzz, vectors, faults, netns, oracle, interop, demo" {
		t.Errorf("test is %s", names)
	}
	var sum time.Duration
	for _, s := range got {
		sum += s.budget
	}
	if sum > 17*time.Minute {
		t.Errorf("the budgets of test add up to %s, more than 17m", sum)
	}
	if _, err := choose(all, []string{"chekc"}); err == nil || !strings.Contains(err.Error(), `"chekc"`) {
		t.Errorf("a wrong name: %v", err)
	}
	if _, err := choose(all, nil); err == nil {
		t.Error("no name passes")
	}
}
