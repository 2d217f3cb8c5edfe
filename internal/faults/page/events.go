package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// event is a line of go test -json.
type event struct {
	Time                  time.Time
	Action, Package, Test string
	Key, Value            string
}

// attribute is the key of what row.Figure reports.
const attribute = "fault-row"

// run is what tests reported, the latest run of each.
type run struct {
	tests map[name]*ran // with the subtest's name
}

// name is a test: its package's import path and its function, with a subtest's
// name behind a slash.
type name struct{ pkg, test string }

// ran is one test that ran.
type ran struct {
	day     string
	failed  bool
	figures []figure
}

// figure is what a test measured for a row.
type figure struct {
	row            int
	protocol, text string
}

func newRun() *run { return &run{tests: map[name]*ran{}} }

// read adds the events of a file.
func (r *run) read(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for line := 1; sc.Scan(); line++ {
		var e event
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			continue // of the go command itself
		}
		if err := r.add(e); err != nil {
			return fmt.Errorf("%s:%d: %w", file, line, err)
		}
	}
	return sc.Err()
}

func (r *run) add(e event) error {
	if e.Test == "" {
		return nil
	}
	key := name{e.Package, e.Test}
	t := r.tests[key]
	switch {
	case e.Action == "run" || t == nil:
		t = &ran{day: e.Time.UTC().Format(time.DateOnly)}
		r.tests[key] = t
	case e.Action == "fail":
		t.failed = true
	}
	if e.Action != "attr" || e.Key != attribute {
		return nil
	}
	number, rest, _ := strings.Cut(e.Value, "\t")
	protocol, text, ok := strings.Cut(rest, "\t")
	n, err := strconv.Atoi(number)
	if err != nil || !ok || n < 1 || n > rows {
		return fmt.Errorf("%s of %s says %q, want a row, a protocol and a figure with tabs between them", e.Test, e.Package, e.Value)
	}
	f := figure{n, protocol, text}
	if !slices.Contains(t.figures, f) {
		t.figures = append(t.figures, f)
	}
	return nil
}
