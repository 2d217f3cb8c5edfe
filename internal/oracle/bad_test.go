package oracle_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/internal/leak"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// good decodes a length of four bytes and as many bytes of text.
func good(src []byte) (string, error) {
	if len(src) < 4 {
		return "", errors.New("too short")
	}
	n := binary.BigEndian.Uint32(src)
	if uint64(n) > uint64(len(src)-4) {
		return "", fmt.Errorf("a text of %d bytes in %d", n, len(src)-4)
	}
	return string(src[4 : 4+n]), nil
}

func write(s string) ([]byte, error) {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...), nil
}

var sink []byte

func TestGoodDecodersPass(t *testing.T) {
	d := oracle.Decoder[string]{K: oracle.Frame, Decode: good, Encode: write}
	for what, src := range map[string][]byte{
		"nothing": nil, "a text": []byte("\x00\x00\x00\x02hi"), "more behind it": []byte("\x00\x00\x00\x01hi"),
		"a claim": []byte("\xff\xff\xff\xffhi"), "much": append([]byte("\x00\x10\x00\x00"), make([]byte, 1<<20)...),
	} {
		before := bytes.Clone(src)
		accepted(t, what, func(tb testing.TB) {
			v, err := d.Check(tb, src)
			want, problem := good(src)
			if v != want || (err == nil) != (problem == nil) {
				t.Errorf("%s: got %q, %v", what, v, err)
			}
		})
		if !bytes.Equal(src, before) {
			t.Errorf("%s: the input was changed", what)
		}
	}
}

// Each of these is a mistake that decoders of other projects were seen to make.
func TestBadDecodersAreRefused(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	calls := 0
	seen := map[string]int{}
	long := strings.Repeat("x", 100)
	large := 16 << 10
	if leak.Race {
		large = 6 << 10
	}
	for _, c := range []struct {
		what, reason string
		src          []byte
		decode       func(src []byte) (string, error)
	}{
		{"panics", "panic: runtime error: index out of range", nil, func(src []byte) (string, error) { return string(src[0]), nil }},
		{"believes a length field", "bytes were allocated", []byte("\x00\x40\x00\x00"), func(src []byte) (string, error) {
			sink = make([]byte, binary.BigEndian.Uint32(src))
			return good(src)
		}},
		{"amplifies", "bytes were allocated", make([]byte, 200<<10), func(src []byte) (string, error) {
			for range src {
				sink = make([]byte, 24)
			}
			return "", nil
		}},
		{"is quadratic", "it took", make([]byte, large), func(src []byte) (string, error) {
			pairs := 0
			for i := range src {
				for _, b := range src[i:] {
					if b == src[i] {
						pairs++
					}
				}
			}
			return fmt.Sprint(pairs), nil
		}},
		{"reads behind the frame", "behind them", []byte("abc"), func(src []byte) (string, error) { return string(src[:min(cap(src), 8)]), nil }},
		{"errs by what stands behind", "behind them", []byte("abc"), func(src []byte) (string, error) {
			if cap(src) > 3 && src[:4][3] == 0 {
				return "", errors.New("a zero")
			}
			return "", nil
		}},
		{"writes behind the frame", "behind the input was written", []byte("abc"), func(src []byte) (string, error) {
			_ = append(src, 'd')
			return "", nil
		}},
		{"writes into the frame", "the input was written", []byte("abc"), func(src []byte) (string, error) {
			src[0]++
			return "", nil
		}},
		{"leaves a goroutine", "1 goroutines are left", nil, func([]byte) (string, error) {
			go func() { <-stop }()
			return "", nil
		}},
		{"keeps state", "decoded again", []byte("abc"), func(src []byte) (string, error) {
			seen[string(src)]++
			return fmt.Sprint(seen[string(src)]), nil
		}},
		{"fails the second time", "decoded again", []byte("abc"), func([]byte) (string, error) {
			if calls++; calls > 1 {
				return "", errors.New("again")
			}
			return "", nil
		}},
		{"encodes as something else", "was encoded as", []byte("\x00\x00\x00\x02Hi"), func(src []byte) (string, error) {
			s, err := good(src)
			return strings.ToUpper(s) + "!", err
		}},
		{"encodes as what does not decode", "does not decode", nil, func(src []byte) (string, error) {
			if len(src) > 0 {
				return "", errors.New("no")
			}
			return "", nil
		}},
		{"writes a long error", "an error of 6000 bytes", []byte("abc"), func(src []byte) (string, error) {
			return "", errors.New(strings.Repeat(string(src), 2000))
		}},
		{"quotes without an end", "quotes more than 64 bytes", []byte(long), func(src []byte) (string, error) { return "", fmt.Errorf("bad %q", src) }},
		{"quotes without escapes", "cannot be printed", []byte("\x1b[2J"), func(src []byte) (string, error) { return "", errors.New(string(src)) }},
		{"quotes bytes", "not UTF-8", []byte("\xff"), func(src []byte) (string, error) { return "", errors.New(string(src)) }},
		{"takes the wire for a format", "format", []byte("%d %d"), func(src []byte) (string, error) { return "", fmt.Errorf(string(src), len(src)) }},
		{"has nothing to say", "without a text", []byte("a"), func([]byte) (string, error) { return "", errors.New("") }},
	} {
		d := oracle.Decoder[string]{K: oracle.Frame, Decode: c.decode, Encode: write}
		refused(t, c.what, c.reason, func(tb testing.TB) { _, _ = d.Check(tb, c.src) })
	}
}

func TestWhatIsReadAndNeverWrittenPasses(t *testing.T) {
	d := oracle.Decoder[string]{K: oracle.Frame, Decode: good, Encode: func(string) ([]byte, error) { return nil, oracle.ErrNoForm }}
	accepted(t, "no form", func(tb testing.TB) { _, _ = d.Check(tb, make([]byte, 4)) })
	d.Encode = func(string) ([]byte, error) { return nil, errors.New("no") }
	refused(t, "an error", "cannot be encoded", func(tb testing.TB) { _, _ = d.Check(tb, make([]byte, 4)) })
}

func TestALimitThatIsPassedOnceIsNoFault(t *testing.T) {
	run := 0
	hiccup := func(n int) func() {
		run = 0
		return func() {
			if run++; run <= n {
				sink = make([]byte, 1<<20)
				time.Sleep(20 * time.Millisecond)
			}
		}
	}
	accepted(t, "twice", func(tb testing.TB) { oracle.For(oracle.Frame, 0).Check(tb, hiccup(2)) })
	refused(t, "three times", "3 times in a row", func(tb testing.TB) { oracle.For(oracle.Frame, 0).Check(tb, hiccup(3)) })
}

func TestMemoryThatFollowsWhatWasSentIsNoFault(t *testing.T) {
	for k, why := range map[int]string{8: "", 40: "for 100000 that were sent"} {
		check := func(tb testing.TB) {
			oracle.Follows(tb, 1<<20, 16, func() int {
				sink = make([]byte, k*100_000)
				return 100_000
			})
		}
		if got := judge(t, check); (got == "") != (why == "") || !strings.Contains(got, why) {
			t.Errorf("%d bytes each: the verdict is %q", k, got)
		}
	}
}

func TestAGoroutineThatEndsSoonIsNotLeft(t *testing.T) {
	accepted(t, "20 ms", func(tb testing.TB) {
		oracle.Limits{}.Check(tb, func() {
			go func() { time.Sleep(20 * time.Millisecond) }()
		})
	})
}

func TestGoroutinesOfOthersAreNotCounted(t *testing.T) {
	stop, begin := make(chan struct{}), make(chan struct{})
	go func() {
		<-begin
		go func() { <-stop }()
		begin <- struct{}{}
	}()
	accepted(t, "another's", func(tb testing.TB) {
		oracle.Limits{}.Check(tb, func() {
			begin <- struct{}{}
			<-begin
		})
	})
	close(stop)
}

func TestWhatIsKeptOfTheWireIsFound(t *testing.T) {
	input := func(i int) []byte { return fmt.Appendf(nil, "method %d", i) }
	names := map[string]bool{}
	refused(t, "a table of names", "bytes in memory", func(tb testing.TB) {
		oracle.Forgets(tb, input, func(src []byte) { names[string(src)] = true })
	})
	bounded := map[int]string{}
	accepted(t, "a bounded table", func(tb testing.TB) {
		oracle.Forgets(tb, input, func(src []byte) { bounded[len(src)%8] = string(src) })
	})
	if len(names) == 0 || len(bounded) == 0 {
		t.Error("nothing was decoded")
	}
}
