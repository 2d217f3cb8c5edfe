package main

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Samples are the values that travel, by name, written after Samples.java and
// MoreSamples.java of ../java. Each call of a maker makes new objects.

// makers makes the samples of all names.
func makers() map[string]func() any {
	all := map[string]func() any{}
	for _, add := range []func(map[string]func() any){
		scalars, doubles, texts, binaries, lists, mappings, arrays, objects,
		numbers, library, times, exceptions, references, cycles,
	} {
		add(all)
	}
	return all
}

// instant and minutes are milliseconds; minutes is one of whole minutes too.
const (
	instant int64 = 1_700_000_000_123
	minutes int64 = 1_700_000_040_000
)

// always makes a maker of a value that no one changes.
func always(v any) func() any { return func() any { return v } }

// list makes a java.util.ArrayList.
func list(items ...any) []any { return append([]any{}, items...) }

// date makes a java.util.Date of milliseconds. It is in the zone of this machine:
// the library takes midnight of the year 1 in UTC for null.
func date(ms int64) time.Time { return time.UnixMilli(ms) }

// fill makes the bytes that a size stands for.
func fill(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(31*i + 7)
	}
	return b
}

func counted(n int) []any {
	l := make([]any, n)
	for i := range l {
		l[i] = int32(i)
	}
	return l
}

func scalars(all map[string]func() any) {
	all["null"], all["true"], all["false"] = always(nil), always(true), always(false)
	for _, v := range []int32{0, -16, -17, 47, 48, -2048, -2049, 2047, 2048, -262144, -262145, 262143, 262144, math.MinInt32, math.MaxInt32} {
		all["int:"+strconv.FormatInt(int64(v), 10)] = always(v)
	}
	for _, v := range []int64{0, -8, -9, 15, 16, -2048, -2049, 2047, 2048, -262144, -262145, 262143, 262144,
		math.MinInt32, math.MinInt32 - 1, math.MaxInt32, math.MaxInt32 + 1, math.MinInt64, math.MaxInt64} {
		all["long:"+strconv.FormatInt(v, 10)] = always(v)
	}
	all["byte:-128"] = always(int8(-128))
	all["short:-32768"] = always(int16(-32768))
	all["char:e"] = always("\u00e9")
	all["float:0.1"] = always(float32(0.1))
	all["date:0"] = always(date(0))
	all["date:ms"] = always(date(instant))
	all["date:minutes"] = always(date(minutes))
	all["date:before"] = always(date(-1))
	all["date:old"] = always(date(-62_135_596_800_000))
}

func doubles(all map[string]func() any) {
	for name, v := range map[string]float64{
		"0": 0, "1": 1, "-128": -128, "-129": -129, "127": 127, "128": 128, "-32768": -32768, "-32769": -32769,
		"32767": 32767, "32768": 32768, "0.001": 0.001, "0.1": 0.1, "1.5": 1.5, "12.25": 12.25, "-0.125": -0.125,
		"2147483.647": 2147483.647, "2147483.648": 2147483.648, "1e10": 1e10, "pi": math.Pi,
		"max": math.MaxFloat64, "min": math.SmallestNonzeroFloat64,
		"inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN(),
	} {
		all["double:"+name] = always(v)
	}
}

func texts(all map[string]func() any) {
	for _, n := range []int{0, 1, 31, 32, 255, 256, 1023, 1024, 32767, 32768, 32769, 65535, 65536, 70000} {
		all["string:"+strconv.Itoa(n)] = func() any { return ascii(n) }
	}
	all["string:latin"] = always("na\u00efve gr\u00fc\u00dfe")
	all["string:bmp"] = always("\u4f60\u597d \u4e16\u754c \uffff")
	all["string:emoji"] = always("\U0001f600 \U0010ffff \U0001f468\u200d\U0001f469\u200d\U0001f467")
	all["string:zero"] = always("a\x00b")
	all["string:wide"] = func() any { return strings.Repeat("\u4f60", 40000) }
	all["string:pairs"] = func() any { return strings.Repeat("\U0001f600", 20000) }
	all["string:split"] = func() any { return "x" + strings.Repeat("\U0001f600", 20000) }
}

func ascii(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + i%26)
	}
	return string(b)
}

func binaries(all map[string]func() any) {
	for _, n := range []int{0, 1, 15, 16, 255, 256, 1023, 1024, 8189, 8190, 32768, 32769, 70000} {
		all["bytes:"+strconv.Itoa(n)] = func() any { return fill(n) }
	}
}
