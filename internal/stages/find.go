package main

import (
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"regexp"
	"strings"
)

// testFunc is a test or a fuzz target that was found in the sources.
type testFunc struct {
	pkg, name string
	// file is where it stands.
	file string
}

// findTests lists the functions of test files whose name matches, under the
// packages of pattern. It reads the sources, because asking every test binary
// means to link every one.
func (p *project) findTests(ctx context.Context, tags, pattern string, name *regexp.Regexp) ([]testFunc, error) {
	got, err := output(ctx, p.root, "go", "list", "-e", "-tags="+tags, "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles", pattern)
	if err != nil {
		return nil, err
	}
	var out []testFunc
	for dec := json.NewDecoder(strings.NewReader(got)); ; {
		var pkg struct {
			ImportPath, Dir           string
			TestGoFiles, XTestGoFiles []string
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		for _, file := range append(pkg.TestGoFiles, pkg.XTestGoFiles...) {
			path := filepath.Join(pkg.Dir, file)
			names, err := functions(path, name)
			if err != nil {
				return nil, err
			}
			for _, n := range names {
				out = append(out, testFunc{pkg.ImportPath, n, path})
			}
		}
	}
}

// functions returns the names of a file's functions that match.
func functions(file string, name *regexp.Regexp) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && name.MatchString(fn.Name.Name) {
			out = append(out, fn.Name.Name)
		}
	}
	return out, nil
}

// packages returns the packages of the tests, each once, in order.
func packages(tests []testFunc) []string {
	seen := map[string]bool{}
	var out []string
	for _, t := range tests {
		if !seen[t.pkg] {
			seen[t.pkg] = true
			out = append(out, t.pkg)
		}
	}
	return out
}
