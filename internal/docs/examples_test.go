package docs

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

const root = "../.."

func TestMain(m *testing.M) { leak.Main(m) }

func TestEveryEntryPointIsShownByAnExample(t *testing.T) {
	for _, dir := range public(t) {
		shown := shownBy(packageName(t, dir), examples(t, dir))
		for _, name := range entryPoints(t, dir) {
			if !shown[name] {
				t.Errorf("%s: no example calls %s", rel(dir), name)
			}
		}
	}
}

func TestEveryExampleIsRun(t *testing.T) {
	for _, dir := range public(t) {
		for _, ex := range examples(t, dir) {
			if ex.Output == "" && !ex.EmptyOutput {
				t.Errorf("%s: Example%s has no output, so that it is only compiled", rel(dir), ex.Name)
			}
		}
	}
}

// public returns the folders of the packages that users import.
func public(t *testing.T) []string {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if path != root && (d.Name()[0] == '.' || slices.Contains([]string{"internal", "bench", "examples", "testdata", "docs", "cmd"}, d.Name())) {
			return filepath.SkipDir
		}
		if len(parse(t, path, false)) > 0 {
			dirs = append(dirs, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 10 {
		t.Fatalf("only these public packages were found: %v", dirs)
	}
	return dirs
}

func rel(dir string) string {
	if r, err := filepath.Rel(root, dir); err == nil {
		return r
	}
	return dir
}

// parse reads a folder's test files, or its other ones.
func parse(t *testing.T, dir string, tests bool) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

func examples(t *testing.T, dir string) []*doc.Example {
	t.Helper()
	return doc.Examples(parse(t, dir, true)...)
}

// entryPoints returns the exported functions of a package that are no methods.
func entryPoints(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	for _, f := range parse(t, dir, false) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.IsExported() {
				names = append(names, fn.Name.Name)
			}
		}
	}
	return names
}

func packageName(t *testing.T, dir string) string {
	t.Helper()
	return parse(t, dir, false)[0].Name.Name
}

// shownBy returns what examples use of a package: pkg.Name, or Name alone in a
// test of its inside.
func shownBy(pkg string, all []*doc.Example) map[string]bool {
	shown := map[string]bool{}
	var look func(ast.Node) bool
	look = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == pkg {
				shown[n.Sel.Name] = true
			}
			ast.Inspect(n.X, look)
			return false
		case *ast.Ident:
			shown[n.Name] = true
		}
		return true
	}
	for _, ex := range all {
		ast.Inspect(ex.Code, look)
	}
	return shown
}
