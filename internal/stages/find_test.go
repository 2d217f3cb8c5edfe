package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFuzzTargetsAreFoundInEveryPackage(t *testing.T) {
	p, _ := testProject(t)
	write(t, p.root, "go.mod", "module example.com/m", "go 1.26.0")
	write(t, p.root, "a_test.go", "package m", "type T struct{}",
		"func FuzzA(f *testing.F) {}", "func Fuzzy() {}", "func (T) FuzzNot() {}")
	write(t, p.root, "b/b_test.go", "package b_test", "func FuzzB(f *testing.F) {}")
	got, err := p.findTests(t.Context(), "", "./...", regexp.MustCompile(`^Fuzz[A-Z_]`))
	if err != nil {
		t.Fatal(err)
	}
	want := []testFunc{{"example.com/m", "FuzzA", filepath.Join(p.root, "a_test.go")}, {"example.com/m/b", "FuzzB", filepath.Join(p.root, "b", "b_test.go")}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTestsOfOtherPackagesThatReportRowsAreFound(t *testing.T) {
	p, _ := testProject(t)
	write(t, p.root, "go.mod", "module example.com/m", "go 1.26.0")
	write(t, p.root, "internal/faults/row/row.go", "package row")
	reports := `import _ "example.com/m/internal/faults/row"`
	write(t, p.root, "internal/faults/a_test.go", "package faults", reports, "func TestA(t *testing.T) {}")
	write(t, p.root, "b/b_test.go", "package b", reports, "func TestB(t *testing.T) {}", "func TestMain(m *testing.M) {}")
	write(t, p.root, "b/c_test.go", "package b", "func TestC(t *testing.T) {}")
	got, err := p.reporters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].name != "TestB" {
		t.Errorf("got %v, want TestB alone", got)
	}
}

func TestTargetsShareTheTimeOfTheirStage(t *testing.T) {
	for _, c := range []struct {
		n, atOnce int
		want      time.Duration
	}{{11, 2, 10 * time.Second}, {17, 2, 9900 * time.Millisecond}, {20, 2, 8 * time.Second}, {20, 1, 2500 * time.Millisecond}, {1000, 2, time.Second}} {
		if got := share(10*time.Second, 110*time.Second, c.n, c.atOnce); got != c.want {
			t.Errorf("%d targets, %d at a time: %s each, want %s", c.n, c.atOnce, got, c.want)
		}
	}
}

func TestTheLastProgressLineCounts(t *testing.T) {
	for want, text := range map[string]string{
		"1234 executions": "fuzz: elapsed: 0s, gathering baseline coverage: 5/5 completed\nfuzz: elapsed: 3s, execs: 12 (4/sec)\nfuzz: elapsed: 6s, execs: 1234 (4/sec)\nPASS",
		"time for known inputs only: 3/5 completed": "fuzz: elapsed: 0s, gathering baseline coverage: 0/5 completed\nfuzz: elapsed: 9s, gathering baseline coverage: 3/5 completed\nPASS",
		"no progress was printed":                   "PASS",
	} {
		if got := executions(strings.Split(text, "\n")); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOnlyTheBareClockErrorOfAFuzzRunIsTriedAgain(t *testing.T) {
	for text, again := range map[string]bool{
		"--- FAIL: FuzzX (10.05s)\n    context deadline exceeded\nFAIL":                              true,
		"--- FAIL: FuzzX (2.05s)\n        panic\n    Failing input written to testdata/fuzz/FuzzX/1": false,
		"    context deadline exceeded\n    Failing input written to testdata/fuzz/FuzzX/1":          false,
		"failure while testing seed corpus entry: FuzzX/1\n    context deadline exceeded":            false,
	} {
		if got := onlyTheClock(strings.Split(text, "\n")); got != again {
			t.Errorf("%q: again %v, want %v", text, got, again)
		}
	}
}

func TestUnformattedFilesAreNamed(t *testing.T) {
	p, out := testProject(t)
	write(t, p.root, "good.go", "package m")
	write(t, p.root, "sub/bad.go", "package  m")
	write(t, p.root, "testdata/bad.go", "package  m")
	if err := gofmt(t.Context(), testJob(t, p)); err == nil {
		t.Error("an unformatted file passes")
	}
	if n := strings.Count(out.String(), "gofmt: "); n != 1 || !strings.Contains(out.String(), filepath.Join("sub", "bad.go")) {
		t.Errorf("named:\n%s", out)
	}
}

func TestTheFirstLinesSayWhatIsFetchedAndWhere(t *testing.T) {
	p, out := testProject(t)
	write(t, p.root, "go.mod", "module example.com/m", "go 1.26.0",
		"require example.com/Upper v1.0.0", "require example.com/absent v1.0.0")
	write(t, p.modules, "example.com/!upper@v1.0.0/go.mod", "module x")
	p.announce(t.Context(), []stage{{tools: []tool{golangciLint()}}})
	for _, want := range []string{"1 of 2 are present, 1 to fetch into " + p.modules, "will be built", filepath.Join(p.tools, "golangci-lint-v2.15.0-go")} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestTheProgramOfTheReadmeIsFound(t *testing.T) {
	got, ok := program("# X\n\n```go\nfunc TestX() {}\n```\n\n```go\npackage main\n\nfunc main() {}\n```\nend\n")
	if want := "package main\n\nfunc main() {}\n"; !ok || got != want {
		t.Errorf("got %q, %v", got, ok)
	}
	if _, ok := program("# X\n"); ok {
		t.Error("a page without a program has one")
	}
}
