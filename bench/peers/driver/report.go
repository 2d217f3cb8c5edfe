package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"peerbench/core"
)

type key struct {
	sys           string
	payload, conc int
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	sort.Float64s(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// report prints one table per cell and one summary of QPS ratios.
func report(c config, file string) {
	f, err := os.Open(file)
	if err != nil {
		die("%v", err)
	}
	defer f.Close()
	runs := map[key][]core.Result{}
	var order []string
	seen := map[string]bool{}
	type cell struct{ p, n int }
	cells := map[cell]bool{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var r core.Result
		if json.Unmarshal(s.Bytes(), &r) != nil || r.Calls == 0 {
			continue
		}
		k := key{r.System, r.Payload, r.Conc}
		runs[k] = append(runs[k], r)
		cells[cell{r.Payload, r.Conc}] = true
		if !seen[r.System] {
			seen[r.System] = true
			order = append(order, r.System)
		}
	}
	sort.Strings(order)
	var cl []cell
	for k := range cells {
		cl = append(cl, k)
	}
	sort.Slice(cl, func(i, j int) bool {
		if cl[i].p != cl[j].p {
			return cl[i].p < cl[j].p
		}
		return cl[i].n < cl[j].n
	})
	med := func(k key, get func(core.Result) float64) float64 {
		var v []float64
		for _, r := range runs[k] {
			v = append(v, get(r))
		}
		return median(v)
	}
	qps := func(r core.Result) float64 { return r.QPS }
	p99 := func(r core.Result) float64 { return r.P99Us }
	p999 := func(r core.Result) float64 { return r.P999Us }
	cpu := func(r core.Result) float64 { return r.CliCPU + r.SrvCPU + r.HopCPU }
	rw := func(r core.Result) float64 { return r.CliRd + r.CliWr }
	// ratio is the median of the ratios of runs of the same round: they were
	// measured side by side, so that a drift of the machine cancels out.
	ratio := func(a, b key, get func(core.Result) float64) string {
		base := map[int]float64{}
		for _, r := range runs[b] {
			base[r.Round] = get(r)
		}
		var v []float64
		for _, r := range runs[a] {
			if d := base[r.Round]; d != 0 && get(r) != 0 {
				v = append(v, get(r)/d)
			}
		}
		if len(v) == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f", median(v))
	}
	for _, ce := range cl {
		b := key{c.base, ce.p, ce.n}
		fmt.Printf("\n### payload %d B, %d callers (medians of %d rounds; x = median of same-round ratios to %s)\n\n", ce.p, ce.n, len(runs[b]), c.base)
		fmt.Println("| system | QPS | x | p50 us | p99 us | x | p99.9 us | CPU s/M client | server | hop | total x | client allocs/call | B/call | server allocs/call | client reads + writes | client ctxsw | RSS MiB client | server | other cpu |")
		fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
		rows := append([]string(nil), order...)
		sort.SliceStable(rows, func(i, j int) bool {
			return med(key{rows[i], ce.p, ce.n}, qps) > med(key{rows[j], ce.p, ce.n}, qps)
		})
		for _, sy := range rows {
			k := key{sy, ce.p, ce.n}
			if len(runs[k]) == 0 {
				continue
			}
			g := func(get func(core.Result) float64) float64 { return med(k, get) }
			errs := g(func(r core.Result) float64 { return float64(r.Errors) })
			note := ""
			if errs > 0 {
				note = fmt.Sprintf(" (%.0f errors)", errs)
			}
			fmt.Printf("| %s%s | %.0f | %s | %.1f | %.1f | %s | %.1f | %.2f | %.2f | %.2f | %s | %.1f | %.0f | %.1f | %.3f | %.2f | %.0f | %.0f | %.0f%% |\n",
				sy, note, g(qps), ratio(k, b, qps),
				g(func(r core.Result) float64 { return r.P50Us }), g(p99), ratio(k, b, p99),
				g(func(r core.Result) float64 { return r.P999Us }),
				g(func(r core.Result) float64 { return r.CliCPU }), g(func(r core.Result) float64 { return r.SrvCPU }),
				g(func(r core.Result) float64 { return r.HopCPU }), ratio(k, b, cpu),
				g(func(r core.Result) float64 { return r.CliAllocs }), g(func(r core.Result) float64 { return r.CliBytes }),
				g(func(r core.Result) float64 { return r.SrvAllocs }), g(rw), g(func(r core.Result) float64 { return r.CliCtx }),
				g(func(r core.Result) float64 { return r.CliRSS }), g(func(r core.Result) float64 { return r.SrvRSS }),
				100*g(func(r core.Result) float64 { return r.OtherCPU }))
		}
	}
	for _, t := range []struct {
		title string
		get   func(core.Result) float64
	}{{"QPS", qps}, {"p99 latency", p99}, {"p99.9 latency", p999}, {"CPU seconds per call, client + server + hop", cpu}} {
		fmt.Printf("\n### %s as a ratio to %s\n\n| system |", t.title, c.base)
		for _, ce := range cl {
			fmt.Printf(" %d B c=%d |", ce.p, ce.n)
		}
		fmt.Printf("\n|---|%s\n", strings.Repeat("---|", len(cl)))
		for _, sy := range order {
			fmt.Printf("| %s |", sy)
			for _, ce := range cl {
				fmt.Printf(" %s |", ratio(key{sy, ce.p, ce.n}, key{c.base, ce.p, ce.n}, t.get))
			}
			fmt.Println()
		}
	}
}
