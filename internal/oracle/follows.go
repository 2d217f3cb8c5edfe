package oracle

import "testing"

// Follows runs work, which must be repeatable and returns how many bytes it was
// sent, and fails t when it panics, leaves a goroutine behind, or allocates more
// than base and k for each of those bytes, three times in a row. It is for whole
// connections, which say only afterwards how much came.
func Follows(t testing.TB, base, k uint64, work func() (sent int)) {
	t.Helper()
	for try := range tries {
		sent := 0
		c := measure(func() { sent = work() }, try > 0)
		why := c.broken()
		if why != "" {
			t.Fatal(why)
		}
		limits := Limits{Bytes: base + k*uint64(sent)}
		if why = limits.passed(&c); why == "" {
			return
		}
		if try == tries-1 {
			t.Fatalf("%s for %d that were sent, %d times in a row", why, sent, tries)
		}
	}
}
