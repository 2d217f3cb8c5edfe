package feature_test

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
)

// proxy is a lane to a proxy on this host.
type proxy struct{}

func (proxy) Name() string { return "proxy" }

func (proxy) Address(service string) (discovery.Target, bool) {
	return discovery.Target{Scheme: discovery.Direct, Authority: "127.0.0.1:15001", Service: service}, true
}
func (proxy) Dress(*onramp.Request, *feature.Set)                   {}
func (proxy) Classify(_ *onramp.Response, err error) onramp.Outcome { return onramp.Classify(err) }

// A tenth of the calls are dialed by the proxy, and for half of those the proxy
// retries too.
func ExampleShares_Plan() {
	plan, err := feature.Shares{
		Version: 1, Lane: proxy{},
		Dial:       1000,
		Governance: map[feature.Name]uint16{feature.Retry: 500},
	}.Plan()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range plan.Steps {
		fmt.Printf("below %5d: %s dials, %s retries\n", s.Below, s.Owner(feature.Pool), s.Owner(feature.Retry))
	}
	// Output:
	// below   500: proxy dials, proxy retries
	// below  1000: proxy dials, process retries
	// below 10000: process dials, process retries
}

func ExampleNewPlan() {
	var set feature.Set
	set.Modes[feature.Retry] = feature.Absent
	_, err := feature.NewPlan(7, feature.Step{Below: feature.Scale, Set: set})
	fmt.Println(err)
	// Output: feature: plan 7: steps[0] breaks the rule governance-needs-dial: retry is at the sidecar and the dial group is in process
}

func ExampleParseName() {
	n, err := feature.ParseName("service-breaker")
	fmt.Println(n.Group(), err)
	_, err = feature.ParseName("deadline")
	fmt.Println(err)
	// Output:
	// governance <nil>
	// feature: "deadline" never moves: it stays in the process whoever owns the rest
}
