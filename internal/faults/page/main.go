// Command page writes docs/faults.md: a line for each test of the fault
// catalogue, with what its latest run measured, and for each row that has no test
// yet what it waits for.
//
//	make faults-page
//
// It reads the events of go test -json that the fault stages keep (see
// internal/stages), in which package row's Figure shows as an attribute. Lines of
// tests that did not run this time stay, with their date. It is no part of the path
// of a call.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	in := flag.String("in", filepath.Join(".build", "faults"), "folder of the events")
	out := flag.String("out", filepath.Join("docs", "faults.md"), "page to write")
	flag.Parse()
	if err := generate(*in, *out, "."); err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(1)
	}
}

// generate brings the page up to date with the events. root is the module's folder.
func generate(in, out, root string) error {
	files, err := filepath.Glob(filepath.Join(in, "*.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s has no events: run make faults netns first", in)
	}
	fresh := newRun()
	for _, file := range files {
		if err := fresh.read(file); err != nil {
			return err
		}
	}
	old, err := os.ReadFile(out)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	was, err := parse(string(old))
	if err != nil {
		return fmt.Errorf("%s: %w: remove it, and write it anew", out, err)
	}
	text, err := render(merge(was, fresh, root))
	if err != nil {
		return err
	}
	return os.WriteFile(out, []byte(text), 0o644)
}
