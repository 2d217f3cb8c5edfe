// Program driver builds every program under systems/, runs each variant over
// the payload and concurrency matrix in interleaved rounds, and prints medians
// and ratios to a base system.
//
//	driver run    [flags]        build, measure, write results, print tables
//	driver report [flags] FILE   print the tables of earlier results
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"peerbench/core"
)

type variant struct {
	name, bin string
	maxConc   int
	only      map[string]bool
	hop       string
}

type config struct {
	root, work     string
	systems        *regexp.Regexp
	hops           string
	payloads, conc []int
	cells          string
	rounds         int
	dur, warm      time.Duration
	out, base      string
	prof           string
	maxOther       float64
	retries        int
	awake          bool
	fresh          bool
	spin           string // pids of the spinners
}

func main() {
	if len(os.Args) < 2 {
		die("usage: driver run|report [flags]")
	}
	fs := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	var c config
	var sys, pl, cc string
	fs.StringVar(&c.root, "root", ".", "directory that holds systems/ and hops/")
	fs.StringVar(&c.work, "work", "", "directory for binaries and logs (default: a fixed one under the system's temporary directory)")
	fs.StringVar(&sys, "systems", ".", "regular expression over variant names")
	fs.StringVar(&c.hops, "hops", "", "comma separated SYSTEM@HOP pairs to add, for example http1-json@nginx-h1")
	fs.StringVar(&pl, "payloads", "128,1024,16384", "payload sizes in bytes")
	fs.StringVar(&cc, "conc", "1,10,100,1000", "numbers of concurrent callers")
	fs.StringVar(&c.cells, "cells", "", "comma separated PAYLOAD/CONC cells instead of the full product")
	fs.IntVar(&c.rounds, "rounds", 3, "interleaved rounds")
	fs.DurationVar(&c.dur, "dur", 5*time.Second, "measured time of a run")
	fs.DurationVar(&c.warm, "warm", time.Second, "warm-up of a run")
	fs.StringVar(&c.out, "out", "results.jsonl", "results file, appended to")
	fs.StringVar(&c.base, "base", "grpc", "system that ratios are taken to")
	fs.StringVar(&c.prof, "prof", "", "directory for CPU profiles of every run")
	fs.Float64Var(&c.maxOther, "max-other", 0.08, "repeat a run during which other processes took more than this share of the machine")
	fs.BoolVar(&c.awake, "awake", false, "keep the cores awake with one lowest-priority spinner each")
	fs.BoolVar(&c.fresh, "fresh", false, "begin a new results file instead of appending")
	fs.IntVar(&c.retries, "retries", 2, "how often to repeat a disturbed run; the least disturbed one is kept")
	_ = fs.Parse(os.Args[2:])
	var err error
	if c.systems, err = regexp.Compile(sys); err != nil {
		die("%v", err)
	}
	c.payloads, c.conc = ints(pl), ints(cc)
	if c.work == "" {
		c.work = filepath.Join(os.TempDir(), "peerbench")
	}
	switch os.Args[1] {
	case "spin":
		spin()
	case "run":
		if c.fresh {
			_ = os.Remove(c.out)
		}
		run(c)
		report(c, c.out)
	case "report":
		if fs.NArg() > 0 {
			c.out = fs.Arg(0)
		}
		report(c, c.out)
	default:
		die("unknown command %q", os.Args[1])
	}
}

func die(f string, a ...any) {
	fmt.Fprintf(os.Stderr, f+"\n", a...)
	os.Exit(1)
}

func ints(s string) (out []int) {
	for _, w := range strings.Split(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(w))
		if err != nil {
			die("%v", err)
		}
		out = append(out, n)
	}
	return
}

// build compiles every directory under systems/ and asks it what it offers.
func build(c config) (vs []variant) {
	dirs, _ := filepath.Glob(filepath.Join(c.root, "systems", "*", "go.mod"))
	sort.Strings(dirs)
	if err := os.MkdirAll(filepath.Join(c.work, "bin"), 0o755); err != nil {
		die("%v", err)
	}
	for _, d := range dirs {
		dir := filepath.Dir(d)
		bin, _ := filepath.Abs(filepath.Join(c.work, "bin", filepath.Base(dir)))
		cmd := exec.Command("go", "build", "-o", bin, ".")
		cmd.Dir = dir
		if b, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s does not build: %v\n%s", filepath.Base(dir), err, b)
			if named(c, dir) {
				die("a named system does not build")
			}
			continue
		}
		b, err := exec.Command(bin, "list").Output()
		if err != nil {
			die("%s list: %v", bin, err)
		}
		for _, l := range strings.Split(string(b), "\n") {
			f := strings.Split(l, "\t")
			if len(f) != 3 {
				continue
			}
			v := variant{name: f[0], bin: bin}
			v.maxConc, _ = strconv.Atoi(f[1])
			if f[2] != "" {
				v.only = map[string]bool{}
				for _, x := range strings.Split(f[2], ",") {
					v.only[x] = true
				}
			}
			vs = append(vs, v)
		}
	}
	byName := map[string]variant{}
	var out []variant
	for _, v := range vs {
		byName[v.name] = v
		if c.systems.MatchString(v.name) {
			out = append(out, v)
		}
	}
	for _, h := range strings.Split(c.hops, ",") {
		if h == "" {
			continue
		}
		sys, hop, _ := strings.Cut(h, "@")
		v, ok := byName[sys]
		if !ok {
			die("no system %q for hop %q", sys, h)
		}
		v.hop, v.only = hop, nil
		out = append(out, v)
	}
	return out
}

// registered finds the names of variants in a program's source.
var registered = regexp.MustCompile(`core\.Register\("([^"]+)"`)

// named tells whether the run asks for a variant of a program that cannot be built.
func named(c config, dir string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for _, m := range registered.FindAllSubmatch(b, -1) {
			if c.systems.Match(m[1]) {
				return true
			}
		}
	}
	return false
}

func run(c config) {
	vs := build(c)
	if len(vs) == 0 {
		die("no system matches %q", c.systems)
	}
	if c.awake {
		pids, stop := spinners()
		defer stop()
		c.spin = pids
	}
	type cell struct{ p, n int }
	var cells []cell
	if c.cells != "" {
		for _, w := range strings.Split(c.cells, ",") {
			a, b, _ := strings.Cut(w, "/")
			cells = append(cells, cell{ints(a)[0], ints(b)[0]})
		}
	} else {
		for _, p := range c.payloads {
			for _, n := range c.conc {
				cells = append(cells, cell{p, n})
			}
		}
	}
	f, err := os.OpenFile(c.out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		die("%v", err)
	}
	defer f.Close()
	for r := 0; r < c.rounds; r++ {
		for _, ce := range cells {
			for i := range vs {
				v := vs[(i+r)%len(vs)] // rotate who goes first
				if v.maxConc > 0 && ce.n > v.maxConc || v.only != nil && !v.only[fmt.Sprintf("%d/%d", ce.p, ce.n)] {
					continue
				}
				best, err := once(c, v, ce.p, ce.n)
				for k := 0; k < c.retries && (err != nil || best.OtherCPU > c.maxOther); k++ {
					time.Sleep(2 * time.Second)
					if again, err2 := once(c, v, ce.p, ce.n); err2 == nil && (err != nil || again.OtherCPU < best.OtherCPU) {
						best, err = again, nil
					}
				}
				if err != nil {
					fmt.Fprintf(os.Stderr, "%s payload %d conc %d: %v\n", label(v), ce.p, ce.n, err)
					continue
				}
				best.Round, best.System = r, label(v)
				b, _ := json.Marshal(best)
				fmt.Fprintf(f, "%s\n", b)
				fmt.Fprintf(os.Stderr, "round %d %-22s %6d B c=%-4d %9.0f/s p50 %8.1f p99 %8.1f us, cpu/M %6.2f+%6.2f, other %2.0f%% err %d\n",
					r, label(v), ce.p, ce.n, best.QPS, best.P50Us, best.P99Us, best.CliCPU, best.SrvCPU, best.OtherCPU*100, best.Errors)
			}
		}
	}
}

func label(v variant) string {
	if v.hop != "" {
		return v.name + "@" + v.hop
	}
	return v.name
}

// once measures one variant in one cell with a fresh server and client.
func once(c config, v variant, payload, conc int) (res core.Result, err error) {
	logName := filepath.Join(c.work, "server.log")
	lf, err := os.Create(logName)
	if err != nil {
		return res, err
	}
	defer lf.Close()
	srv := exec.Command(v.bin, "server", "-system", v.name)
	srv.Stderr = lf
	srv.Dir = c.work
	out, err := srv.StdoutPipe()
	if err != nil {
		return res, err
	}
	if err = srv.Start(); err != nil {
		return res, err
	}
	defer stop(srv)
	ready := make(chan core.Ready, 1)
	go func() {
		s := bufio.NewScanner(out)
		for s.Scan() {
			if j, ok := strings.CutPrefix(s.Text(), "READY "); ok {
				var r core.Ready
				if json.Unmarshal([]byte(j), &r) == nil {
					ready <- r
				}
			}
		}
		close(ready)
	}()
	var r core.Ready
	var ok bool
	select {
	case r, ok = <-ready:
	case <-time.After(15 * time.Second):
	}
	if !ok {
		return res, fmt.Errorf("server did not start, see %s", logName)
	}
	addr := strings.Join(r.Addrs, ",")
	hopPid := 0
	if v.hop != "" {
		h, listen, err := startHop(c, v.hop, r.Addrs[0])
		if err != nil {
			return res, err
		}
		defer stop(h)
		hopPid, addr = h.Process.Pid, listen
	}
	args := []string{"client", "-system", v.name, "-addr", addr, "-admin", r.Admin,
		"-server-pid", strconv.Itoa(r.Pid), "-payload", strconv.Itoa(payload), "-conc", strconv.Itoa(conc),
		"-dur", c.dur.String(), "-warm", c.warm.String()}
	if hopPid != 0 {
		args = append(args, "-hop-pid", strconv.Itoa(hopPid))
	}
	if c.spin != "" {
		args = append(args, "-spin-pids", c.spin)
	}
	if c.prof != "" {
		p, _ := filepath.Abs(filepath.Join(c.prof, fmt.Sprintf("%s-%d-%d", label(v), payload, conc)))
		args = append(args, "-prof", p)
	}
	cl := exec.Command(v.bin, args...)
	cl.Dir = c.work
	cf, err := os.Create(filepath.Join(c.work, "client.log"))
	if err != nil {
		return res, err
	}
	defer cf.Close()
	cl.Stderr = cf
	timer := time.AfterFunc(c.dur+c.warm+20*time.Second, func() { _ = cl.Process.Kill() })
	b, err := cl.Output()
	timer.Stop()
	if err != nil {
		return res, fmt.Errorf("client: %w, see %s", err, cf.Name())
	}
	for _, l := range strings.Split(string(b), "\n") {
		if j, ok := strings.CutPrefix(l, "RESULT "); ok {
			return res, json.Unmarshal([]byte(j), &res)
		}
	}
	return res, fmt.Errorf("client printed no result")
}

func stop(cmd *exec.Cmd) {
	_ = cmd.Process.Signal(syscall.SIGTERM)
	t := time.AfterFunc(2*time.Second, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
	t.Stop()
}
