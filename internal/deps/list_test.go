package deps

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

const (
	module = "github.com/onrampmesh/onramp"
	root   = "../.."
)

var update = flag.Bool("update", false, "write the files that the tests compare with")

func TestMain(m *testing.M) { leak.Main(m) }

// pkg is what the go command says of a package.
type pkg struct {
	ImportPath    string
	Standard      bool
	Module        struct{ Path string }
	Imports, Deps []string
	Error         *struct{ Err string }
}

// rel returns the path below the module's root: "." and "codec/bolt".
func (p pkg) rel() string { return rel(p.ImportPath) }

func rel(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// ours reports whether a package belongs to this module.
func ours(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

// list runs go list -e -json.
func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	watch(t)
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Standard,Module,Imports,Deps,Error"}, args...)...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return pkgs
		case err != nil:
			t.Fatalf("go list %v: %v", args, err)
		}
		pkgs = append(pkgs, p)
	}
}

// watch reads the module's folders, so that go test takes a result from its cache
// only while no source file has changed: it does not see what go list reads.
func watch(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && p != root && d.Name()[0] == '.' && d.Name() != ".." {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// row is a list of packages, "codec" or "feature/*".
type row []string

func (r row) has(name string) bool {
	for _, pattern := range r {
		if parent, below := strings.CutSuffix(pattern, "/*"); name == pattern || below && strings.HasPrefix(name, parent+"/") {
			return true
		}
	}
	return false
}

// find returns the place of a package in a chain, or -1. A name of its own comes
// before a star.
func find(chain []row, name string) int {
	star := -1
	for i, r := range chain {
		if slices.Contains(r, name) {
			return i
		}
		if r.has(name) {
			star = i
		}
	}
	return star
}

// in reports whether one package is another or below it.
func in(importPath, parent string) bool {
	return importPath == parent || strings.HasPrefix(importPath, parent+"/")
}

func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

func full(name string) string { return path.Join(module, name) }
