package balancer

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
)

// answer ends an attempt of a node as of now.
func answer(n *Node, code onramp.Code, latency time.Duration) {
	n.Begin()
	n.Done(onramp.Outcome{Code: code, Latency: latency, At: time.Now()})
}

func TestP2CTriesANodeThatWasSlowAgainWithinTenSeconds(t *testing.T) {
	for _, once := range []time.Duration{30 * time.Millisecond, time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			nodes := weighing(1, 1)
			p := P2C(Seed(1)).Build(nodes)
			answer(nodes[0], onramp.OK, once)
			answer(nodes[1], onramp.OK, 10*time.Millisecond)
			begin := time.Now()
			for pick(t, p, request()) != nodes[0] {
				answer(nodes[1], onramp.OK, 10*time.Millisecond)
				time.Sleep(time.Millisecond)
			}
			waited := time.Since(begin)
			t.Logf("slow once by %v: tried again after %v", once, waited)
			if waited < time.Second || waited > 10*time.Second+100*time.Millisecond {
				t.Errorf("tried again after %v, want between 1 s and 10 s", waited)
			}
		})
	}
}

func TestP2CTriesANodeThatIsStillVerySlowWithFewCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := weighing(1, 1)
		p := P2C(Seed(1)).Build(nodes)
		answer(nodes[0], onramp.OK, time.Minute)
		answer(nodes[1], onramp.OK, 10*time.Millisecond)
		for range 2 { // the other one is busy with two calls all the time
			nodes[1].Begin()
		}
		for range 30_000 { // 30 s, and the slow one never answers
			if n := pick(t, p, request()); n == nodes[0] {
				n.Begin()
			} else {
				answer(n, onramp.OK, 10*time.Millisecond)
			}
			time.Sleep(time.Millisecond)
		}
		if got := nodes[0].InFlight(); got < 1 || got > 3 {
			t.Errorf("%d calls wait for the slow node, want 1 to 3: about as many as the other one has", got)
		}
	})
}

func TestP2CSendsToANewNodeAsMuchAsItsInFlightCallsAllow(t *testing.T) {
	nodes := weighing(1, 1)
	p := P2C(Seed(1)).Build(nodes)
	answer(nodes[0], onramp.OK, time.Millisecond)
	for range 5 {
		nodes[0].Begin()
	}
	for i := range 5 {
		if n := pick(t, p, request()); n != nodes[1] {
			t.Fatalf("pick %d did not take the new node, which has %d calls against 5", i, nodes[1].InFlight())
		}
		nodes[1].Begin()
	}
	nodes[1].Begin()
	if n := pick(t, p, request()); n != nodes[0] {
		t.Error("the new node is taken with more calls than the other")
	}
}

func TestP2CTakesTheNodeWithFewerCallsInFlight(t *testing.T) {
	nodes := weighing(1, 1, 1)
	p := P2C(Seed(1)).Build(nodes)
	for _, n := range nodes {
		answer(n, onramp.OK, time.Millisecond)
	}
	for range 3000 {
		pick(t, p, request()).Begin()
	}
	for _, n := range nodes {
		if got := n.InFlight(); got < 998 || got > 1002 {
			t.Errorf("%s has %d calls in flight, want 1000 within 2", n.Endpoint.ID, got)
		}
	}
}

func TestP2CAsksTheClockWhenTheRequestHasNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := weighing(1, 1)
		p := P2C(Seed(1)).Build(nodes)
		nodes[0].Begin()
		nodes[0].Done(onramp.Outcome{Latency: time.Second})
		nodes[1].Begin()
		nodes[1].Done(onramp.Outcome{Latency: time.Millisecond})
		for range 100 {
			if pick(t, p, &onramp.Request{}) != nodes[1] {
				t.Fatal("the slow node was picked while the memory of it is fresh")
			}
		}
		time.Sleep(memory)
		seen := false
		for range 100 {
			seen = seen || pick(t, p, &onramp.Request{}) == nodes[0]
		}
		if !seen {
			t.Error("the slow node is never tried again")
		}
	})
}

func TestEstimatesSurviveANewPicker(t *testing.T) {
	nodes := weighing(1, 1)
	policy := P2C(Seed(1))
	answer(nodes[0], onramp.OK, time.Second)
	answer(nodes[1], onramp.OK, time.Millisecond)
	for range 20 {
		if pick(t, policy.Build(nodes), request()) != nodes[1] {
			t.Fatal("the new picker forgot that a node is slow")
		}
	}
}
