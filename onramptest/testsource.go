package onramptest

import (
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// SourceSuite says how TestSource makes the source that it tests. Only New is
// required.
type SourceSuite struct {
	// New makes a source over a registry of its own with nothing in it. It is called
	// once for each check, within the check's bubble.
	New func(t *testing.T) SourceUnderTest
	// Wrong are targets that the source can never watch.
	Wrong []discovery.Target
	// Within is how long a source may take to tell a change, a failure or a
	// recovery; 0 is 5 s.
	Within time.Duration
	// RealTime runs the checks outside of bubbles, for a source that asks another
	// process. Give a small Within then.
	RealTime bool
}

// SourceUnderTest is a source and the hands that move its registry. A hand that
// is nil is a thing that the registry cannot do: its checks are skipped.
type SourceUnderTest struct {
	Source discovery.Source
	// Target returns what watches a service; by default it has the source's scheme
	// and the service's name.
	Target func(service string) discovery.Target
	// Set makes endpoints the whole content of a service in the registry. A source
	// whose list is fixed has Fixed in its place, what every target finds.
	Set   func(service string, endpoints ...onramp.Endpoint)
	Fixed []onramp.Endpoint
	// Remove has the registry say explicitly that there is no such service.
	Remove func(service string)
	// Break makes the registry fail: not reachable, not readable. Heal ends that.
	Break, Heal func()
	// Close ends what New has started.
	Close func()
}

// TestSource holds a source to the contract of discovery.Source. Each sentence
// of the contract is a subtest; one that fails says the sentence, what was seen
// and what to do. The checks run with virtual time (testing/synctest), so that
// Watch must not start a goroutine that outlives it.
//
//	func TestConformance(t *testing.T) {
//		onramptest.TestSource(t, onramptest.SourceSuite{
//			New: func(t *testing.T) onramptest.SourceUnderTest {
//				registry := newFakeRegistry()
//				return onramptest.SourceUnderTest{
//					Source: mysource.New(registry.Addr()),
//					Set:    registry.Set,
//					Break:  registry.Stop,
//					Heal:   registry.Start,
//					Close:  registry.Close,
//				}
//			},
//		})
//	}
func TestSource(t *testing.T, s SourceSuite) {
	t.Helper()
	if s.New == nil {
		t.Fatal("onramptest.TestSource: SourceSuite.New makes no source")
	}
	if s.Within == 0 {
		s.Within = 5 * time.Second
	}
	for _, ground := range [][]check[*SourceSuite]{s.here(sourceGround()), s.here(sourceEnds())} {
		if !runGround(t, &s, ground) {
			t.Log("onramptest.TestSource: the other checks build on these and were not run")
			return
		}
	}
	for _, group := range [][]check[*SourceSuite]{sourceSets(), sourceFailures(), sourceWatches(), sourceTargets()} {
		runChecks(t, &s, s.here(group))
	}
}

// here runs checks in bubbles, unless the suite is told not to.
func (s *SourceSuite) here(all []check[*SourceSuite]) []check[*SourceSuite] {
	for i := range all {
		all[i].outside = s.RealTime
	}
	return all
}
