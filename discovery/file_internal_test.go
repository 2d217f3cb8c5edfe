package discovery

import (
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
)

func TestParseFileShortensWhatItQuotes(t *testing.T) {
	long := strings.Repeat("7", 1<<16)
	for _, text := range []string{
		`{"` + long + `": 1}`,
		`{"s": [{"` + long + `": 1}]}`,
		`{"s": [{"addr": "` + long + `"}]}`,
		`{"s": [{"weight": ` + long + `}]}`,
		`{"s": [{"weight": "` + long + `"}]}`,
		`{"s": [{"health": "` + long + `"}]}`,
		`{"s": [{"started": "` + long + `"}]}`,
		`{"s": [{"addr": "a:1", "id": "` + long + `"}, {"addr": "a:1", "id": "` + long + `"}]}`,
	} {
		if _, err := parseFile([]byte(text)); err == nil || len(err.Error()) > 1000 {
			t.Errorf("%.30s...: %.300v", text, err)
		}
	}
}

func TestParseFileRefusesTooManyEndpoints(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"s": [{"addr": "a:1"}`)
	for i := range maxEndpoints {
		b.WriteString(`,{"addr":"`)
		b.WriteString(strings.Repeat("b", 1+i%13))
		b.WriteString(string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676%26)) + string(rune('a'+i/17576)))
		b.WriteString(`:1"}`)
	}
	b.WriteString("]}")
	if _, err := parseFile([]byte(b.String())); err == nil || !strings.Contains(err.Error(), "more than 65536 endpoints") {
		t.Errorf("%.200v", err)
	}
}

func BenchmarkParseFile(b *testing.B) {
	text := `{"s": [{"addr": "a:1"}` + strings.Repeat(`, {"addr": "b:1", "id": "x", "zone": "a", "labels": {"version": "v2"}}`, 1) + "]}"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseFile([]byte(text)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompare is what every word of a registry costs.
func BenchmarkCompare(b *testing.B) {
	var u Update
	for i := range 1000 {
		u.Endpoints = append(u.Endpoints, onramp.Endpoint{Addr: strings.Repeat("h", 1+i/26) + string(rune('a'+i%26)) + ":1"})
	}
	u.State = Known
	b.ReportAllocs()
	for b.Loop() {
		tidied, _ := tidy(u)
		if !sameUpdate(&u, &tidied) {
			b.Fatal("not the same")
		}
	}
}
