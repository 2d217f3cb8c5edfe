package deps

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// closure is a set of packages that a user links together.
type closure struct {
	file     string
	packages []string
	// own keeps the packages of this module in the list too.
	own bool
}

func TestWhatAUserLinksIsTheGoldenList(t *testing.T) {
	for _, c := range closures() {
		t.Run(strings.TrimSuffix(c.file, ".txt"), func(t *testing.T) {
			got := c.reach(t)
			name := filepath.Join("testdata", c.file)
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%v reach\n%s\nand %s says\n%s\nA new dependency is a decision: if it is wanted, run go test ./internal/deps -update and say why in the commit.", c.packages, got, name, want)
			}
		})
	}
}

// reach lists what the packages import, near and far: modules, and packages of
// this module when own says so. The standard library is left out.
func (c closure) reach(t *testing.T) string {
	t.Helper()
	args := []string{"-deps"}
	for _, name := range c.packages {
		if files, _ := filepath.Glob(filepath.Join(root, name, "*.go")); len(files) == 0 {
			t.Fatalf("there is no package %s: the row of %s in table_test.go names it", full(name), c.file)
		}
		args = append(args, full(name))
	}
	var reached []string
	for _, p := range list(t, args...) {
		if p.Error != nil {
			t.Fatalf("%s: %s", p.ImportPath, p.Error.Err)
		}
		switch {
		case p.Standard:
		case !ours(p.ImportPath):
			reached = append(reached, p.Module.Path)
		case c.own:
			reached = append(reached, p.ImportPath)
		}
	}
	slices.Sort(reached)
	return strings.Join(append(slices.Compact(reached), ""), "\n")
}

func TestUsersDoNotLinkTestPackages(t *testing.T) {
	for _, p := range list(t, "./...") {
		if testers().has(p.rel()) {
			continue
		}
		for _, dep := range p.Deps {
			for _, banned := range testOnly() {
				if dep == banned || strings.Contains(banned, ".") && in(dep, banned) {
					t.Errorf("%s reaches %s, which is for tests only", p.ImportPath, dep)
				}
			}
		}
	}
}
