package main

import (
	"testing"
)

func TestEchoAnswersWhatItGot(t *testing.T) {
	p, addr := start(t)
	m := message{Text: "hi", Number: "-9223372036854775807", Size: 300, Tags: []string{"a", ""}, Counts: map[string]int32{"": 7},
		Ratio: 0.1, Flag: true, Inner: []string{"outer", "", "inner"}, Color: 1, Offset: -5, Packed: []int32{1, -1}}
	a := ask{Addr: addr, Service: echoInterface + ":1.0", Method: "echo", Header: map[string]string{"note": "x"}}
	e := p.calls(t, a, spec{message: m})[0]
	sent, err := m.object()
	if err != nil {
		t.Fatal(err)
	}
	want := lineOf(sent)
	if why := differs(e.Reply, want); why != "" {
		t.Errorf("the reply %+v: %s; %+v", e.Reply, why, e.Failed)
	}
	seen := p.notes.take()
	if len(seen.Calls) != 1 || seen.Connections != 1 || seen.Calls[0].Header["note"] != "x" || len(seen.Calls[0].Header) != 1 || seen.Calls[0].Timeout != 10000 {
		t.Errorf("the server saw %+v", seen)
	}
}

func TestGroupAndVersionChooseTheService(t *testing.T) {
	p, addr := start(t)
	e := p.calls(t, ask{Addr: addr, Service: "blue/" + echoInterface + ":2.0", Method: "echo"}, texted("sky"))[0]
	if m, _ := e.Reply.(message); m.Text != "blue sky" {
		t.Errorf("the reply is %+v %+v", e.Reply, e.Failed)
	}
}

func TestFailuresAreToldByTheirClass(t *testing.T) {
	p, addr := start(t)
	for method, want := range map[string]failure{
		"fail":   {Kind: "error", Name: "onramp.interop.SoldOut", Text: "text", Item: "car", Left: 7},
		"crash":  {Kind: "error", Name: "java.lang.IllegalStateException", Text: "text"},
		"absent": {Kind: "error", Name: "java.lang.Throwable", Text: "cannot find method [absent] of service [onramp.interop.Echo] in dubbo"},
	} {
		e := p.calls(t, ask{Addr: addr, Service: echoInterface + ":1.0", Method: method}, texted("text"))[0]
		if e.Failed == nil {
			t.Errorf("%s: %+v", method, e.Reply)
			continue
		}
		got := *e.Failed
		if method == "fail" && (got.Cause == nil || got.Cause.Name != "java.lang.IllegalArgumentException" || got.Cause.Text != "no stock") {
			t.Errorf("the cause is %+v", got.Cause)
		}
		got.Cause = nil
		if got != want {
			t.Errorf("%s: %+v, want %+v", method, got, want)
		}
	}
	e := p.calls(t, ask{Addr: addr, Service: "onramp.interop.Missing:1.0", Method: "echo"}, texted("text"))[0]
	if e.Failed == nil || e.Failed.Text != "don't have this exporter, key: onramp.interop.Missing:1.0" {
		t.Errorf("a missing service: %+v", e.Failed)
	}
	e = p.calls(t, ask{Addr: addr, Service: echoInterface + ":1.0", Method: "echo", Timeout: 200}, spec{message: message{Sleep: 1000}})[0]
	if e.Failed == nil || e.Failed.Kind != "timeout" {
		t.Errorf("a late reply: %+v %+v", e.Reply, e.Failed)
	}
}

func TestOnewayCallsArrive(t *testing.T) {
	p, addr := start(t)
	ends := p.calls(t, ask{Addr: addr, Service: echoInterface + ":1.0", Method: "note", Oneway: true}, texted("1"), texted("2"))
	for _, e := range ends {
		if e.Failed != nil || e.Reply != nil {
			t.Errorf("a call ended %+v %+v", e.Reply, e.Failed)
		}
	}
	// The same connection carries a call with a reply behind them.
	p.calls(t, ask{Addr: addr, Service: valuesInterface + ":1.0", Method: "nothing"}, sample(""))
	eventually(t, func() bool {
		p.notes.mu.Lock()
		defer p.notes.mu.Unlock()
		return len(p.notes.seen.Calls) == 3
	})
}

func TestCloseEndsTheConnection(t *testing.T) {
	p, addr := start(t)
	a := ask{Addr: addr, Service: echoInterface + ":1.0", Method: "echo"}
	p.calls(t, a, texted("1"))
	p.close(addr)
	p.calls(t, a, texted("2"))
	if seen := p.notes.take(); seen.Connections != 2 || len(seen.Calls) != 2 {
		t.Errorf("the server saw %d connections and %d calls", seen.Connections, len(seen.Calls))
	}
}

func TestLoadRunsOverSeveralServers(t *testing.T) {
	p, addr := start(t)
	other, err := p.serve(ask{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	a := ask{Addrs: []string{addr, other["addr"].(string)}, Service: echoInterface + ":1.0", Method: "echo", Timeout: 3000, Callers: 4}
	if err := p.startLoad(a); err != nil {
		t.Fatal(err)
	}
	got, err := p.endLoad()
	if err != nil {
		t.Fatal(err)
	}
	if told := got["load"].(loadEnd); told.OK < 4 || told.Failed != 0 {
		t.Errorf("the load ended %+v", told)
	}
	if _, err := p.endLoad(); err == nil {
		t.Error("a load ended twice")
	}
}
