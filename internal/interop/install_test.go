package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestAMavenProjectIsBuiltWhenASourceChanged(t *testing.T) {
	bin, root := t.TempDir(), t.TempDir()
	t.Setenv("PATH", bin)
	dir := filepath.Join(root, "interop", "p")
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, "interop", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := func(want string) {
		t.Helper()
		err := maven("p", "../shared")(t.Context(), dir)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	write("p/pom.xml", "<project/>")
	write("shared/A.java", "class A {}")
	build("there is no java on the PATH: install a JDK 17")
	program(t, bin, "java", "")
	program(t, bin, "mvn", "echo '[ERROR] no such artifact' >&2; exit 1")
	build("| [ERROR] no such artifact")
	// Offline it fails, online it works: ran counts the latter.
	program(t, bin, "mvn", "case \"$*\" in *-o*) exit 1;; esac; echo $* >> runs; /bin/mkdir -p \"${4#-Dpeer.target=}\"")
	build("")
	build("")
	write("shared/A.java", "class A { int a; }")
	build("")
	write("shared/B.java", "class B {}")
	build("")
	if runs, err := os.ReadFile(filepath.Join(dir, "runs")); err != nil || strings.Count(string(runs), "package") != 3 {
		t.Errorf("mvn ran: %q, %v", runs, err)
	}
}

func TestJavasPeersArePinnedAndNameNoRegistry(t *testing.T) {
	for _, p := range []*peer{javaSofa(), javaDubbo(), javaDubbo2()} {
		pom, err := os.ReadFile(filepath.Join("..", "..", p.dir, "pom.xml"))
		if err != nil {
			t.Fatal(err)
		}
		text := string(pom)
		if strings.Contains(text, "epository>") || strings.Contains(text, "epositories>") {
			t.Errorf("the pom of %s says where packages come from", p.name)
		}
		for _, v := range regexp.MustCompile(`<version>([^<]*)</version>`).FindAllStringSubmatch(text, -1) {
			if strings.ContainsAny(v[1], "[(,") || strings.HasSuffix(v[1], "SNAPSHOT") || v[1] == "LATEST" || v[1] == "RELEASE" {
				t.Errorf("the pom of %s wants the version %s, which is no exact one", p.name, v[1])
			}
		}
		if version := p.title[strings.LastIndexByte(p.title, ' ')+1:]; !strings.Contains(text, ">"+version+"<") {
			t.Errorf("the table is of %s, and its pom has no version %s", p.title, version)
		}
	}
}

func TestTheModuleOfDubboGoIsThatOfTheTable(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join("..", "..", dubboGo().dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	version := strings.TrimPrefix(dubboGo().title, "dubbo-go ")
	if !strings.Contains(string(mod), "dubbo.apache.org/dubbo-go/v3 "+version+"\n") || strings.Contains(string(mod), "replace ") {
		t.Errorf("the table is of %s, and go.mod is\n%s", version, mod)
	}
}
