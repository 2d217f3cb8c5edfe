package onramptest_test

import (
	"errors"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
)

// board is a registry in memory that is driven by hand.
func board(*testing.T) onramptest.SourceUnderTest {
	s := onramptest.NewSource()
	sets := map[string][]onramp.Endpoint{}
	return onramptest.SourceUnderTest{
		Source: s,
		Set: func(service string, endpoints ...onramp.Endpoint) {
			sets[service] = endpoints
			s.PushTo(service, endpoints...)
		},
		Remove: func(service string) { s.Update(service, discovery.Update{State: discovery.Gone}) },
		Break: func() {
			for service := range sets {
				s.Update(service, discovery.Update{State: discovery.Failed, Err: errors.New("registry down")})
			}
		},
		Heal: func() {
			for service, endpoints := range sets {
				s.PushTo(service, endpoints...)
			}
		},
	}
}

func TestTheSourceThatIsDrivenByHandConforms(t *testing.T) {
	onramptest.TestSource(t, onramptest.SourceSuite{New: board})
}
