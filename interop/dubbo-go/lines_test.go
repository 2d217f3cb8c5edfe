package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// eventually waits until ok.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen within 10 s")
		}
	}
}

func TestEveryLineIsAnsweredInOrder(t *testing.T) {
	p, err := newPeer()
	if err != nil {
		t.Fatal(err)
	}
	in := `{"id":1,"do":"seen"}
{"id":2,"do":"fly"}
{"id":3,"do":"seen","wire":"bolt1"}
no json
{"id":5,"do":"close","addr":"127.0.0.1:1"}
`
	var out bytes.Buffer
	if err := p.lines(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	for dec := json.NewDecoder(&out); dec.More(); {
		var line map[string]any
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	if len(got) != 6 || !strings.HasPrefix(got[0]["peer"].(string), "dubbo-go") {
		t.Fatalf("the lines are %v", got)
	}
	for i, failed := range []bool{false, true, true, true, false} {
		line := got[i+1]
		if i != 3 && line["id"] != float64(i+1) {
			t.Errorf("line %d has the id %v", i+1, line["id"])
		}
		if _, has := line["error"]; has != failed {
			t.Errorf("line %d is %v", i+1, line)
		}
	}
}

// The metadata service of the library would listen on every address of the machine.
func TestOnlyTheLoopbackAddressIsListenedOn(t *testing.T) {
	_, addr := start(t)
	mine := sockets(t)
	found := false
	for _, file := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("no table of sockets: %v", err)
		}
		for line := range strings.SplitSeq(string(b), "\n") {
			f := strings.Fields(line)
			if len(f) < 10 || f[3] != "0A" || !mine["socket:["+f[9]+"]"] {
				continue
			}
			host, port, _ := strings.Cut(f[1], ":")
			if host != "0100007F" {
				t.Errorf("the process listens on %s", f[1])
			}
			n, _ := strconv.ParseInt(port, 16, 32)
			found = found || strings.HasSuffix(addr, ":"+strconv.FormatInt(n, 10))
		}
	}
	if !found {
		t.Errorf("nothing of this process listens at %s", addr)
	}
}

// sockets are those of this process.
func sockets(t *testing.T) map[string]bool {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatalf("no table of descriptors: %v", err)
	}
	mine := map[string]bool{}
	for _, e := range all {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			mine[to] = true
		}
	}
	return mine
}
