package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The witness reads Dubbo's frames as their names say they are.
func TestFramesOfDubboAreReadAsGoldenVectorsNameThem(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "codec", "dubbo", "testdata", "dubbo_java.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct{ Name, Hex string }
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		b, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		f, n, err := readDubbo(append(b, 0xff))
		if err != nil || n != len(b) || f.serial != 2 {
			t.Errorf("%s: %d bytes of %d, serialization %d: %v", v.Name, n, len(b), f.serial, err)
		}
		if want := dubboKindOf(v.Name); f.kind != want {
			t.Errorf("%s is a %s, want a %s", v.Name, f.kind, want)
		}
		for i := range b {
			if _, n, err := readDubbo(b[:i]); n != 0 || err != nil {
				t.Fatalf("%s: its first %d bytes are a frame of %d: %v", v.Name, i, n, err)
			}
		}
	}
	if len(vectors) < 50 {
		t.Errorf("%d vectors were read", len(vectors))
	}
	if _, _, err := readDubbo([]byte("GET / HTTP/1.1")); err == nil || !strings.Contains(err.Error(), "begins with 0x4745") {
		t.Errorf("got %v", err)
	}
}

// dubboKindOf is what a vector's name says that it is.
func dubboKindOf(name string) string {
	switch {
	case strings.Contains(name, "readonly"):
		return "readonly"
	case strings.Contains(name, "event_22"):
		return "heartbeat ack"
	case strings.Contains(name, "heartbeat"):
		return "heartbeat"
	case strings.Contains(name, "oneway"):
		return "oneway"
	case strings.HasSuffix(name, "_resp"):
		return "response"
	}
	return "request"
}

// Some peers answer READONLY as they answer a heartbeat.
func TestAnAnswerToReadonlyIsPaired(t *testing.T) {
	readonly := frame{conn: 1, kind: "readonly", id: 7, serial: 2}
	ack := frame{conn: 1, up: true, kind: "heartbeat ack", id: 7, serial: 2}
	if err := paired([]frame{readonly, ack}); err != nil {
		t.Error(err)
	}
	if err := paired([]frame{readonly, ack, ack}); err == nil {
		t.Error("two answers were paired")
	}
}
