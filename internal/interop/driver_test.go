package main

import (
	"context"
	"io"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
)

// fakePeer describes the fake in a role.
func fakePeer(t *testing.T, role string) *peer {
	t.Helper()
	t.Setenv(roleVar, role)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	unknown := refusal{code: onramp.Unimplemented, origin: onramp.Refused}
	return &peer{
		name: "fake", title: fakeTitle, wires: []string{"bolt1", "bolt2", "bolt2-crc"}, command: []string{self}, doubts: true,
		install: func(context.Context, string) error { return nil },
		refusals: map[string]refusal{
			"business error":  {code: onramp.Unknown, business: true, text: refused},
			"server failure":  {code: onramp.Internal, text: refused},
			"unknown service": unknown, "undeclared service": unknown,
			"unknown method": unknown, "undeclared method": unknown,
		},
	}
}

// driverOf runs the cases whose name matches with one peer.
func driverOf(t *testing.T, p *peer, pattern string) *driver {
	t.Helper()
	d := &driver{root: t.TempDir(), peers: []*peer{p}, times: usualTimes()}
	for _, c := range cases() {
		if regexp.MustCompile(pattern).MatchString(c.name) {
			d.cases = append(d.cases, c)
		}
	}
	if len(d.cases) == 0 {
		t.Fatalf("no case matches %s", pattern)
	}
	return d
}

func TestAGoodPeerIsGreenInEveryCase(t *testing.T) {
	pattern := ""
	if testing.Short() {
		pattern = "success|oneway|business|text"
	}
	m := driverOf(t, fakePeer(t, "good"), pattern).matrix(t.Context())
	if m.red() != 0 {
		t.Errorf("%d cells are red:\n%s", m.red(), m.text())
	}
	if text := m.text(); !strings.HasPrefix(text, "fake 1 (nothing else)\n") || strings.Contains(text, "peer cannot") {
		t.Errorf("the report is\n%s", text)
	}
}

// A row for each way to be broken: where it is red, and in which words.
func TestABrokenPeerIsRedInClearWords(t *testing.T) {
	for _, row := range []struct {
		role, cases string
		red         int
		words       []string
	}{
		{"wrong", "^success", 6, []string{`the reply is {"text":"call","number":"1"`, `the peer's call was answered {"text":"call","number":"1"`}},
		{"twice", "^oneway", 3, []string{"the server saw the notes [0 0 1 1 2 2], want 0, 1 and 2"}},
		{"dies", "^success", 6, []string{"it was asked to seen: the peer ended: exit status 3", "| fatal: out of memory"}},
		{"hangs", "^success", 6, []string{"no line came within 1s", "its standard error is empty"}},
		{"chatty", "^success", 6, []string{`answered "[INFO] request 1"`}},
		{"confused", "^success", 6, []string{`(id 1) and answered "{\"id\":2`}},
		{"endless", "^success", 6, []string{"token too long"}},
		{"rude", "^success", 6, []string{`cannot be started: its first line is no hello: "Listening ..."`}},
		{"absent", "^success", 6, []string{"it did not say hello: the peer ended: exit status 1", "| Error: Cannot find module 'sofa-rpc-node'"}},
		{"mute", "^success", 6, []string{"it did not say hello: no line came within 1s"}},
		{"stranger", "^success", 6, []string{`the peer is "fake 2", want "fake 1"`}},
		{"narrow", "^success", 4, []string{"peer fake speaks bolt1, and not bolt2-crc"}},
		{"everywhere", "^success", 3, []string{"peer fake serves \"0.0.0.0:"}},
	} {
		t.Run(row.role, func(t *testing.T) {
			d := driverOf(t, fakePeer(t, row.role), row.cases)
			switch row.role {
			case "hangs":
				d.times.ask, d.times.serve = time.Second, time.Second
			case "mute":
				d.times.start = time.Second
			}
			m := d.matrix(t.Context())
			if m.red() != row.red {
				t.Errorf("%d cells are red, want %d", m.red(), row.red)
			}
			for _, words := range row.words {
				if !strings.Contains(m.text(), words) {
					t.Errorf("the report does not say %s:\n%s", words, m.text())
				}
			}
		})
	}
}

func TestAPeerThatFailsAgainAndAgainIsGivenUp(t *testing.T) {
	m := driverOf(t, fakePeer(t, "dies"), "success|message|big|empty").matrix(t.Context())
	if n := strings.Count(m.text(), "exit status 3"); m.red() != 24 || n != 12 {
		t.Errorf("%d cells are red and the end is told %d times, want 24 and 12:\n%s", m.red(), n, m.text())
	}
	if !strings.Contains(m.text(), errGivenUp.Error()) {
		t.Errorf("the others do not say why they were not run:\n%s", m.text())
	}
}

func TestAPeerThatCannotBeInstalledIsRed(t *testing.T) {
	p := fakePeer(t, "good")
	p.install = func(context.Context, string) error { return io.ErrUnexpectedEOF }
	m := driverOf(t, p, "success").matrix(t.Context())
	if m.red() != 1 || !strings.Contains(m.text(), "RED  peer fake cannot be installed: unexpected EOF") {
		t.Errorf("%d are red:\n%s", m.red(), m.text())
	}
	p.install = func(context.Context, string) error { return nil }
	p.command = []string{"/nowhere/peer"}
	if m = driverOf(t, p, "success").matrix(t.Context()); m.red() != 6 || !strings.Contains(m.text(), "/nowhere/peer: no such file") {
		t.Errorf("%d are red:\n%s", m.red(), m.text())
	}
}

func TestALimitIsATestThatItStands(t *testing.T) {
	p := fakePeer(t, "good")
	p.limits = []limit{
		{"success", peerServes, "it is shy", func(*cell) error { return nil }},
		{"success", peerCalls, "it was shy", func(*cell) error { return io.ErrNoProgress }},
	}
	m := driverOf(t, p, "success").matrix(t.Context())
	if text := m.text(); m.red() != 3 || !strings.Contains(text, "success            peer cannot  peer cannot  peer cannot  RED ") ||
		!strings.Contains(text, "because it was shy; that is not what happened: ") {
		t.Errorf("%d are red:\n%s", m.red(), text)
	}
}

// Both processes of the group hold a connection, and answer nothing.
func TestAnInterruptedDriverLeavesNoProcessBehind(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv(dialVar, l.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan *matrix, 1)
	d := driverOf(t, fakePeer(t, "brood"), "success")
	go func() { ended <- d.matrix(ctx) }()
	for range 6 * 2 { // six columns, a peer and its child in each
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			_, _ = io.Copy(io.Discard, c) // until the process is dead
			_ = c.Close()
		}()
	}
	cancel()
	if m := <-ended; m.red() != 6 || !strings.Contains(m.text(), "context canceled") {
		t.Errorf("%d are red:\n%s", m.red(), m.text())
	}
}

func TestWrongFlagsSayWhatIsWrong(t *testing.T) {
	for want, args := range map[string][]string{
		`-peer "nobody" matches 0 peers`: {"-peer", "nobody"},
		"-case: error parsing regexp":    {"-case", "("},
		"-doc is for the whole matrix":   {"-doc", "x", "-case", "success"},
	} {
		var out strings.Builder
		if code := run(t.Context(), args, &out); code != 2 || !strings.Contains(out.String(), want) {
			t.Errorf("%v: %d, %s", args, code, out.String())
		}
	}
}

func TestNamesOfThePeersTablesAreNamesOfCases(t *testing.T) {
	var names []string
	for _, c := range cases() {
		names = append(names, c.name)
		if c.served == nil && c.calls == nil || !strings.HasSuffix(c.says, ".") {
			t.Errorf("case %s is not whole", c.name)
		}
	}
	for _, p := range peers() {
		for name := range p.refusals {
			if !slices.Contains(names, name) {
				t.Errorf("peer %s has a refusal for %q, which is no case", p.name, name)
			}
		}
		for _, l := range p.limits {
			if !slices.Contains(names, l.name) || l.reason == "" || l.holds == nil {
				t.Errorf("peer %s has a limit of %q that is not whole", p.name, l.name)
			}
		}
		for _, o := range p.without {
			if !slices.Contains(names, o.name) || o.reason == "" {
				t.Errorf("peer %s leaves out %q, which is no case, or says not why", p.name, o.name)
			}
		}
		for i := range p.gaps {
			if g := &p.gaps[i]; g.reason == "" || !slices.ContainsFunc(cases(), func(c testCase) bool { return g.text(&c, g.dir) != "" }) {
				t.Errorf("peer %s has a gap %q that excepts nothing", p.name, g.samples)
			}
		}
		for _, n := range p.notes {
			if !slices.Contains(names, n.name) || p.limit(n.name, n.dir) != nil {
				t.Errorf("peer %s has a note on %q, which is no case or a limit", p.name, n.name)
			}
		}
	}
}
