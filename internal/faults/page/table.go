package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const head = `# Faults

What the library is tried with, row by row, and what the latest run of each test
measured. Counts are facts, and a test is red for them. Times are figures of one
run on two cores that other work shares, beside their goals; a test is red for
them only beyond five times the goal.

This page is written by ` + "`make faults-page`" + ` from what the tests report. Nobody
edits it. The figure is that of the first protocol. A figure that begins with
FAILED is of a test that is red.

| row | fault | protocols | test | last figure |
|---|---|---|---|---|
`

// render returns the page. Every row has a test or says what it waits for.
func render(lines []line) (string, error) {
	var b strings.Builder
	b.WriteString(head)
	faults := catalogue()
	next := 0
	var bare []string
	for n := 1; n <= rows; n++ {
		first := next
		for ; next < len(lines) && lines[next].row == n; next++ {
			l := lines[next]
			fmt.Fprintf(&b, "| %d | %s | %s | `%s`: %s | %s (%s) |\n", n, faults[n].words, cell(strings.Join(l.protocols, ", ")), l.pkg, l.test, cell(l.figure), l.day)
		}
		switch {
		case next > first:
		case faults[n].waits == "":
			bare = append(bare, strconv.Itoa(n))
		default:
			fmt.Fprintf(&b, "| %d | %s | | not yet | waits for %s |\n", n, faults[n].words, faults[n].waits)
		}
	}
	if bare != nil {
		return "", fmt.Errorf("no test reported a figure of row %s: run all fault stages, or say in the catalogue what the row waits for", strings.Join(bare, ", "))
	}
	return b.String(), nil
}

// cell makes a text fit into a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "/") }

var (
	tested  = regexp.MustCompile("^\\| (\\d+) \\| ([^|]+) \\| ([^|]+) \\| `([^`|]+)`: (Test\\w+) \\| ([^|]+) \\((\\d{4}-\\d\\d-\\d\\d)\\) \\|$")
	waiting = regexp.MustCompile(`^\| (\d+) \| ([^|]+) \| \| not yet \| waits for ([^|]+) \|$`)
)

// parse reads a page that render has written: its lines with tests.
func parse(text string) ([]line, error) {
	var out []line
	for row := range strings.Lines(text) {
		row = strings.TrimRight(row, "\n")
		if !strings.HasPrefix(row, "| ") || strings.HasPrefix(row, "| row |") {
			continue
		}
		m := tested.FindStringSubmatch(row)
		if m == nil {
			if !waiting.MatchString(row) {
				return nil, fmt.Errorf("not a line of this page: %q", row)
			}
			continue
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, err
		}
		out = append(out, line{row: n, protocols: strings.Split(m[3], ", "), pkg: m[4], test: m[5], figure: m[6], day: m[7]})
	}
	return out, nil
}
