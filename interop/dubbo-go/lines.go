package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// maxLine bounds a line of the driver, in bytes.
const maxLine = 8 << 20

// ask is a line of the driver.
type ask struct {
	ID   int    `json:"id"`
	Do   string `json:"do"`
	Wire string `json:"wire"`
	// Addr is "host:port", Addrs are those of a load.
	Addr  string   `json:"addr"`
	Addrs []string `json:"addrs"`
	// Service is "group/interface:version", the group may be missing.
	Service string `json:"service"`
	Method  string `json:"method"`
	Calls   []spec `json:"calls"`
	// Timeout and Heartbeat are milliseconds.
	Timeout   int               `json:"timeout"`
	Heartbeat int               `json:"heartbeat"`
	Header    map[string]string `json:"header"`
	Oneway    bool              `json:"oneway"`
	Generic   string            `json:"generic"`
	Retries   int               `json:"retries"`
	Callers   int               `json:"callers"`
}

// lines says hello and answers each line until there are no more.
func (p *peer) lines(in io.Reader, out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(hello()); err != nil {
		return err
	}
	sc := bufio.NewScanner(in)
	sc.Buffer(nil, maxLine)
	for sc.Scan() {
		if err := enc.Encode(p.answer(sc.Bytes())); err != nil {
			return err
		}
	}
	return sc.Err()
}

// answer does what a line asks for. A panic of the library is an error of that line.
func (p *peer) answer(line []byte) (got map[string]any) {
	var a ask
	defer func() {
		if r := recover(); r != nil {
			got = map[string]any{"id": a.ID, "error": fmt.Sprint("panic: ", r)}
		}
	}()
	err := json.Unmarshal(line, &a)
	if err == nil {
		got, err = p.do(a)
	}
	if err != nil {
		return map[string]any{"id": a.ID, "error": err.Error()}
	}
	if got == nil {
		got = map[string]any{}
	}
	got["id"] = a.ID
	return got
}

// do is the table of what can be asked.
func (p *peer) do(a ask) (map[string]any, error) {
	if a.Wire != "" && a.Wire != wire {
		return nil, fmt.Errorf("this peer does not speak %q, only %q", a.Wire, wire)
	}
	switch a.Do {
	case "serve":
		return p.serve(a)
	case "seen":
		return map[string]any{"seen": p.notes.take()}, nil
	case "stop":
		p.stop()
		return nil, nil
	case "call":
		return p.call(a)
	case "close":
		p.close(a.Addr)
		return nil, nil
	case "load":
		return nil, p.startLoad(a)
	case "unload":
		return p.endLoad()
	}
	return nil, fmt.Errorf("this peer cannot do %q", a.Do)
}
