package sample

import (
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// instant is the moment of dates, in milliseconds; minutes is one of whole minutes.
const (
	instant = 1_700_000_000_123
	minutes = 1_700_000_040_000
)

func date(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func (s *samples) scalars() {
	s.group = "scalars"
	s.add("null", func() any { return nil })
	s.add("true", func() any { return true })
	s.add("false", func() any { return false })
	for _, v := range []int32{0, -16, -17, 47, 48, -2048, -2049, 2047, 2048, -262144, -262145, 262143, 262144, math.MinInt32, math.MaxInt32} {
		s.add("int:"+strconv.Itoa(int(v)), func() any { return v })
	}
	for _, v := range []int64{0, -8, -9, 15, 16, -2048, -2049, 2047, 2048, -262144, -262145, 262143, 262144,
		math.MinInt32, math.MinInt32 - 1, math.MaxInt32, math.MaxInt32 + 1, math.MinInt64, math.MaxInt64} {
		s.add("long:"+strconv.FormatInt(v, 10), func() any { return v })
	}
	s.doubles()
	s.typed("byte:-128", int32(-128))
	s.typed("short:-32768", int32(-32768))
	s.typed("char:e", "\u00e9")
	s.typed("float:0.1", float64(float32(0.1)))
	for name, ms := range sorted(map[string]int64{"0": 0, "ms": instant, "minutes": minutes, "before": -1, "old": -62_135_596_800_000}) {
		s.add("date:"+name, func() any { return date(ms) })
	}
}

func (s *samples) doubles() {
	for name, v := range sorted(map[string]float64{
		"pi": math.Pi, "max": math.MaxFloat64, "min": math.SmallestNonzeroFloat64, "inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN(),
	}) {
		s.add("double:"+name, func() any { return v })
	}
	for name := range strings.FieldsSeq("0 1 -128 -129 127 128 -32768 -32769 32767 32768 0.001 0.1 1.5 12.25 -0.125 2147483.647 2147483.648 1e10") {
		v, err := strconv.ParseFloat(name, 64)
		if err != nil {
			panic(err)
		}
		s.add("double:"+name, func() any { return v })
	}
}

func (s *samples) strings() {
	s.group = "strings and bytes"
	for _, n := range []int{0, 1, 31, 32, 255, 256, 1023, 1024, 32767, 32768, 32769, 65535, 65536, 70000} {
		s.add("string:"+strconv.Itoa(n), func() any { return ascii(n) })
	}
	for name, v := range sorted(map[string]string{
		"latin": "na\u00efve gr\u00fc\u00dfe",
		"bmp":   "\u4f60\u597d \u4e16\u754c \uffff",
		"emoji": "\U0001f600 \U0010ffff \U0001f468\u200d\U0001f469\u200d\U0001f467",
		"zero":  "a\x00b",
		"wide":  strings.Repeat("\u4f60", 40000),
		"pairs": strings.Repeat("\U0001f600", 20000),
		"split": "x" + strings.Repeat("\U0001f600", 20000),
	}) {
		s.add("string:"+name, func() any { return v })
	}
	for _, n := range []int{0, 1, 15, 16, 255, 256, 1023, 1024, 8189, 8190, 32768, 32769, 70000} {
		s.add("bytes:"+strconv.Itoa(n), func() any { return Fill(n) })
	}
}

func ascii(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + i%26)
	}
	return string(b)
}

// Fill makes the bytes that a size stands for.
func Fill(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*31 + 7)
	}
	return data
}

// sorted ranges over a map in the order of its keys.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
