package main

import (
	"context"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

// catalogue is the end of the import path that tests report rows of faults through.
const catalogue = "/internal/faults/row\""

// reporters lists the tests outside of internal/faults whose file can report rows
// of the fault catalogue.
func (p *project) reporters(ctx context.Context) ([]testFunc, error) {
	all, err := p.findTests(ctx, "", "./...", regexp.MustCompile(`^Test[A-Z]`))
	if err != nil {
		return nil, err
	}
	var out []testFunc
	for _, t := range all {
		if t.name == "TestMain" || strings.Contains(t.pkg, "/internal/faults") {
			continue
		}
		reports, err := imports(t.file, catalogue)
		if err != nil {
			return nil, err
		}
		if reports {
			out = append(out, t)
		}
	}
	return out, nil
}

// imports reports whether a file imports a path with that end.
func imports(file, end string) (bool, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return false, err
	}
	for _, i := range f.Imports {
		if strings.HasSuffix(i.Path.Value, end) {
			return true, nil
		}
	}
	return false, nil
}
