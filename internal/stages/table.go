package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// tags are the build tags of tests that are too long for go test ./...
const tags = "faults,netns,soak"

// table lists the stages in the order they run. The budgets of group test add up
// to under seventeen minutes with warm caches on two cores.
func table(fuzztime time.Duration) []stage {
	return []stage{
		{name: "check", group: "test", budget: 90 * time.Second, run: check,
			does: "gofmt, go vet, go build, programs of examples and README, go test -short"},
		{name: "lint", group: "test", budget: 45 * time.Second, run: lint, tools: []tool{golangciLint()},
			does: "golangci-lint with .golangci.yml"},
		{name: "race", group: "test", budget: 170 * time.Second, run: race,
			does: "go test -race"},
		{name: "fuzz", group: "test", budget: 100 * time.Second, run: fuzzAll(fuzztime, 100*time.Second),
			does: "every fuzz target for a short time"},
		{name: "vectors", group: "test", budget: 25 * time.Second, run: vectors,
			does: "frames recorded from other implementations, and limits on 32 bits"},
		{name: "faults", group: "test", budget: 150 * time.Second, run: faults,
			does: "servers that die, freeze and restart, over real sockets"},
		{name: "netns", group: "test", budget: 35 * time.Second, run: netns, packages: []debian{{"ip", "iproute2"}, {"nft", "nftables"}},
			does: "peers that vanish and lines that lose packets, in network namespaces; as root"},
		{name: "oracle", group: "test", budget: 60 * time.Second, run: oracle,
			does: "tests of modules of their own: the frames of dubbo-go-hessian2, the peer in dubbo-go; and the driver of peers"},
		{name: "interop", group: "test", budget: 240 * time.Second, run: interop, packages: []debian{{"mvn", "maven"}, {"javac", "default-jdk-headless"}, {"ip", "iproute2"}},
			does: "clients and servers of other people, both ways; Node.js, Java, Go"},
		{name: "demo", group: "test", budget: 80 * time.Second, run: demo,
			does: "the demo, which must pass, and without retry, which must fail"},
		{name: "other-rows", group: "page", budget: 90 * time.Second, run: otherRows,
			does: "tests of other packages that report a row of the fault catalogue"},
		{name: "soak-tests", group: "soak", budget: 30 * time.Minute, run: soak,
			does: "tests named TestSoak, where there are any"},
		{name: "soak-faults", group: "soak", budget: 25 * time.Minute, run: soakFaults,
			does: "the fault tests, ten times"},
		{name: "soak-race", group: "soak", budget: 15 * time.Minute, run: soakRace,
			does: "go test -race, ten times in shuffled order"},
		{name: "soak-fuzz", group: "soak", budget: 30 * time.Minute, run: fuzzAll(2*time.Minute, 30*time.Minute),
			does: "every fuzz target for two minutes"},
	}
}

// check needs the go command alone.
func check(ctx context.Context, j *job) error {
	if err := gofmt(ctx, j); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"go", "vet", "-tags=" + tags, "./..."},
		{"go", "build", "./..."},
	} {
		if err := j.run(ctx, command{args: args, show: true}); err != nil {
			return err
		}
	}
	if err := errors.Join(examples(ctx, j), readme(ctx, j)); err != nil {
		return err
	}
	return j.goTest(ctx, "-short", "./...")
}

// examples links every program of the examples folder.
func examples(ctx context.Context, j *job) error {
	if !exists(filepath.Join(j.project.root, "examples")) {
		return nil
	}
	dir := filepath.Join(j.project.root, ".build", "examples") + string(filepath.Separator)
	return j.run(ctx, command{args: []string{"go", "build", "-o", dir, "./examples/..."}, show: true})
}

func lint(ctx context.Context, j *job) error {
	return j.run(ctx, command{args: []string{golangciLint().path(j.project), "run", "--allow-parallel-runners"}})
}

// race needs a C compiler: outside of macOS the race detector is linked by it.
func race(ctx context.Context, j *job) error { return raceTest(ctx, j, "./...") }

func soakRace(ctx context.Context, j *job) error {
	return raceTest(ctx, j, "-count=10", "-shuffle=on", "-timeout=30m", "./...")
}

func raceTest(ctx context.Context, j *job, args ...string) error {
	cc, err := output(ctx, j.project.root, "go", "env", "CC")
	if err != nil {
		return err
	}
	words := strings.Fields(cc)
	if len(words) == 0 {
		return fmt.Errorf("%w: the race detector needs a C compiler, and go env CC names none", errNotRun)
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return fmt.Errorf("%w: the race detector needs a C compiler, and there is no %s: install one", errNotRun, words[0])
	}
	args = append([]string{"go", "test", "-race"}, args...)
	return j.run(ctx, command{args: args, env: []string{"CGO_ENABLED=1"}, show: true})
}

func vectors(ctx context.Context, j *job) error {
	return errors.Join(j.named(ctx, "", "./codec/...", `^Test.*(Golden|Vector)`), on32Bits(ctx, j))
}

// faults runs all tests of faults but those in namespaces. Many of them mostly
// wait, so that more run at once than there are cores.
func faults(ctx context.Context, j *job) error {
	return j.rows(ctx, "faults", "faults", "./internal/faults/...", `^Test[A-Z]`)
}

// netns runs the tests that make network namespaces.
func netns(ctx context.Context, j *job) error {
	return j.rows(ctx, "netns", "faults,netns", "./internal/faults/...", `^TestNetwork[A-Z]`)
}

// rows is named for tests that report rows of the fault catalogue.
func (j *job) rows(ctx context.Context, file, tag, pattern, name string) error {
	pkgs, err := j.find(ctx, tag, pattern, name)
	if err != nil {
		return err
	}
	return j.goTestEvents(ctx, file, append([]string{"-count=1", "-tags=" + tag, "-run=" + name, "-timeout=5m", "-p=1", "-parallel=8"}, pkgs...)...)
}

// otherRows runs the tests of other packages that report a row.
func otherRows(ctx context.Context, j *job) error {
	tests, err := j.project.reporters(ctx)
	if err != nil {
		return err
	}
	j.sayf("%d tests in %d packages", len(tests), len(packages(tests)))
	if len(tests) == 0 {
		return nil
	}
	names := make([]string, 0, len(tests))
	for _, t := range tests {
		names = append(names, t.name)
	}
	args := []string{"-count=1", "-run=^(" + strings.Join(names, "|") + ")$", "-timeout=5m", "-p=1"}
	return j.goTestEvents(ctx, "other", append(args, packages(tests)...)...)
}

func soakFaults(ctx context.Context, j *job) error {
	return j.named(ctx, "faults", "./internal/faults/...", `^Test[A-Z]`, "-count=10", "-timeout=1h", "-p=1", "-parallel=8")
}

// interop builds the driver and runs all of its cases. The peers are installed when
// their lock files have changed.
func interop(ctx context.Context, j *job) error {
	bin := filepath.Join(j.project.root, ".build", "driver")
	if err := j.run(ctx, command{args: []string{"go", "build", "-o", bin, "./internal/interop"}, show: true}); err != nil {
		return err
	}
	return j.run(ctx, command{args: []string{bin}, show: true})
}

// oracle runs the tests of modules that link what the module itself does not.
func oracle(ctx context.Context, j *job) error {
	return errors.Join(j.nested(ctx, "codec/dubbo/oracle"), j.nested(ctx, "interop/dubbo-go"),
		j.named(ctx, "", "./internal/interop", `^TestAGoodPeerIsGreenInEveryCaseOfHessian$`))
}

// nested runs the tests of a module in a folder of this one.
func (j *job) nested(ctx context.Context, dir string) error {
	return j.run(ctx, command{args: []string{"go", "test", "-count=1", "./..."}, dir: dir, show: true})
}

// soak may find nothing: it is there for tests that no other stage has time for.
func soak(ctx context.Context, j *job) error {
	err := j.named(ctx, "soak", "./...", `^TestSoak`, "-timeout=2h")
	if errors.Is(err, errNothing) {
		return fmt.Errorf("%w: %w", errNotRun, err)
	}
	return err
}

// errNothing is wrapped by a stage that found no test to run.
var errNothing = errors.New("nothing to run")

// find returns the packages that have tests whose name matches, and fails when
// there are none.
func (j *job) find(ctx context.Context, tag, pattern, name string) ([]string, error) {
	tests, err := j.project.findTests(ctx, tag, pattern, regexp.MustCompile(name))
	if err != nil {
		return nil, err
	}
	if len(tests) == 0 {
		return nil, fmt.Errorf("%w: no test whose name matches %s was found in %s", errNothing, name, pattern)
	}
	pkgs := packages(tests)
	j.sayf("%d tests in %d packages", len(tests), len(pkgs))
	return pkgs, nil
}

// named runs the tests whose name matches, and fails when there are none.
func (j *job) named(ctx context.Context, tag, pattern, name string, args ...string) error {
	pkgs, err := j.find(ctx, tag, pattern, name)
	if err != nil {
		return err
	}
	args = append([]string{"-count=1", "-tags=" + tag, "-run=" + name}, args...)
	return j.goTest(ctx, append(args, pkgs...)...)
}

// demo runs the program itself, because go run has only one status for failing.
func demo(ctx context.Context, j *job) error {
	if !exists(filepath.Join(j.project.root, "examples", "demo")) {
		return errors.New("there is no program in examples/demo")
	}
	bin := filepath.Join(j.project.root, ".build", "demo")
	without := newTail(40)
	for _, c := range []command{
		{args: []string{"go", "build", "-o", bin, "./examples/demo"}},
		{args: []string{bin}, show: true},
		{args: []string{bin, "-no-retry"}, show: true, exit: 1, copy: without},
	} {
		if err := j.run(ctx, c); err != nil {
			return err
		}
	}
	for _, fault := range []string{"at the killed server", "at the frozen server"} {
		if !strings.Contains(strings.Join(without.lines(), "\n"), fault) {
			return fmt.Errorf("demo -no-retry names no failed call %s: then retries were not needed, or ran", fault)
		}
	}
	return nil
}
