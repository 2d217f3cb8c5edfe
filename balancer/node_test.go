package balancer

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/onrampmesh/onramp"
)

func TestLatencyRisesAtOnceAndFallsWithTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNode(onramp.Endpoint{})
		answer(n, onramp.OK, 10*time.Millisecond)
		answer(n, onramp.OK, 100*time.Millisecond)
		if got := n.Latency(); got != 100*time.Millisecond {
			t.Errorf("after a slow answer %v, want 100ms", got)
		}
		answer(n, onramp.OK, 10*time.Millisecond)
		if got := n.Latency(); got != 100*time.Millisecond {
			t.Errorf("after a fast answer at the same moment %v, want 100ms still", got)
		}
		for range 1000 {
			time.Sleep(memory / 1000)
			answer(n, onramp.OK, 10*time.Millisecond)
		}
		// An exponential average with this time constant: 10 + 90/e.
		if got, want := n.Latency().Seconds(), 0.010+0.090/math.E; math.Abs(got-want) > 0.001 {
			t.Errorf("10 s of fast answers later %.4f s, want %.4f s", got, want)
		}
		time.Sleep(memory)
		answer(n, onramp.OK, 5*time.Millisecond)
		if got := n.Latency(); got != 5*time.Millisecond {
			t.Errorf("after 10 s without a call one answer gives %v, want 5ms", got)
		}
	})
}

func TestOnlyAnswersLowerTheLatency(t *testing.T) {
	for name, o := range map[string]onramp.Outcome{
		"an instant failure":            {Code: onramp.Internal},
		"a refusal":                     {Code: onramp.ResourceExhausted, Origin: onramp.Refused, Latency: 1},
		"a call that was cancelled":     {Code: onramp.Canceled, Origin: onramp.Wire, Latency: 1},
		"a failed dial":                 {Code: onramp.Unavailable, Origin: onramp.Local, Latency: 1},
		"a deadline before the sending": {Code: onramp.DeadlineExceeded, Origin: onramp.Local, Latency: 1},
		"an answer without a time":      {Code: onramp.OK},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := NewNode(onramp.Endpoint{})
			answer(n, onramp.OK, 10*time.Millisecond)
			time.Sleep(5 * time.Second)
			o.At = time.Now()
			n.Begin()
			n.Done(o)
			if got := n.Latency(); got != 10*time.Millisecond {
				t.Errorf("%s made the latency %v, want 10ms still", name, got)
			}
		})
	}
}

func TestATimeoutRaisesTheLatency(t *testing.T) {
	n := NewNode(onramp.Endpoint{})
	answer(n, onramp.OK, 10*time.Millisecond)
	answer(n, onramp.DeadlineExceeded, time.Second)
	if got := n.Latency(); got != time.Second {
		t.Errorf("latency %v, want 1s", got)
	}
}

func TestFailingSeesWhatSpeaksAgainstTheNode(t *testing.T) {
	for name, c := range map[string]struct {
		o     onramp.Outcome
		fails bool
	}{
		"a failure":               {onramp.Outcome{Code: onramp.Internal}, true},
		"a lost connection":       {onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Wire}, true},
		"a failed dial":           {onramp.Outcome{Code: onramp.Unavailable, Origin: onramp.Local}, true},
		"full connections":        {onramp.Outcome{Code: onramp.ResourceExhausted, Origin: onramp.Local}, true},
		"an answer":               {onramp.Outcome{}, false},
		"a business error":        {onramp.Outcome{Code: onramp.Internal, Business: true}, false},
		"the caller's mistake":    {onramp.Outcome{Code: onramp.InvalidArgument}, false},
		"the caller's change":     {onramp.Outcome{Code: onramp.Canceled, Origin: onramp.Wire}, false},
		"a deadline before leave": {onramp.Outcome{Code: onramp.DeadlineExceeded, Origin: onramp.Local}, false},
	} {
		n := NewNode(onramp.Endpoint{})
		n.Begin()
		n.Done(c.o)
		if got := n.Failing() > 0; got != c.fails {
			t.Errorf("%s counts against the node: %t, want %t", name, got, c.fails)
		}
	}
}

func TestFailingGoesBackToZeroWithAnswers(t *testing.T) {
	n := NewNode(onramp.Endpoint{})
	for range 100 {
		answer(n, onramp.Internal, time.Millisecond)
	}
	if got := n.Failing(); got < 0.99 || got > 1 {
		t.Errorf("after 100 failures %v, want 1 nearly", got)
	}
	for range 200 {
		answer(n, onramp.OK, time.Millisecond)
	}
	if got := n.Failing(); got != 0 {
		t.Errorf("after 200 answers %v, want 0", got)
	}
}

func TestInFlightIsExactUnderManyGoroutines(t *testing.T) {
	nodes := weighing(1, 2, 3)
	p := P2C().Build(nodes)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 2000 {
				n := pick(t, p, request())
				n.Begin()
				code := onramp.OK
				if i%3 == 0 {
					code = onramp.Internal
				}
				n.Done(onramp.Outcome{Code: code, Latency: time.Duration(i+g) * time.Microsecond, At: time.Now()})
			}
			nodes[g%3].Begin()
		})
	}
	wg.Wait()
	for i, want := range []int{3, 3, 2} {
		if got := nodes[i].InFlight(); got != want {
			t.Errorf("%s has %d in flight, want %d", nodes[i].Endpoint.ID, got, want)
		}
	}
}

func TestANodesStatisticsHaveACacheLineOfTheirOwn(t *testing.T) {
	if s := unsafe.Sizeof(stats{}); s != 64 {
		t.Errorf("stats are %d bytes, want 64", s)
	}
	if unsafe.Sizeof(uintptr(0)) == 8 && unsafe.Sizeof(Node{})%64 != 0 {
		t.Errorf("a node is %d bytes, want a multiple of 64: change the padding", unsafe.Sizeof(Node{}))
	}
}

func TestOldFailuresFadeBeforeANewOneCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNode(onramp.Endpoint{})
		for range 100 {
			answer(n, onramp.Internal, time.Millisecond)
		}
		time.Sleep(memory)
		answer(n, onramp.Internal, time.Millisecond)
		if got := n.Failing(); got != failureGain {
			t.Errorf("one failure after 10 s without a call gives %v, want %v as for a new node", got, failureGain)
		}
	})
}
