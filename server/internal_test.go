package server

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestOrderOfStagesIsArgued(t *testing.T) {
	var names []string
	for _, r := range order() {
		names = append(names, r.name)
		if r.why == "" {
			t.Errorf("stage %s has no reason for its place", r.name)
		}
	}
	if got := strings.Join(names, " > "); got != "guard > admission > deadline > interceptors > answer" {
		t.Errorf("the order is %s", got)
	}
}

func TestStagesHaveNames(t *testing.T) {
	for st := range stages {
		if st.String() == "" || st.String() == "unknown" {
			t.Errorf("stage %d has no name", st)
		}
	}
	if stages.String() != "unknown" {
		t.Error("a stage beyond the last has a name")
	}
}

func TestReachableAddressIsFound(t *testing.T) {
	for _, tc := range []struct{ addrs, want string }{
		{"127.0.0.1/8 10.1.2.3/24 10.1.2.4/24", "10.1.2.3"},
		{"::1/128 fe80::1/64 2001:db8::7/64 192.0.2.1/24", "192.0.2.1"},
		{"127.0.0.1/8 fe80::1/64 2001:db8::7/64", "2001:db8::7"},
		{"127.0.0.1/8 ::1/128 169.254.0.9/16", ""},
		{"", ""},
	} {
		var addrs []net.Addr
		for a := range strings.FieldsSeq(tc.addrs) {
			p := netip.MustParsePrefix(a)
			addrs = append(addrs, &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())})
		}
		if got, err := reachable(addrs); got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: got %q, %v", tc.addrs, got, err)
		}
	}
}

func TestOnlyPassingErrorsOfAcceptAreRetried(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want bool
	}{
		{syscall.EMFILE, true}, {syscall.ENFILE, true}, {syscall.ECONNABORTED, true}, {syscall.ENOMEM, true}, {syscall.EPROTO, true},
		{syscall.EBADF, false}, {syscall.EINVAL, false}, {net.ErrClosed, false}, {errors.New("?"), false},
	} {
		err := fmt.Errorf("wrapped: %w", &net.OpError{Op: "accept", Net: "tcp", Err: tc.err})
		if passing(err) != tc.want {
			t.Errorf("%v: got %v", tc.err, !tc.want)
		}
	}
}

func TestPeersAreCountedByAddressWithoutPortAndZone(t *testing.T) {
	for a, want := range map[net.Addr]string{
		&net.TCPAddr{IP: net.ParseIP("10.0.0.1"), Port: 1}:              "10.0.0.1",
		&net.TCPAddr{IP: net.ParseIP("::ffff:10.0.0.1"), Port: 2}:       "10.0.0.1",
		&net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 2, Zone: "eth0"}: "fe80::1",
		&net.UnixAddr{Name: "/run/s"}:                                   "invalid IP",
	} {
		if got := peerIP(a).String(); got != want {
			t.Errorf("%v: got %s, want %s", a, got, want)
		}
	}
	if peerIP(nil).IsValid() {
		t.Error("no address is counted")
	}
}

func TestLimiterCountsWhatItSkips(t *testing.T) {
	var l limiter
	now := time.Now()
	for i := range 30 {
		if ok, _ := l.allow(now); ok != (i < logsPerSecond) {
			t.Fatalf("record %d: %v", i, ok)
		}
	}
	if ok, skipped := l.allow(now.Add(time.Second)); !ok || skipped != 20 {
		t.Errorf("after a second: %v, %d skipped", ok, skipped)
	}
	if ok, skipped := l.allow(now.Add(time.Second)); !ok || skipped != 0 {
		t.Errorf("the next: %v, %d skipped", ok, skipped)
	}
}

func TestDrainErrorIsReadable(t *testing.T) {
	e := &DrainError{Stage: StageFinish, Err: errors.New("time is up"), Conns: 2, Calls: []Running{{"a/b", 1}, {"c/d", 4}},
		Announced: []string{"a at 1.2.3.4:5"}, Hooks: []Stage{StageSignal, StageFinish}}
	want := `server: shutdown cut short at stage "finish" (time is up): 2 connections open with calls running: a/b (1), c/d (4); ` +
		`raise the deadline or WithDrainBound, and end handlers with their context; withdrawal not confirmed: a at 1.2.3.4:5; ` +
		`hooks that had not returned, or had to wait for those: [signal finish]`
	if e.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", e.Error(), want)
	}
	if !errors.Is(e, e.Err) {
		t.Error("the cause is not unwrapped")
	}
}
