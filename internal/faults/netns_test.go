//go:build faults && netns && linux

package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// network is two network namespaces and a cable between them. The test and its
// clients run in the one, servers in the other, each at an address of its own.
type network struct {
	Clients, Servers string // names of the namespaces
	Hosts            []string
}

const (
	// networkVariable holds the network of a process that is inside of it.
	networkVariable = "ONRAMP_FAULTS_NETWORK"
	// networkPrefix is what the names begin with: prefix, process, number, side.
	networkPrefix = "onramp-"
)

// inNetwork runs a test in a network with that many hosts for servers: this
// program is started once more, in the clients' namespace, for that test alone.
func inNetwork(t *testing.T, hosts int, test func(t *testing.T, n *network)) {
	t.Helper()
	if text, ok := os.LookupEnv(networkVariable); ok {
		n := &network{}
		if err := json.Unmarshal([]byte(text), n); err != nil {
			t.Fatal(err)
		}
		n.table(t)
		test(t, n)
		return
	}
	if os.Geteuid() != 0 {
		t.Fatal("network namespaces need root: run it as root, such as: sudo make netns")
	}
	newNetwork(t, hosts).run(t)
}

// newNetwork makes a network that is removed with the test. Those that a run which
// was killed has left behind are removed first.
func newNetwork(t *testing.T, hosts int) *network {
	t.Helper()
	sweepNetworks(t)
	n := &network{}
	for i := 0; n.Clients == ""; i++ {
		name := fmt.Sprintf("%s%d-%d", networkPrefix, os.Getpid(), i)
		if _, err := os.Stat("/run/netns/" + name + "-clients"); err == nil {
			continue
		}
		if err := try("", "ip", "netns", "add", name+"-clients"); err == nil {
			n.Clients, n.Servers = name+"-clients", name+"-servers"
		} else if i > 100 {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, name := range []string{n.Clients, n.Servers} {
			if err := try("", "ip", "netns", "delete", name); err != nil {
				t.Error(err)
			}
		}
	})
	command(t, "ip", "netns", "add", n.Servers)
	command(t, "ip", "link", "add", "cable", "netns", n.Clients, "type", "veth", "peer", "name", "cable", "netns", n.Servers)
	for _, name := range []string{n.Clients, n.Servers} {
		command(t, "ip", "-n", name, "link", "set", "lo", "up")
		command(t, "ip", "-n", name, "link", "set", "cable", "up")
	}
	command(t, "ip", "-n", n.Clients, "address", "add", "10.77.0.1/24", "dev", "cable")
	for i := range hosts {
		host := fmt.Sprintf("10.77.0.%d", 11+i)
		command(t, "ip", "-n", n.Servers, "address", "add", host+"/24", "dev", "cable")
		n.Hosts = append(n.Hosts, host)
	}
	return n
}

// sweepNetworks removes the namespaces of processes that are gone.
func sweepNetworks(t *testing.T) {
	t.Helper()
	names, err := filepath.Glob("/run/netns/" + networkPrefix + "*-*-*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range names {
		name := filepath.Base(path)
		owner, _, _ := strings.Cut(strings.TrimPrefix(name, networkPrefix), "-")
		// A process that ended, waited for or not, has no program any more.
		if exe, err := os.Readlink("/proc/" + owner + "/exe"); err == nil && strings.HasSuffix(exe, ".test") {
			continue
		}
		// Another test may be faster.
		if err := try("", "ip", "netns", "delete", name); err == nil {
			t.Logf("removed %s, which a process that is gone left behind", name)
		}
	}
}

// command runs a program, and stops the test when it fails.
func command(t testing.TB, args ...string) {
	t.Helper()
	if err := try("", args...); err != nil {
		t.Fatal(err)
	}
}

// try runs a program with an input.
func try(input string, args ...string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// table makes the rules' place, in the clients' namespace: in is what arrives
// from servers, out what is sent to them.
func (n *network) table(t *testing.T) {
	t.Helper()
	n.rules(t, "table inet fault {\n chain in { type filter hook input priority 0; }\n chain out { type filter hook output priority 0; }\n}")
}

// rules hands a script to nft, in the namespace that the test runs in.
func (n *network) rules(t testing.TB, script string) {
	t.Helper()
	if err := try(script+"\n", "nft", "-f", "-"); err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
}

// heal removes every rule.
func (n *network) heal(t testing.TB) {
	t.Helper()
	n.rules(t, "flush table inet fault")
}

// dropped counts the packets that rules with a counter dropped.
func (n *network) dropped(t testing.TB) (packets int) {
	t.Helper()
	out, err := exec.Command("nft", "list", "table", "inet", "fault").Output()
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(out))
	for i, w := range words {
		if w == "packets" && i+1 < len(words) {
			if count, err := strconv.Atoi(words[i+1]); err == nil {
				packets += count
			}
		}
	}
	return packets
}
