package stripe

import (
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestRequestsSpreadOverAllStripes(t *testing.T) {
	var seen [N]int
	keep := make([]*onramp.Request, 1000)
	for i := range keep {
		keep[i] = new(onramp.Request)
		s := Of(keep[i])
		if s != Of(keep[i]) {
			t.Fatal("a request changed its stripe")
		}
		seen[s]++
	}
	for s, n := range seen {
		if n == 0 {
			t.Errorf("no request of 1000 is on stripe %d: %v", s, seen)
		}
	}
}
