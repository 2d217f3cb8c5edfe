package pool

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestAPeerThatSaidThatItDrainsIsDialedForThoseAloneWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := open(t, Config{}, &pooltest.Codec{})
		all(t, calls(t.Context(), p, 1, time.Second), 1)
		s.GoAway()
		synctest.Wait()

		for range 10 { // who has other endpoints asks, and goes on to them
			if _, state := p.Get(); state != Refusing {
				t.Fatalf("the pool is %v, want one that refuses", state)
			}
		}
		if patient, err := p.Rest(); !patient || err == nil || err.Error() != "the endpoint said that it drains" {
			t.Errorf("patient %v, %v", patient, err)
		}
		synctest.Wait()
		if n := dials(s); n != 1 {
			t.Errorf("dialed %d times, want 1", n)
		}

		begin := time.Now()
		all(t, calls(t.Context(), p, 1, time.Second), 1) // it stands in line when it must
		if waited := time.Since(begin); waited > 0 || dials(s) != 2 {
			t.Errorf("waited %v, dialed %d times, want a dial at once", waited, dials(s))
		}
	})
}

func TestAPeerThatDrainedIsDialedAgainAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := open(t, Config{}, &pooltest.Codec{})
		all(t, calls(t.Context(), p, 1, time.Second), 1)
		s.GoAway()
		time.Sleep(departure)
		if _, state := p.Get(); state != Connecting {
			t.Fatalf("the pool is %v, want one that connects", state)
		}
		synctest.Wait()
		if _, state := p.Get(); state != Ready || dials(s) != 2 {
			t.Errorf("the pool is %v after %d dials", state, dials(s))
		}
	})
}

func TestAPeerThatDrainedAndIsGoneIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := open(t, Config{}, &pooltest.Codec{})
		all(t, calls(t.Context(), p, 1, time.Second), 1)
		s.GoAway()
		s.Set(pooltest.Refusing)
		synctest.Wait()
		begin := time.Now()
		wantCode(t, call(t.Context(), p, time.Minute), onramp.Unavailable)
		if patient, err := p.Rest(); patient || err == nil || time.Since(begin) > time.Second {
			t.Errorf("patient %v, %v, after %v", patient, err, time.Since(begin))
		}
	})
}

func dials(s *pooltest.Server) int {
	at, _ := s.Dials()
	return len(at)
}
