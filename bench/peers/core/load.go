package core

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/bits"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Result is one measured run.
type Result struct {
	System  string  `json:"system"`
	Payload int     `json:"payload"`
	Conc    int     `json:"conc"`
	Round   int     `json:"round"`
	Calls   uint64  `json:"calls"`
	Errors  uint64  `json:"errors"`
	FirstEr string  `json:"first_error,omitempty"`
	Seconds float64 `json:"seconds"`
	QPS     float64 `json:"qps"`
	MeanUs  float64 `json:"mean_us"`
	P50Us   float64 `json:"p50_us"`
	P90Us   float64 `json:"p90_us"`
	P99Us   float64 `json:"p99_us"`
	P999Us  float64 `json:"p999_us"`
	MaxUs   float64 `json:"max_us"`
	// CPU seconds (user+system) per one million calls.
	CliCPU float64 `json:"cli_cpu_per_m"`
	SrvCPU float64 `json:"srv_cpu_per_m"`
	HopCPU float64 `json:"hop_cpu_per_m"`
	CliSys float64 `json:"cli_sys_share"`
	SrvSys float64 `json:"srv_sys_share"`
	// Heap allocations and bytes per call, whole process.
	CliAllocs float64 `json:"cli_allocs"`
	CliBytes  float64 `json:"cli_bytes"`
	SrvAllocs float64 `json:"srv_allocs"`
	SrvBytes  float64 `json:"srv_bytes"`
	CliGC     uint32  `json:"cli_gc"`
	SrvGC     uint32  `json:"srv_gc"`
	// Read and write system calls per call, as /proc/PID/io counts them
	// (read, readv, write, writev; not recvmsg and sendmsg).
	CliRd float64 `json:"cli_reads"`
	CliWr float64 `json:"cli_writes"`
	SrvRd float64 `json:"srv_reads"`
	SrvWr float64 `json:"srv_writes"`
	// Context switches per call, voluntary and not, all threads.
	CliCtx float64 `json:"cli_ctxsw"`
	SrvCtx float64 `json:"srv_ctxsw"`
	// Peak resident set, MiB.
	CliRSS float64 `json:"cli_rss_mib"`
	SrvRSS float64 `json:"srv_rss_mib"`
	HopRSS float64 `json:"hop_rss_mib"`
	// How much of the machine something else used, and how much was idle, as
	// fractions of all CPU time. A high OtherCPU marks a disturbed run.
	OtherCPU float64 `json:"other_cpu"`
	IdleCPU  float64 `json:"idle_cpu"`
}

const (
	histShards  = 8
	histBuckets = 64 * 44
)

// hist is a log-linear latency histogram, 1.6 % wide buckets, nanoseconds.
type hist struct {
	n [histShards][histBuckets]atomic.Uint64
}

func bucketOf(v uint64) int {
	if v < 128 {
		return int(v)
	}
	e := bits.Len64(v) - 7
	i := 64*e + int(v>>uint(e))
	if i >= histBuckets {
		i = histBuckets - 1
	}
	return i
}

func bucketMid(i int) float64 {
	if i < 128 {
		return float64(i)
	}
	e := i/64 - 1
	m := i - 64*e
	return (float64(m) + 0.5) * float64(uint64(1)<<uint(e))
}

func (h *hist) merged() (b [histBuckets]uint64, total uint64) {
	for s := range h.n {
		for i := range h.n[s] {
			v := h.n[s][i].Load()
			b[i] += v
			total += v
		}
	}
	return
}

type procSnap struct {
	utime, stime float64
	rd, wr, ctx  float64
	hwm          float64
}

// snapProc adds up a process and, for proxies, its children.
func snapProc(pid int, children bool) (p procSnap) {
	pids := []int{pid}
	if children {
		pids = append(pids, childrenOf(pid)...)
	}
	for _, id := range pids {
		d := fmt.Sprintf("/proc/%d/", id)
		if b, err := os.ReadFile(d + "stat"); err == nil {
			s := string(b)
			f := strings.Fields(s[strings.LastIndexByte(s, ')')+2:])
			u, _ := strconv.ParseFloat(f[11], 64)
			k, _ := strconv.ParseFloat(f[12], 64)
			p.utime += u / 100
			p.stime += k / 100
		}
		p.rd += procField(d+"io", "syscr:")
		p.wr += procField(d+"io", "syscw:")
		p.hwm += procField(d+"status", "VmHWM:") / 1024
		tasks, _ := filepath.Glob(d + "task/*/status")
		for _, t := range tasks {
			p.ctx += procField(t, "voluntary_ctxt_switches:") + procField(t, "nonvoluntary_ctxt_switches:")
		}
	}
	return
}

// machine returns the idle and the total CPU seconds of the whole machine.
func machine() (idle, total float64) {
	b, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(b), "\n")
	for i, w := range strings.Fields(line) {
		if i == 0 || i > 8 {
			continue
		}
		v, _ := strconv.ParseFloat(w, 64)
		total += v / 100
		if i == 4 || i == 5 {
			idle += v / 100
		}
	}
	return
}

func childrenOf(pid int) (out []int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for _, w := range strings.Fields(string(b)) {
			c, _ := strconv.Atoi(w)
			out = append(out, c)
			out = append(out, childrenOf(c)...)
		}
	}
	return
}

func procField(file, key string) float64 {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for _, l := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(l, key) {
			f := strings.Fields(l)
			if len(f) > 1 {
				v, _ := strconv.ParseFloat(f[1], 64)
				return v
			}
		}
	}
	return 0
}

// spinCPU adds up the CPU seconds of the processes that keep the cores awake.
func spinCPU(pids string) (sum float64) {
	for _, w := range strings.Split(pids, ",") {
		if id, err := strconv.Atoi(w); err == nil {
			p := snapProc(id, false)
			sum += p.utime + p.stime
		}
	}
	return
}

type adminConn struct {
	c net.Conn
	r *bufio.Reader
}

func (a *adminConn) ask(line string, into any) {
	fmt.Fprintln(a.c, line)
	b, err := a.r.ReadBytes('\n')
	if err == nil {
		_ = json.Unmarshal(b, into)
	}
}

// Payload is printable, so that text codecs need no escapes.
func Payload(n int) []byte {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = letters[x&63]
	}
	return b
}

func runClient(args []string) {
	fs := flag.NewFlagSet("client", flag.ExitOnError)
	name := fs.String("system", "", "variant")
	addr := fs.String("addr", "", "comma separated server addresses")
	admin := fs.String("admin", "", "server admin address")
	srvPid := fs.Int("server-pid", 0, "")
	hopPid := fs.Int("hop-pid", 0, "")
	spinPids := fs.String("spin-pids", "", "comma separated processes that keep the cores awake; their CPU is not counted as other")
	size := fs.Int("payload", 1024, "")
	conc := fs.Int("conc", 10, "")
	dur := fs.Duration("dur", 5*time.Second, "")
	warm := fs.Duration("warm", time.Second, "")
	prof := fs.String("prof", "", "write PREFIX.client.pprof and PREFIX.server.pprof")
	allocProf := fs.Bool("allocprof", false, "with -prof, also write PREFIX.client.allocs.pprof")
	_ = fs.Parse(args)
	if *allocProf {
		runtime.MemProfileRate = 1024
	}
	s, ok := systems[*name]
	if !ok {
		fail("no system %q", *name)
	}
	cl, err := s.Dial(strings.Split(*addr, ","), *conc)
	if err != nil {
		fail("dial: %v", err)
	}
	var adm *adminConn
	if *admin != "" {
		c, err := net.Dial("tcp", *admin)
		if err != nil {
			fail("admin: %v", err)
		}
		adm = &adminConn{c, bufio.NewReader(c)}
	}
	payload := Payload(*size)
	callers := make([]Caller, *conc)
	for i := range callers {
		if callers[i], err = cl.Caller(i, payload); err != nil {
			fail("caller: %v", err)
		}
	}
	// One verified call before the load, with patience for lazy connects.
	for i := 0; ; i++ {
		if err = callers[0](); err == nil {
			break
		}
		if i > 100 {
			fail("first call: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}

	var (
		phase  atomic.Int32 // 0 warm-up, 1 measure, 2 stop
		h      hist
		errs   atomic.Uint64
		sumNs  atomic.Int64
		firstE atomic.Value
		wg     sync.WaitGroup
	)
	for w := 0; w < *conc; w++ {
		wg.Add(1)
		go func(w int) {
			defer wg.Done()
			call := callers[w]
			sh := &h.n[w%histShards]
			var local int64
			for {
				ph := phase.Load()
				if ph == 2 {
					break
				}
				t0 := time.Now()
				err := call()
				d := time.Since(t0)
				if phase.Load() == 1 && ph == 1 {
					if err != nil {
						errs.Add(1)
						firstE.CompareAndSwap(nil, err.Error())
						continue
					}
					sh[bucketOf(uint64(d))].Add(1)
					local += int64(d)
				} else if err != nil {
					time.Sleep(time.Millisecond)
				}
			}
			sumNs.Add(local)
		}(w)
	}
	time.Sleep(*warm)
	self := os.Getpid()
	var sm0, sm1 MemSnap
	if adm != nil {
		adm.ask("mem", &sm0)
	}
	if *prof != "" {
		var x struct{}
		if adm != nil {
			adm.ask("prof "+*prof+".server.pprof", &x)
		}
		f, err := os.Create(*prof + ".client.pprof")
		if err != nil {
			fail("%v", err)
		}
		_ = pprof.StartCPUProfile(f)
	}
	cm0 := memSnap()
	c0, s0, x0 := snapProc(self, false), snapProc(*srvPid, false), snapProc(*hopPid, true)
	spin0 := spinCPU(*spinPids)
	idle0, tot0 := machine()
	start := time.Now()
	phase.Store(1)
	time.Sleep(*dur)
	phase.Store(2)
	elapsed := time.Since(start)
	idle1, tot1 := machine()
	spin1 := spinCPU(*spinPids)
	c1, s1, x1 := snapProc(self, false), snapProc(*srvPid, false), snapProc(*hopPid, true)
	cm1 := memSnap()
	if *prof != "" {
		pprof.StopCPUProfile()
		if adm != nil {
			var x struct{}
			adm.ask("profstop", &x)
		}
		if *allocProf {
			if f, err := os.Create(*prof + ".client.allocs.pprof"); err == nil {
				_ = pprof.Lookup("allocs").WriteTo(f, 0)
				f.Close()
			}
		}
	}
	if adm != nil {
		adm.ask("mem", &sm1)
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
	}

	b, total := h.merged()
	r := Result{System: *name, Payload: *size, Conc: *conc, Calls: total, Errors: errs.Load(), Seconds: elapsed.Seconds()}
	if e, ok := firstE.Load().(string); ok {
		r.FirstEr = e
	}
	n := float64(total)
	if n == 0 {
		n = 1
	}
	r.QPS = float64(total) / r.Seconds
	r.MeanUs = float64(sumNs.Load()) / n / 1e3
	q := func(p float64) float64 {
		want, seen := uint64(p*float64(total)), uint64(0)
		for i, v := range b {
			seen += v
			if seen > want {
				return bucketMid(i) / 1e3
			}
		}
		return 0
	}
	r.P50Us, r.P90Us, r.P99Us, r.P999Us = q(.5), q(.9), q(.99), q(.999)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] > 0 {
			r.MaxUs = bucketMid(i) / 1e3
			break
		}
	}
	perM := 1e6 / n
	cpu := func(a, b procSnap) float64 { return b.utime - a.utime + b.stime - a.stime }
	r.CliCPU, r.SrvCPU, r.HopCPU = cpu(c0, c1)*perM, cpu(s0, s1)*perM, cpu(x0, x1)*perM
	share := func(a, b procSnap) float64 {
		if t := cpu(a, b); t > 0 {
			return (b.stime - a.stime) / t
		}
		return 0
	}
	r.CliSys, r.SrvSys = share(c0, c1), share(s0, s1)
	r.CliAllocs, r.CliBytes = float64(cm1.Mallocs-cm0.Mallocs)/n, float64(cm1.Bytes-cm0.Bytes)/n
	r.SrvAllocs, r.SrvBytes = float64(sm1.Mallocs-sm0.Mallocs)/n, float64(sm1.Bytes-sm0.Bytes)/n
	r.CliGC, r.SrvGC = cm1.NumGC-cm0.NumGC, sm1.NumGC-sm0.NumGC
	r.CliRd, r.CliWr = (c1.rd-c0.rd)/n, (c1.wr-c0.wr)/n
	r.SrvRd, r.SrvWr = (s1.rd-s0.rd)/n, (s1.wr-s0.wr)/n
	r.CliCtx, r.SrvCtx = (c1.ctx-c0.ctx)/n, (s1.ctx-s0.ctx)/n
	if t := tot1 - tot0; t > 0 {
		r.IdleCPU = (idle1 - idle0) / t
		r.OtherCPU = max(0, 1-r.IdleCPU-(cpu(c0, c1)+cpu(s0, s1)+cpu(x0, x1)+spin1-spin0)/t)
	}
	r.CliRSS, r.SrvRSS, r.HopRSS = c1.hwm, s1.hwm, x1.hwm
	out, _ := json.Marshal(r)
	fmt.Printf("\nRESULT %s\n", out)
	os.Exit(0)
}
