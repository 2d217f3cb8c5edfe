package docs

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pages are the texts for people, by their path below the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			all[rel(name)] = read(t, rel(name))
		}
	}
	if all["README.md"] == "" || all["docs/status.md"] == "" {
		t.Fatal("README.md and docs/status.md were not found")
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	fence  = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?\n)```")
	target = regexp.MustCompile("make ([a-z][a-z-]*)")
	folder = regexp.MustCompile(`go (?:test|run|build)[^.` + "`" + `\n]*? (\./[\w./-]*)`)
	quoted = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	link   = regexp.MustCompile(`\]\(([^)#:]+)[^):]*\)`)
)

// blocks returns the fenced blocks of a page: language and text.
func blocks(text string) [][2]string {
	var out [][2]string
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		out = append(out, [2]string{m[1], m[2]})
	}
	return out
}

// The first block is for a fresh machine with Go, the second a test of a service.
func TestTheReadmeBeginsWithTwoCommandsAndAFake(t *testing.T) {
	all := blocks(read(t, "README.md"))
	if len(all) < 2 || all[0][0] != "sh" || all[1][0] != "go" {
		t.Fatalf("want commands, then a test: %q", all)
	}
	lines := strings.Split(strings.TrimSpace(all[0][1]), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "make demo") || !strings.HasPrefix(lines[1], "make test") {
		t.Errorf("the commands are %q, want make demo and make test", lines)
	}
	if source := read(t, "onramptest/readme_test.go"); !strings.HasSuffix(source, "\n"+all[1][1]) {
		t.Errorf("the fake of README.md is not the end of onramptest/readme_test.go, where it is run:\n%s", all[1][1])
	}
}

func TestCommandsOfThePagesExist(t *testing.T) {
	makefile := read(t, "Makefile")
	for name, text := range pages(t) {
		for _, m := range target.FindAllStringSubmatch(code(text), -1) {
			if !regexp.MustCompile(`(?m)^[a-z -]*\b` + m[1] + `\b[a-z -]*:`).MatchString(makefile) {
				t.Errorf("%s: there is no %s", name, m[0])
			}
		}
		for _, m := range folder.FindAllStringSubmatch(code(text), -1) {
			dir := strings.TrimSuffix(strings.TrimSuffix(m[1], "..."), "/")
			if files, _ := filepath.Glob(filepath.Join(root, dir, "*")); len(files) == 0 {
				t.Errorf("%s: %s: there is no %s", name, m[0], dir)
			}
		}
	}
}

// code returns what stands in backticks or in blocks.
func code(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			b.WriteString(part + "\n")
		}
	}
	for _, block := range blocks(text) {
		b.WriteString(block[1] + "\n")
	}
	return b.String()
}

func TestLinksOfThePagesLeadToFiles(t *testing.T) {
	for name, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(quoted.ReplaceAllString(text, ""), -1) {
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Every row of the status names a state, and a command when there is something.
func TestTheStatusHasAStateAndACommandInEveryRow(t *testing.T) {
	rows := 0
	for line := range strings.Lines(read(t, "docs/status.md")) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| feature |") {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 {
			t.Errorf("want three cells: %s", line)
			continue
		}
		state, _, _ := strings.Cut(strings.TrimSpace(cells[1]), ":")
		switch command := strings.Contains(cells[2], "`"); {
		case state == "works" && command, state == "partly" && command, state == "not yet":
		default:
			t.Errorf("want works, partly or not yet, and a command: %s", line)
		}
	}
	if rows < 20 {
		t.Errorf("only %d rows were found", rows)
	}
}

// A go test that runs no test passes.
func TestCommandsOfTheStatusFindTests(t *testing.T) {
	for _, m := range regexp.MustCompile("`go test ([^`]*)`").FindAllStringSubmatch(read(t, "docs/status.md"), -1) {
		var folders []string
		kind, name := "Test", ""
		for words := strings.Fields(m[1]); len(words) > 0; words = words[1:] {
			switch w := words[0]; {
			case w == "-run" && words[1] == "'^$'": // only benchmarks
				words = words[1:]
			case w == "-run":
				name, words = words[1], words[1:]
			case w == "-bench":
				kind, name, words = "Benchmark", words[1], words[1:]
			case strings.HasPrefix(w, "."):
				folders = append(folders, w)
			}
		}
		pattern := regexp.MustCompile(`(?m)^func (` + kind + `\w*)\(`)
		for _, dir := range folders {
			found := false
			for _, text := range sources(t, dir) {
				for _, f := range pattern.FindAllStringSubmatch(text, -1) {
					found = found || f[1] != "TestMain" && regexp.MustCompile(name).MatchString(f[1])
				}
			}
			if !found {
				t.Errorf("go test %s: nothing in %s matches %q", m[1], dir, name)
			}
		}
	}
}

// sources returns the test files of a folder, and of those below it for "dir/...".
func sources(t *testing.T, dir string) []string {
	t.Helper()
	var texts []string
	top, below := strings.CutSuffix(dir, "/...")
	err := filepath.WalkDir(filepath.Join(root, top), func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && !below && rel(name) != filepath.Clean(top):
			return filepath.SkipDir
		case strings.HasSuffix(name, "_test.go"):
			texts = append(texts, read(t, rel(name)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestTheReadmeCountsTheModules(t *testing.T) {
	m := regexp.MustCompile(`Modules linked: (\d+)\. Modules in the graph: (\d+)`).FindStringSubmatch(strings.Join(strings.Fields(read(t, "README.md")), " "))
	if m == nil {
		t.Fatal("README.md does not say how many modules are linked, and how many are in the graph")
	}
	if linked := len(strings.Fields(read(t, "internal/deps/testdata/client-bolt.txt"))); m[1] != strconv.Itoa(linked) {
		t.Errorf("README.md says that %s modules are linked, and they are %d", m[1], linked)
	}
	cmd := exec.Command("go", "list", "-m", "all")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOPROXY=off")
	out, err := cmd.Output()
	if err != nil {
		t.Skip("the graph is not in the module cache:", err)
	}
	if graph := strings.Count(string(out), "\n") - 1; m[2] != strconv.Itoa(graph) {
		t.Errorf("README.md says that %s modules are in the graph, and they are %d", m[2], graph)
	}
}
