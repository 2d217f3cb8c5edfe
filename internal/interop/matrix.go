package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// matrix is what came of a run.
type matrix struct {
	cases  []testCase
	groups []*group
}

// group is what came of one peer: a column for each wire and direction.
type group struct {
	peer *peer
	// with is what the peer says that it stands on.
	with []string
	// err says that the peer could not be installed.
	err     error
	columns []*column
	results [][]result
}

// red counts the cells that are.
func (m *matrix) red() int {
	n := 0
	for _, g := range m.groups {
		if g.err != nil {
			n++
		}
		for _, column := range g.results {
			for i := range column {
				if column[i].err != nil {
					n++
				}
			}
		}
	}
	return n
}

// write prints the matrix, and keeps it in a file and, when doc is set, as a page.
func (m *matrix) write(out io.Writer, file, doc string) error {
	text := m.text()
	fmt.Fprint(out, text)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	if doc == "" {
		return nil
	}
	if n := m.red(); n > 0 {
		return fmt.Errorf("%s was not written: %d cells are red", doc, n)
	}
	var all []*peer
	for _, g := range m.groups {
		all = append(all, g.peer)
	}
	return os.WriteFile(doc, []byte(page(all, m.cases)), 0o644)
}

// text is the matrix for a terminal: the table, then what there is to say of cells.
func (m *matrix) text() string {
	var b strings.Builder
	for _, g := range m.groups {
		fmt.Fprintf(&b, "%s\n", g.title())
		if g.err != nil {
			fmt.Fprintf(&b, "  RED  %v\n", g.err)
			continue
		}
		g.table(&b, m.cases)
		g.remarks(&b, m.cases)
	}
	return b.String()
}

func (g *group) title() string {
	if len(g.with) == 0 {
		return g.peer.heading()
	}
	return g.peer.heading() + " (" + strings.Join(g.with, ", ") + ")"
}

const (
	nameWidth = 19
	cellWidth = 13
)

func (g *group) table(b *strings.Builder, cases []testCase) {
	g.line(b, "", func(j int) string {
		if j > 0 && g.columns[j-1].dir == g.columns[j].dir {
			return ""
		}
		return g.columns[j].dir.title()
	})
	g.line(b, "case", func(j int) string { return g.columns[j].wire.title })
	for i := range cases {
		if !g.peer.tries(&cases[i]) {
			continue
		}
		g.line(b, cases[i].name, func(j int) string { return g.results[j][i].word() })
	}
}

// line writes one row. A field that is too long runs into the next one's place.
func (g *group) line(b *strings.Builder, name string, field func(column int) string) {
	row := fmt.Sprintf("  %-*s", nameWidth, name)
	for j := range g.columns {
		row = fmt.Sprintf("%-*s%s", 2+nameWidth+j*cellWidth, row, field(j))
	}
	b.WriteString(strings.TrimRight(row, " ") + "\n")
}

// title says who calls whom.
func (d direction) title() string {
	if d == peerServes {
		return "calls of its server"
	}
	return "calls by its client"
}

func (r *result) word() string {
	switch {
	case r.none:
		return "-"
	case r.err != nil:
		return "RED"
	case r.limit != nil:
		return "peer cannot"
	}
	return "ok"
}

// remarks are the reasons and figures of cells, those of red ones last.
func (g *group) remarks(b *strings.Builder, cases []testCase) {
	for _, l := range g.peer.limits {
		if has(cases, l.name) {
			fmt.Fprintf(b, "  peer cannot: %s, %s: %s\n", l.name, l.dir.title(), l.reason)
		}
	}
	for _, red := range []bool{false, true} {
		for j, col := range g.columns {
			for i := range cases {
				if r := &g.results[j][i]; (r.err != nil) == red {
					r.remark(b, fmt.Sprintf("%s, %s, %s", cases[i].name, col.dir.title(), col.wire.title))
				}
			}
		}
	}
}

func has(cases []testCase, name string) bool {
	return slices.ContainsFunc(cases, func(c testCase) bool { return c.name == name })
}

func (r *result) remark(b *strings.Builder, where string) {
	switch {
	case r.err != nil:
		fmt.Fprintf(b, "  RED %s, after %s:\n    %s\n", where, r.took.Round(time.Millisecond), strings.ReplaceAll(r.err.Error(), "\n", "\n    "))
	case len(r.details) > 0:
		fmt.Fprintf(b, "  %s: %s\n", where, strings.Join(r.details, "; "))
	}
}
