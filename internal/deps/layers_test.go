package deps

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestImportsPointDown(t *testing.T) {
	for _, p := range list(t, "./...") {
		if tops().has(p.rel()) {
			continue
		}
		if !placed(p.rel()) {
			t.Errorf("%s is in no row: give it a place in table_test.go", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if why := refuse(p.rel(), imported); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, why)
			}
		}
	}
}

func placed(name string) bool {
	for _, chain := range chains() {
		if find(chain, name) >= 0 {
			return true
		}
	}
	return false
}

// refuse says why the package must not have this import, or nothing.
func refuse(name, imported string) string {
	if standard(imported) {
		return ""
	}
	if !ours(imported) {
		for _, allowed := range external()[name] {
			if in(imported, allowed) {
				return ""
			}
		}
		return "only the packages that external names may leave the standard library"
	}
	for _, chain := range chains() {
		if here, there := find(chain, name), find(chain, rel(imported)); there >= 0 && there < here {
			return ""
		}
	}
	return "it is in no lower row: imports point down only"
}

func TestRefuseKnowsTheRows(t *testing.T) {
	for _, c := range []struct {
		name, imported string
		refused        bool
	}{
		{"client", module + "/codec", false},
		{"client", module + "/codec/bolt", true},
		{"client", module + "/server", true},
		{"codec", module, false},
		{".", module + "/codec", true},
		{".", "context", false},
		{"feature/retry", module + "/feature", false},
		{"feature", module + "/feature/retry", true},
		{"feature/retry", module + "/feature/fault", true},
		{"feature/retry", module + "/breaker", true},
		{"codec/bolt", module + "/codec/json", false},
		{"codec/bolt", module + "/discovery", true},
		{"discovery/consul", module + "/discovery", false},
		{"breaker", "github.com/sony/gobreaker/v2", false},
		{"client", "github.com/sony/gobreaker/v2", true},
		{"client", module + "/onramptest", true},
	} {
		if got := refuse(c.name, c.imported) != ""; got != c.refused {
			t.Errorf("%s imports %s: refused %v, want %v", c.name, c.imported, got, c.refused)
		}
	}
}

const (
	beginRules = "      # Written by go test ./internal/deps -update from its table.\n"
	endRules   = "      # End of what is written.\n"
)

// The linter tells an editor at once what TestImportsPointDown tells later.
func TestTheLinterHasTheSameRows(t *testing.T) {
	name := filepath.Join(root, ".golangci.yml")
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(file), beginRules)
	old, foot, ok2 := strings.Cut(rest, endRules)
	if !ok || !ok2 {
		t.Fatalf("%s has no depguard rules between\n%s%s", name, beginRules, endRules)
	}
	rules := depguard()
	if *update {
		if err := os.WriteFile(name, []byte(head+beginRules+rules+endRules+foot), 0o644); err != nil {
			t.Fatal(err)
		}
		old = rules
	}
	if old != rules {
		t.Errorf("the depguard rules of %s are not those of table_test.go: run go test ./internal/deps -update", name)
	}
}

// depguard returns the rules in the linter's words, one for all packages that may
// import the same.
func depguard() string {
	var names []string
	for _, chain := range chains() {
		for _, r := range chain {
			names = append(names, r...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var lists []string
	same := map[string][]string{}
	for _, name := range names {
		list := strings.Join(allowed(names, name), "\n            - ")
		if same[list] == nil {
			lists = append(lists, list)
		}
		same[list] = append(same[list], name)
	}
	var b strings.Builder
	b.WriteString("      rules:\n")
	for _, list := range lists {
		fmt.Fprintf(&b, "        %q:\n          list-mode: strict\n          files:\n            - \"!$test\"\n", strings.Replace(strings.Join(same[list], ", "), ".", "root", 1))
		for _, name := range same[list] {
			fmt.Fprintf(&b, "            - \"${base-path}/%s\"\n", path.Join(strings.Replace(name, "*", "**", 1), "*.go"))
		}
		fmt.Fprintf(&b, "          allow:\n            - %s\n", list)
	}
	return b.String()
}

// allowed returns the import prefixes of a package: a dollar ends an exact one.
func allowed(names []string, name string) []string {
	out := append([]string{"$gostd"}, external()[name]...)
	for _, other := range names {
		if refuse(name, full(other)) != "" {
			continue
		}
		if below, ok := strings.CutSuffix(full(other), "*"); ok {
			out = append(out, below)
		} else {
			out = append(out, full(other)+"$")
		}
	}
	return out
}
