package main

import (
	"fmt"
	"strings"
)

// pageHead is what the page says before the matrix.
const pageHead = `# Interoperability

Onramp and implementations that nobody here wrote, both ways. Each cell is a test over a
real connection with the peer in a process of its own, and looks at three witnesses: this
module, the peer, and the frames that passed between them.

` + "```sh\nmake interop\n```" + `

The page is written by ` + "`go run ./internal/interop -doc docs/interop.md`" + `, when all cells are
green; a test compares it with the table of cases. How peers work, and how to add one:
[interop/README.md](../interop/README.md).

**yes** works; a number leads to a note. **no** is impossible because of the peer: the note
says why, and the cell is a test that this is still so. Bodies are Protobuf (codec 11).
`

// page is the matrix as a page. It has no figures: two runs write the same.
func page(peers []*peer, cases []testCase) string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, p := range peers {
		fmt.Fprintf(&b, "\n## %s\n\n", p.heading())
		p.table(&b, cases)
	}
	b.WriteString("\n## Cases\n\n| case | what a green cell proves |\n|---|---|\n")
	for i := range cases {
		fmt.Fprintf(&b, "| %s | %s |\n", cases[i].name, cases[i].says)
	}
	return b.String()
}

// table writes the peer's matrix and its notes.
func (p *peer) table(b *strings.Builder, cases []testCase) {
	head, rule := "| case |", "|---|"
	for _, d := range []direction{peerServes, peerCalls} {
		for _, w := range p.columns() {
			head += " " + d.title() + ", " + w.title + " |"
			rule += "---|"
		}
	}
	b.WriteString(head + "\n" + rule + "\n")
	var notes []string
	for i := range cases {
		if p.tries(&cases[i]) {
			p.row(b, &cases[i], &notes)
		}
	}
	b.WriteByte('\n')
	for i, text := range notes {
		fmt.Fprintf(b, "%d. %s.\n", i+1, text)
	}
}

// row writes one case.
func (p *peer) row(b *strings.Builder, t *testCase, notes *[]string) {
	fmt.Fprintf(b, "| %s |", t.name)
	for _, d := range []direction{peerServes, peerCalls} {
		word := ""
		for _, w := range p.columns() {
			switch {
			case !t.runs(w, d):
				b.WriteString(" - |")
				continue
			case word == "":
				word = p.word(t.name, d, notes)
			}
			b.WriteString(" " + word + " |")
		}
	}
	b.WriteByte('\n')
}

// word is what a cell says; what there is to add to it becomes a note.
func (p *peer) word(name string, d direction, notes *[]string) string {
	if l := p.limit(name, d); l != nil {
		return "no" + add(notes, name+", "+d.title()+": the peer cannot, because "+l.reason)
	}
	for _, n := range p.notes {
		if n.name == name && n.dir == d {
			return "yes" + add(notes, name+", "+d.title()+": "+n.text)
		}
	}
	return "yes"
}

func add(notes *[]string, text string) string {
	*notes = append(*notes, text)
	return fmt.Sprintf(" (%d)", len(*notes))
}
