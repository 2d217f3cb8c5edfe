package apache_test

import (
	"testing"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

func BenchmarkDecode(b *testing.B) {
	s := stream()
	body, err := s.Append(nil, sampleCar())
	if err != nil {
		b.Fatal(err)
	}
	own := hessian2.New(ours()...)
	for name, decode := range map[string]func() error{
		"library":  func() error { _, err := hessian.NewDecoder(body).Decode(); return err },
		"apache":   func() error { return s.Decode(body, new(any)) },
		"hessian2": func() error { return own.Decode(body, new(any)) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if err := decode(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	s, in := stream(), sampleCar()
	own := hessian2.New(ours()...)
	for name, encode := range map[string]func() error{
		"library":  func() error { return hessian.NewEncoder().Encode(in) },
		"apache":   func() error { _, err := s.Append(nil, in); return err },
		"hessian2": func() error { _, err := own.Append(nil, in); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := encode(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
