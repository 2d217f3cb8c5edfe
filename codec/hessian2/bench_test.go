package hessian2

import (
	"fmt"
	"strings"
	"testing"
)

// item has the same five fields as that of the benchmarks in bench/peers.
type item struct {
	ID     int64   `hessian:"id"`
	Name   string  `hessian:"name"`
	Email  string  `hessian:"email"`
	Score  float64 `hessian:"score"`
	Active bool    `hessian:"active"`
}

func (item) JavaClassName() string { return "com.example.Item" }

func itemOf(i int) *item {
	return &item{ID: int64(1_000_000 + i), Name: fmt.Sprintf("customer number %d", i), Email: fmt.Sprintf("user%d@example.com", i), Score: 1234.5678 + float64(i), Active: i%2 == 0}
}

func itemsOf() (out []*item) {
	for i := range 100 {
		out = append(out, itemOf(i))
	}
	return out
}

func benchEncode(b *testing.B, v any) {
	s := New()
	buf, err := s.Append(nil, v)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		if buf, err = s.Append(buf[:0], v); err != nil {
			b.Fatal(err)
		}
	}
}

func benchDecode[T any](b *testing.B, v any) {
	s := New()
	body, err := s.Append(nil, v)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		out := new(T)
		if err := s.Decode(body, out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeItem(b *testing.B)    { benchEncode(b, itemOf(1)) }
func BenchmarkDecodeItem(b *testing.B)    { benchDecode[item](b, itemOf(1)) }
func BenchmarkEncodeItems(b *testing.B)   { benchEncode(b, itemsOf()) }
func BenchmarkDecodeItems(b *testing.B)   { benchDecode[[]*item](b, itemsOf()) }
func BenchmarkEncodeText1K(b *testing.B)  { benchEncode(b, strings.Repeat("a", 1024)) }
func BenchmarkDecodeText1K(b *testing.B)  { benchDecode[string](b, strings.Repeat("a", 1024)) }
func BenchmarkEncodeBytes1K(b *testing.B) { benchEncode(b, make([]byte, 1024)) }
func BenchmarkDecodeAny(b *testing.B)     { benchDecode[any](b, itemsOf()) }
func BenchmarkScanItems(b *testing.B) {
	body, err := New().Append(nil, itemsOf())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	var s Scanner
	for b.Loop() {
		s.Reset(V2, body, Limits{})
		if err := s.Skip(); err != nil {
			b.Fatal(err)
		}
	}
}
