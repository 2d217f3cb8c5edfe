package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestEventsAreShownAsGoTestShowsThem(t *testing.T) {
	var out strings.Builder
	p := &plain{out: &out, said: map[string][]string{}}
	all := strings.Join([]string{
		`{"Action":"output","Package":"m","Test":"TestGood","Output":"=== RUN   TestGood\n"}`,
		`{"Action":"output","Package":"m","Test":"TestGood","Output":"    a_test.go:1: of no interest\n"}`,
		`{"Action":"attr","Package":"m","Test":"TestGood","Key":"fault-row","Value":"1\tbolt\tfine"}`,
		`{"Action":"pass","Package":"m","Test":"TestGood"}`,
		`{"Action":"output","Package":"m","Test":"TestBad","Output":"    a_test.go:2: it broke\n"}`,
		`{"Action":"output","Package":"m","Test":"TestBad","Output":"--- FAIL: TestBad (0.00s)\n"}`,
		`{"Action":"fail","Package":"m","Test":"TestBad"}`,
		`{"Action":"output","Package":"m","Output":"FAIL\tm\t1.0s\n"}`,
		`{"Action":"fail","Package":"m"}`,
		`go: warning of the go command`,
	}, "\n") + "\n"
	for all != "" { // in pieces, as a pipe brings them
		n := min(7, len(all))
		fmt.Fprint(p, all[:n])
		all = all[n:]
	}
	want := "    a_test.go:2: it broke\n--- FAIL: TestBad (0.00s)\nFAIL\tm\t1.0s\ngo: warning of the go command\n"
	if out.String() != want {
		t.Errorf("shown:\n%s\nwant:\n%s", out.String(), want)
	}
}

func TestAProgramIsLookedForWhereAdministratorsHaveTheirs(t *testing.T) {
	if p := (debian{"no-such-program", "none"}).path(); p != "" {
		t.Errorf("found %s", p)
	}
	t.Setenv("PATH", t.TempDir())
	if p := (debian{"ldconfig", "libc-bin"}).path(); p == "" && exists("/sbin/ldconfig") {
		t.Error("/sbin/ldconfig was not found")
	}
}
