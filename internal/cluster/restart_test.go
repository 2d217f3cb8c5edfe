package cluster

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestTheFirstCallAfterARestartSucceedsWhateverTheConnectionsAge(t *testing.T) {
	for _, age := range []time.Duration{0, 10 * time.Millisecond, 900 * time.Millisecond, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			w := open(t, nil, "a")
			time.Sleep(age)
			for i := range 4 { // restarts in a row
				w.net.Server("a").Break()
				synctest.Wait()
				if err := w.once(t.Context(), time.Second); err != nil {
					t.Errorf("age %v, restart %d: %v", age, i, err)
				}
			}
		})
	}
}

func TestACallGoesElsewhereBeforeItWaitsForAnEndpointThatLostItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, roundRobin, "a", "b")
		w.net.Server("a").Break()
		synctest.Wait()
		for range 10 {
			start := time.Now()
			if err := w.once(t.Context(), time.Second); err != nil || time.Since(start) > 10*time.Millisecond {
				t.Errorf("%v after %v", err, time.Since(start))
			}
		}
		w.net.Server("a").Break()
		w.net.Server("b").Break()
		synctest.Wait()
		if err := w.once(t.Context(), time.Second); err != nil {
			t.Errorf("when both lost theirs: %v", err)
		}
	})
}

func TestAnEndpointThatCannotBeDialedSaysForHowLongItIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, func(c *Config) { c.Pool.Seed = 1 }, "a")
		w.net.Server("a").Kill()
		synctest.Wait()
		_ = w.once(t.Context(), time.Second)
		start := time.Now()
		e := onramp.AsError(w.once(t.Context(), time.Second))
		if e == nil || e.Origin != onramp.Local || time.Since(start) != 0 || !strings.Contains(e.Error(), pooltest.ErrRefused.Error()+"; not dialed again for ") {
			t.Errorf("after %v: %v", time.Since(start), e)
		}
	})
}
