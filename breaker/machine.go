package breaker

import (
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"
)

// What gobreaker is told of a call. It sees these two and nil only.
var (
	errFailure = errors.New("breaker: the call failed")
	errNothing = errors.New("breaker: the call says nothing about the peer")
)

// machine is gobreaker's two-step state machine. It owns the transitions between
// the three states and counts the probes. The circuit's lock is held around all
// of it, because gobreaker opens half whenever it is asked after its timeout.
//
// How long the circuit stays open is the circuit's to keep (phase.until): a
// machine cannot change its timeout, and asking it takes a lock for each refused
// call. So the machine's own timeout is the shortest there is, and Circuit does
// not come here before the cool-down is over.
type machine struct {
	*gobreaker.TwoStepCircuitBreaker[struct{}]
	probes int
}

// machineTimeout is how long a machine stays open at least: it opens half when asked
// later than this, strictly.
const machineTimeout = time.Nanosecond

// newMachine makes a closed machine. ready is asked at each failure while
// closed; moved is told of each transition.
func newMachine(name string, probes int, ready func() bool, moved func(to State)) *machine {
	return &machine{probes: probes, TwoStepCircuitBreaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:          name,
		MaxRequests:   uint32(probes),
		Timeout:       machineTimeout,
		ReadyToTrip:   func(gobreaker.Counts) bool { return ready() },
		IsExcluded:    func(err error) bool { return err == errNothing },
		OnStateChange: func(_ string, _, to gobreaker.State) { moved(stateOf(to)) },
	})}
}

// fail takes a failure to a closed machine.
func (m *machine) fail() {
	if done, err := m.Allow(); err == nil {
		done(errFailure)
	}
}

func stateOf(s gobreaker.State) State {
	switch s {
	case gobreaker.StateOpen:
		return Open
	case gobreaker.StateHalfOpen:
		return HalfOpen
	}
	return Closed
}
