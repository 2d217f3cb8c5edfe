package balancer

import (
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
)

func TestRenewedNodeKeepsEstimatesAndStartsWithoutAttempts(t *testing.T) {
	n := NewNode(onramp.Endpoint{Addr: "a:1", Weight: 1})
	n.Handle = "mine"
	n.Begin()
	n.Begin()
	n.Done(onramp.Outcome{Latency: 5 * time.Millisecond, At: time.Now()})
	r := n.Renew(onramp.Endpoint{Addr: "a:1", Weight: 9})
	if r.Latency() != 5*time.Millisecond || r.Handle != "mine" || r.Endpoint.Weight != 9 {
		t.Fatalf("renewed: latency %v, handle %v, weight %d", r.Latency(), r.Handle, r.Endpoint.Weight)
	}
	if r.InFlight() != 0 || n.InFlight() != 1 {
		t.Fatalf("in flight: %d at the new node, %d at the old one", r.InFlight(), n.InFlight())
	}
}
