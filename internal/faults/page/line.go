package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// line is a line of the page: a row and one of its tests.
type line struct {
	row       int
	protocols []string
	pkg, test string // the folder below the module, and the function
	figure    string
	day       string
}

// module is the import path that folders are below.
const module = "github.com/onrampmesh/onramp/"

// lines returns what the run reported: a line for each row and test function. The
// figure is that of the first protocol, and of every one that failed.
func (r *run) lines() []line {
	found := map[string]*line{}
	for _, key := range r.order() {
		t := r.tests[key]
		function, _, _ := strings.Cut(key.test, "/")
		for _, f := range t.figures {
			id := fmt.Sprint(f.row, key.pkg, function)
			l := found[id]
			if l == nil {
				l = &line{row: f.row, pkg: strings.TrimPrefix(key.pkg, module), test: function, day: t.day}
				found[id] = l
			}
			l.add(f, t.failed)
			l.day = max(l.day, t.day)
		}
	}
	out := make([]line, 0, len(found))
	for _, l := range found {
		out = append(out, *l)
	}
	return out
}

// order returns the tests by name: of one function, "bolt" is before "bolt_v2".
func (r *run) order() []name {
	all := make([]name, 0, len(r.tests))
	for key := range r.tests {
		all = append(all, key)
	}
	slices.SortFunc(all, func(a, b name) int {
		return cmp.Or(strings.Compare(a.pkg, b.pkg), strings.Compare(a.test, b.test))
	})
	return all
}

// add notes a protocol's figure.
func (l *line) add(f figure, failed bool) {
	if !slices.Contains(l.protocols, f.protocol) {
		l.protocols = append(l.protocols, f.protocol)
	}
	text := f.text
	switch {
	case failed:
		text = "FAILED with " + f.protocol + ": " + text
	case f.protocol != l.protocols[0]:
		return
	}
	if l.figure != "" {
		l.figure += "; "
	}
	l.figure += text
}

// merge returns the run's lines, and of the old page those whose test did not run
// and is still there.
func merge(was []line, fresh *run, root string) []line {
	out := fresh.lines()
	for _, l := range was {
		if !fresh.has(l) && exists(root, l) {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.row, b.row), strings.Compare(a.pkg, b.pkg), strings.Compare(a.test, b.test))
	})
	return out
}

func (r *run) has(l line) bool {
	_, ok := r.tests[name{module + l.pkg, l.test}]
	return ok
}

// exists reports whether a test file of the line's folder has its function.
func exists(root string, l line) bool {
	files, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(l.pkg), "*_test.go"))
	function := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(l.test) + `\(`)
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && function.Match(text) {
			return true
		}
	}
	return false
}
