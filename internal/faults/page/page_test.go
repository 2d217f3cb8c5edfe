package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

const root = "../../.."

// The page that is there: each row once or more, in order, and no line of anybody
// else's hand.
func TestThePageHasEveryRowAndNamesTestsThatExist(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "faults.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), head) {
		t.Error("docs/faults.md does not begin as the generator writes it: make faults-page")
	}
	lines, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"any"}
	for _, p := range row.Protocols() {
		known = append(known, p.Name)
	}
	for _, l := range lines {
		if !exists(root, l) {
			t.Errorf("row %d names %s of %s, and there is no such test: make faults-page", l.row, l.test, l.pkg)
		}
		for _, p := range l.protocols {
			if !slices.Contains(known, p) {
				t.Errorf("row %d names the protocol %q, which row.Protocols does not have", l.row, p)
			}
		}
	}
	// What the generator would write of the same lines is the same page.
	if again, err := render(lines); err != nil || again != string(text) {
		t.Errorf("docs/faults.md is not what the generator writes of its own lines (%v): make faults-page", err)
	}
}

func TestEveryRowHasWords(t *testing.T) {
	for n, f := range catalogue() {
		if (f.words == "") != (n == 0) || strings.ContainsAny(f.words+f.waits, "|\n") {
			t.Errorf("row %d: %q, %q", n, f.words, f.waits)
		}
	}
}

// attr is the event of a figure.
func attr(test, day, value string) string {
	return `{"Time":"` + day + `T10:00:00Z","Action":"attr","Package":"` + module + `x","Test":"` + test + `","Key":"fault-row","Value":"` + value + `"}`
}

func action(test, what string) string {
	return `{"Time":"2026-01-02T10:00:00Z","Action":"` + what + `","Package":"` + module + `x","Test":"` + test + `"}`
}

// full gives every row of the catalogue a line of TestAll, as a run would.
func full() string {
	all := []string{action("TestAll", "run")}
	for n := range rows {
		all = append(all, attr("TestAll", "2026-01-02", strconv.Itoa(n+1)+`\tany\tfine`))
	}
	return strings.Join(all, "\n")
}

// world is a module with a test file, a folder of events and maybe an old page.
func world(t *testing.T, tests, events, page string) (in, out, dir string) {
	t.Helper()
	dir = t.TempDir()
	in, out = filepath.Join(dir, "events"), filepath.Join(dir, "faults.md")
	for path, text := range map[string]string{filepath.Join(dir, "x", "a_test.go"): tests, filepath.Join(in, "a.json"): events, out: page} {
		if text == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return in, out, dir
}

func TestALineHasTheProtocolsAndTheFigureOfTheFirst(t *testing.T) {
	events := strings.Join([]string{
		full(),
		attr("TestA/bolt", "2026-01-02", `1\tbolt\tof a run before`),
		action("TestA/bolt", "run"),
		attr("TestA/bolt", "2026-01-02", `1\tbolt\t0 of 9 | failed`),
		attr("TestA/bolt", "2026-01-02", `1\tbolt\tand fast`),
		attr("TestA/bolt_v2", "2026-01-02", `1\tbolt v2\t0 of 8 failed`),
		attr("TestA/odd", "2026-01-02", `1\todd\t1 of 7 failed`),
		action("TestA/odd", "fail"),
		"of the go command itself",
	}, "\n")
	in, out, dir := world(t, "", events, "")
	if err := generate(in, out, dir); err != nil {
		t.Fatal(err)
	}
	want := "| 1 | " + catalogue()[1].words + " | bolt, bolt v2, odd | `x`: TestA | 0 of 9 / failed; and fast; FAILED with odd: 1 of 7 failed (2026-01-02) |\n"
	if text, _ := os.ReadFile(out); !strings.Contains(string(text), want) {
		t.Errorf("the page:\n%s\nwants the line:\n%s", text, want)
	}
}

func TestLinesOfTestsThatDidNotRunStayAsLongAsTheTestsExist(t *testing.T) {
	line := func(test, figure string) string {
		return "| 2 | frozen | bolt | `x`: " + test + " | " + figure + " (2025-12-31) |\n"
	}
	old := head + line("TestStays", "kept") + line("TestGone", "dropped") + line("TestAll", "replaced")
	in, out, dir := world(t, "package x\n\nfunc TestStays(t *testing.T) {}\nfunc TestAll(t *testing.T) {}\n", full(), old)
	if err := generate(in, out, dir); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(out)
	for figure, there := range map[string]bool{"kept (2025-12-31)": true, "dropped": false, "replaced": false} {
		if strings.Contains(string(text), figure) != there {
			t.Errorf("%q is on the page: want %v\n%s", figure, there, text)
		}
	}
	if lines, err := parse(string(text)); err != nil || len(lines) != rows+1 {
		t.Errorf("the page reads back as %d lines, %v", len(lines), err)
	}
}

func TestWhatIsNotAPageOrNotAFigureIsRefused(t *testing.T) {
	for what, c := range map[string]struct{ events, page, want string }{
		"no events":         {"", "", "make faults netns"},
		"a row too high":    {attr("TestA", "2026-01-02", `51\tbolt\tx`), "", "want a row"},
		"no protocol":       {attr("TestA", "2026-01-02", `5 bolt x`), "", "want a row"},
		"a row of nobody":   {attr("TestA", "2026-01-02", `1\tbolt\tx`), "", "no test reported a figure of row 2"},
		"a line by a hand":  {full(), head + "| 1 | killed | by hand | | much |\n", "not a line of this page"},
		"a figure by a fan": {full(), head + "| 1 | killed | bolt | `x`: TestA | very fast |\n", "not a line of this page"},
	} {
		in, out, dir := world(t, "", c.events, c.page)
		if err := generate(in, out, dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
}
