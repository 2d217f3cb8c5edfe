package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The witness reads frames of other implementations as their names say they are.
func TestFramesOfOthersAreReadAsGoldenVectorsNameThem(t *testing.T) {
	kinds := map[string]string{"req": "request", "resp": "response", "oneway": "oneway", "heartbeat_ack": "heartbeat ack", "heartbeat": "heartbeat"}
	seen := 0
	for _, file := range []string{"bolt_java.json", "bolt_node.json"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "codec", "bolt", "testdata", file))
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
			f, n, err := readBolt(append(b, 0xff))
			if err != nil || n != len(b) {
				t.Errorf("%s: %d bytes of %d: %v", v.Name, n, len(b), err)
			}
			want := ""
			for part, kind := range kinds {
				if strings.Contains(v.Name, "_"+part) && len(kind) > len(want) {
					want = kind
				}
			}
			if f.kind != want || int(f.version) != int(v.Name[6]-'0') {
				t.Errorf("%s is a %s of version %d", v.Name, f.kind, f.version)
			}
			for i := range b {
				if _, n, err := readBolt(b[:i]); n != 0 || err != nil {
					t.Fatalf("%s: its first %d bytes are a frame of %d: %v", v.Name, i, n, err)
				}
			}
			seen++
		}
	}
	if seen < 30 {
		t.Errorf("%d vectors were read", seen)
	}
}

func TestAWrongChecksumIsSeen(t *testing.T) {
	b, err := hex.DecodeString("020200000001000000070101000000000000000000000000")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = readBolt(append(b, 1, 2, 3, 4)); err == nil || !strings.Contains(err.Error(), "a heartbeat ack has the checksum") {
		t.Errorf("got %v", err)
	}
	if _, _, err = readBolt([]byte("GET / HTTP/1.1")); err == nil || !strings.Contains(err.Error(), "begins with 0x47") {
		t.Errorf("got %v", err)
	}
}
