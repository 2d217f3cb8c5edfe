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
says why, and the cell is a test that this is still so, as it is for single values that a
note excepts. **-** is for other protocols, or was not tried. Bolt's bodies are Protobuf
(codec 11) or Hessian (codec 1), Dubbo's are Hessian 2; the names of values are those of
[interop/java](../interop/java/src/main/java/onramp/interop/Samples.java).
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
				word = p.word(t, d, notes)
			}
			b.WriteString(" " + word + " |")
		}
	}
	b.WriteByte('\n')
}

// word is what a cell says; what there is to add to it becomes a note.
func (p *peer) word(t *testCase, d direction, notes *[]string) string {
	name := t.name
	for _, o := range p.without {
		if o.name == name && o.dir == d {
			return "-" + add(notes, name+", "+d.title()+": not tried, because "+o.reason)
		}
	}
	if l := p.limit(name, d); l != nil {
		return "no" + add(notes, name+", "+d.title()+": the peer cannot, because "+l.reason)
	}
	var texts []string
	for _, n := range p.notes {
		if n.name == name && n.dir == d {
			texts = append(texts, n.text)
		}
	}
	for i := range p.gaps {
		if text := p.gaps[i].text(t, d); text != "" {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return "yes"
	}
	return "yes" + add(notes, name+", "+d.title()+": "+strings.Join(texts, "; "))
}

// text says which values of a case do not pass, or "".
func (g *gap) text(t *testCase, d direction) string {
	if t.values == nil {
		return ""
	}
	var names []string
	for _, l := range t.values() {
		if g.dir == d && g.matches(l) {
			names = append(names, "`"+l+"`")
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "not " + strings.Join(names, ", ") + ", because " + g.reason
}

func add(notes *[]string, text string) string {
	*notes = append(*notes, text)
	return fmt.Sprintf(" (%d)", len(*notes))
}
