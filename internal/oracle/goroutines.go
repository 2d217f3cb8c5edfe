package oracle

import (
	"bytes"
	"context"
	"math/rand/v2"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

// label marks the goroutines that a piece of work starts: they inherit it.
const label = "onramp-oracle"

// settle is how long a goroutine has to end after the work that started it.
const settle = time.Second

// watch runs work and returns how many goroutines it left behind. Goroutines of
// others may come and go at the same time.
func watch(work func()) int {
	before := runtime.NumGoroutine()
	mark := strconv.FormatUint(rand.Uint64(), 16)
	pprof.Do(context.Background(), pprof.Labels(label, mark), func(context.Context) { work() })
	if runtime.NumGoroutine() <= before {
		return 0
	}
	left := marked(mark)
	for end := time.Now().Add(settle); left > 0 && time.Now().Before(end); left = marked(mark) {
		time.Sleep(time.Millisecond)
	}
	return left
}

// marked counts the goroutines that have the mark.
func marked(mark string) (n int) {
	var b bytes.Buffer
	if pprof.Lookup("goroutine").WriteTo(&b, 1) != nil {
		return 0
	}
	want := `"` + label + `":"` + mark + `"`
	// A group is "COUNT @ ADDRESSES", its labels, and its frames.
	for group := range strings.SplitSeq(b.String(), "\n\n") {
		if !strings.Contains(group, want) {
			continue
		}
		for line := range strings.Lines(group) {
			if digits, _, ok := strings.Cut(line, " @ "); ok {
				k, _ := strconv.Atoi(digits)
				n += k
			}
		}
	}
	return n
}
