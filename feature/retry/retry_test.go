package retry

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/feature"
	"github.com/onrampmesh/onramp/internal/leak"
	"github.com/onrampmesh/onramp/policy"
)

func TestMain(m *testing.M) { leak.Main(m) }

// script answers attempts in turn, the last answer for ever.
type script struct {
	mu      sync.Mutex
	answers []error
	took    time.Duration // how long an attempt lasts, at most to its bound

	starts []time.Time
	bounds []time.Duration // what each attempt had left
	resent []bool
	number []int
}

func (s *script) do(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	now := time.Now()
	s.mu.Lock()
	i := min(len(s.starts), len(s.answers)-1)
	s.starts = append(s.starts, now)
	s.bounds = append(s.bounds, req.Deadline.Sub(now))
	s.resent = append(s.resent, req.Attempt.Resent)
	s.number = append(s.number, req.Attempt.Number)
	s.mu.Unlock()
	if s.took > 0 {
		if left := req.Deadline.Sub(now); !req.Deadline.IsZero() && left <= s.took {
			time.Sleep(left)
			return nil, &onramp.Error{Code: onramp.DeadlineExceeded, Origin: onramp.Wire, Endpoint: "slow:1"}
		}
		time.Sleep(s.took)
	}
	if err := s.answers[i]; err != nil {
		return nil, err
	}
	return req.Reply(), nil
}

func failed(code onramp.Code, origin onramp.Origin) *onramp.Error {
	return &onramp.Error{Code: code, Origin: origin, Endpoint: "a:1", Err: errors.New("scripted")}
}

// chain is retry over a script, as the client would start it.
func chain(u *Unit, p *policy.Service, idempotent bool, mode feature.Mode, next onramp.Handler) onramp.Handler {
	set := &feature.Set{}
	set.Modes[feature.Retry] = mode
	return u.Wrap(&feature.Path{Policy: p, Idempotent: idempotent, Set: set}, next)
}

func call(h onramp.Handler, timeout time.Duration) (*onramp.Request, error) {
	now := time.Now()
	req := &onramp.Request{Deadline: now.Add(timeout)}
	req.Start(now)
	req.Attempt.Number, req.Attempt.Start = 1, now
	_, err := h(context.Background(), req)
	return req, err
}

func resolved(t testing.TB, p policy.Service) *policy.Service {
	t.Helper()
	r, err := p.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWhatIsRepeated(t *testing.T) {
	type row struct {
		code   onramp.Code
		origin onramp.Origin
		always bool
		idem   bool
	}
	rows := []row{
		{onramp.Unavailable, onramp.Wire, false, true},
		{onramp.DeadlineExceeded, onramp.Wire, false, true},
		{onramp.ResourceExhausted, onramp.Wire, false, true},
		{onramp.Aborted, onramp.Wire, false, true},
		{onramp.Unknown, onramp.Wire, false, true},
		{onramp.Unavailable, onramp.Remote, false, true},
		{onramp.ResourceExhausted, onramp.Remote, false, true},
		{onramp.DeadlineExceeded, onramp.Remote, false, true},
		{onramp.Unknown, onramp.Remote, false, false},
		{onramp.Internal, onramp.Remote, false, false},
		{onramp.InvalidArgument, onramp.Remote, false, false},
		{onramp.NotFound, onramp.Remote, false, false},
		{onramp.Canceled, onramp.Wire, false, false},
		{onramp.Unavailable, onramp.Local, true, true},
		{onramp.ResourceExhausted, onramp.Local, true, true},
		{onramp.InvalidArgument, onramp.Local, false, false},
		{onramp.Canceled, onramp.Local, false, false},
		{onramp.Unavailable, onramp.Refused, true, true},
		{onramp.ResourceExhausted, onramp.Refused, true, true},
		{onramp.Unimplemented, onramp.Refused, false, false},
	}
	for _, r := range rows {
		for _, idempotent := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: []error{failed(r.code, r.origin), nil}}
				u := New(Config{Policy: policy.Default().Retry})
				_, err := call(chain(u, policy.Default(), idempotent, feature.Enforce, s.do), time.Second)
				want := r.always || idempotent && r.idem
				if got := len(s.starts) == 2; got != want || (err == nil) != want {
					t.Errorf("%s (%s), idempotent %v: repeated %v, want %v (%v)", r.code, r.origin, idempotent, got, want, err)
				}
			})
		}
	}
}

func TestBusinessAndFinalErrorsAreNotRepeated(t *testing.T) {
	business := failed(onramp.Unavailable, onramp.Remote)
	business.Business = true
	final := failed(onramp.Unavailable, onramp.Local)
	final.Err = finally{}
	for _, err := range []error{business, final} {
		s := &script{answers: []error{err, nil}}
		_, got := call(chain(New(Config{Policy: policy.Default().Retry}), policy.Default(), true, feature.Enforce, s.do), time.Second)
		if len(s.starts) != 1 || got != err {
			t.Errorf("%d attempts, %v", len(s.starts), got)
		}
	}
}

type finally struct{}

func (finally) Error() string { return "open" }
func (finally) Final() bool   { return true }

func TestAttemptsShareTheTimeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []error{nil}, took: time.Hour}
		begin := time.Now()
		req, err := call(chain(New(Config{Policy: policy.Default().Retry}), policy.Default(), true, feature.Enforce, s.do), 900*time.Millisecond)
		if !errors.Is(err, onramp.DeadlineExceeded) || len(s.starts) != 3 {
			t.Fatalf("%d attempts, %v", len(s.starts), err)
		}
		if s.bounds[0] != 300*time.Millisecond {
			t.Errorf("the first of three attempts had %v of 900ms", s.bounds[0])
		}
		left := 900*time.Millisecond - s.starts[1].Sub(begin)
		if s.bounds[1] != left/2 {
			t.Errorf("the second attempt had %v of the %v left", s.bounds[1], left)
		}
		if end := s.starts[2].Add(s.bounds[2]); !end.Equal(begin.Add(900 * time.Millisecond)) {
			t.Errorf("the last attempt was bound to end %v after the begin", end.Sub(begin))
		}
		if !req.Deadline.Equal(begin.Add(900 * time.Millisecond)) {
			t.Error("the call's deadline was not restored")
		}
	})
}

func TestAnAttemptThatCannotBeRepeatedHasAllTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []error{nil}, took: 800 * time.Millisecond}
		if _, err := call(chain(New(Config{Policy: policy.Default().Retry}), policy.Default(), false, feature.Enforce, s.do), time.Second); err != nil {
			t.Errorf("a slow call of a method that is not idempotent failed: %v", err)
		}
		if s.bounds[0] != time.Second {
			t.Errorf("its attempt had %v", s.bounds[0])
		}
	})
}

func TestNoAttemptBeginsAfterTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := resolved(t, policy.Service{Retry: policy.Retry{BaseDelay: time.Second, MaxDelay: time.Second}})
		for seed := range uint64(50) {
			s := &script{answers: []error{failed(onramp.Unavailable, onramp.Wire)}}
			begin := time.Now()
			_, err := call(chain(New(Config{Policy: p.Retry, Seed: seed + 1}), p, true, feature.Enforce, s.do), 300*time.Millisecond)
			if err == nil || time.Since(begin) >= 300*time.Millisecond {
				t.Fatalf("the call took %v: %v", time.Since(begin), err)
			}
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := failed(onramp.ResourceExhausted, onramp.Local)
		busy.RetryAfter = 400 * time.Millisecond
		s := &script{answers: []error{busy, nil}}
		u := New(Config{Policy: policy.Default().Retry})
		if _, err := call(chain(u, policy.Default(), false, feature.Enforce, s.do), time.Second); err != nil {
			t.Fatal(err)
		}
		if gap := s.starts[1].Sub(s.starts[0]); gap < 400*time.Millisecond {
			t.Errorf("sent again after %v", gap)
		}
		busy.RetryAfter = time.Minute
		s = &script{answers: []error{busy, nil}}
		begin := time.Now()
		if _, err := call(chain(u, policy.Default(), false, feature.Enforce, s.do), time.Second); err == nil || time.Since(begin) != 0 {
			t.Errorf("a call that would have to wait beyond its deadline: %v after %v", err, time.Since(begin))
		}
	})
}

func TestALocalFailureIsFirstSentAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := resolved(t, policy.Service{Retry: policy.Retry{BaseDelay: 100 * time.Millisecond}})
		second := 0
		for seed := range uint64(20) {
			s := &script{answers: []error{failed(onramp.Unavailable, onramp.Local)}}
			call(chain(New(Config{Policy: p.Retry, Seed: seed + 1}), p, false, feature.Enforce, s.do), 10*time.Second)
			if len(s.starts) != 3 || s.starts[1] != s.starts[0] {
				t.Fatalf("attempts at %v", s.starts)
			}
			if s.starts[2] != s.starts[1] {
				second++
			}
			if !slices.Equal(s.resent, []bool{false, true, true}) || !slices.Equal(s.number, []int{1, 2, 3}) {
				t.Errorf("resent %v, numbers %v", s.resent, s.number)
			}
		}
		if second < 19 {
			t.Errorf("only %d of 20 second re-sends waited", second)
		}
	})
}

func TestBackOffIsFullJitterWithinItsBounds(t *testing.T) {
	j := newJitter(1)
	for made, most := range map[int]time.Duration{1: 20 * time.Millisecond, 2: 40 * time.Millisecond, 5: 250 * time.Millisecond, 9: 250 * time.Millisecond} {
		low, high, sum := time.Hour, time.Duration(0), time.Duration(0)
		for range 1000 {
			d := j.backOff(10*time.Millisecond, 250*time.Millisecond, made)
			low, high, sum = min(low, d), max(high, d), sum+d
		}
		if low > most/20 || high > most || high < most*19/20 {
			t.Errorf("after %d attempts: %v..%v, want 0..%v", made, low, high, most)
		}
		if mean := sum / 1000; mean < most*45/100 || mean > most*55/100 {
			t.Errorf("after %d attempts: mean %v of 0..%v", made, mean, most)
		}
	}
	if a, b := newJitter(7), newJitter(7); a.backOff(time.Second, time.Minute, 1) != b.backOff(time.Second, time.Minute, 1) {
		t.Error("one seed gives two delays")
	}
}

func TestTheErrorTellsOfAllAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := failed(onramp.Unavailable, onramp.Local)
		second.Endpoint = ""
		s := &script{answers: []error{failed(onramp.Unavailable, onramp.Wire), second, second}}
		_, err := call(chain(New(Config{Policy: policy.Default().Retry}), policy.Default(), true, feature.Enforce, s.do), time.Second)
		var f *Failure
		if !errors.As(err, &f) || f.Attempts != 3 || !slices.Equal(f.Endpoints, []string{"a:1", "", ""}) {
			t.Fatalf("%v", err)
		}
		if !strings.Contains(err.Error(), "after 3 attempts (a:1, no endpoint, no endpoint), no attempts are left: scripted") {
			t.Error(err)
		}
		if e := onramp.AsError(err); e.Origin != onramp.Wire {
			t.Errorf("the first attempt may have run, and the call's error says %s", e.Origin)
		}
	})
}

func TestOneAttemptWhenAnotherOwnsRetryOrItIsDisabled(t *testing.T) {
	off := resolved(t, policy.Service{Retry: policy.Retry{Disabled: true}})
	for name, c := range map[string]struct {
		p    *policy.Service
		mode feature.Mode
	}{"absent": {policy.Default(), feature.Absent}, "observe": {policy.Default(), feature.Observe}, "disabled": {off, feature.Enforce}} {
		u := New(Config{Policy: c.p.Retry})
		for _, origin := range []onramp.Origin{onramp.Local, onramp.Refused, onramp.Wire} {
			s := &script{answers: []error{failed(onramp.Unavailable, origin)}}
			if _, err := call(chain(u, c.p, true, c.mode, s.do), time.Second); len(s.starts) != 1 || err == nil {
				t.Errorf("%s, %s: %d attempts", name, origin, len(s.starts))
			}
			if s.bounds[0] < 900*time.Millisecond {
				t.Errorf("%s: the only attempt was cut to %v", name, s.bounds[0])
			}
		}
		if want := uint64(3); (u.Stats().WouldRetry == want) != (name == "observe") {
			t.Errorf("%s: would have retried %d", name, u.Stats().WouldRetry)
		}
		if u.Stats().Retries != 0 {
			t.Errorf("%s: %+v", name, u.Stats())
		}
	}
}

func TestCancellationAndCloseEndABackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := resolved(t, policy.Service{Retry: policy.Retry{BaseDelay: time.Minute, MaxDelay: time.Minute}})
		stop := make(chan struct{})
		s := &script{answers: []error{failed(onramp.Unavailable, onramp.Wire)}}
		h := chain(New(Config{Policy: p.Retry, Stop: stop, Seed: 1}), p, true, feature.Enforce, s.do)
		ctx, cancel := context.WithCancel(t.Context())
		for _, end := range []func(){cancel, func() { close(stop) }} {
			s.starts = nil
			done := make(chan error, 1)
			go func() {
				req := &onramp.Request{}
				req.Attempt.Number, req.Attempt.Start = 1, time.Now()
				_, err := h(ctx, req)
				done <- err
			}()
			synctest.Wait()
			begin := time.Now()
			end()
			if err := <-done; err == nil || time.Since(begin) != 0 || len(s.starts) != 1 {
				t.Errorf("%v after %v and %d attempts", err, time.Since(begin), len(s.starts))
			}
			ctx = context.Background()
		}
		if _, err := call(h, time.Hour); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("after the stop: %v", err)
		}
	})
}

func TestOnlyTheOpeningOfAStreamIsRepeatedAndItsDeadlineIsWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []error{failed(onramp.Unavailable, onramp.Wire), nil}}
		h := chain(New(Config{Policy: policy.Default().Retry}), policy.Default(), true, feature.Enforce, s.do)
		now := time.Now()
		req := &onramp.Request{Kind: onramp.BidiStream, Deadline: now.Add(time.Hour)}
		req.Attempt.Number, req.Attempt.Start = 1, now
		if _, err := h(t.Context(), req); err != nil || len(s.starts) != 2 {
			t.Fatalf("%v after %d attempts", err, len(s.starts))
		}
		if s.bounds[0] != time.Hour {
			t.Errorf("the stream's deadline was cut to %v", s.bounds[0])
		}
	})
}

func TestACallThatMayHaveRunSaysWhyItWasNotRepeated(t *testing.T) {
	for _, tc := range []struct {
		origin     onramp.Origin
		code       onramp.Code
		idempotent bool
		why        string
	}{
		{onramp.Wire, onramp.Unavailable, false, mayHaveRun},
		{onramp.Remote, onramp.Unavailable, false, hasRun},
		{onramp.Remote, onramp.NotFound, false, ""},
		{onramp.Remote, onramp.NotFound, true, ""},
		{onramp.Wire, onramp.Unavailable, true, "no attempts are left"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := resolved(t, policy.Service{})
			s := &script{answers: []error{failed(tc.code, tc.origin)}}
			_, err := call(chain(New(Config{Policy: p.Retry}), p, tc.idempotent, feature.Enforce, s.do), time.Second)
			var f *Failure
			switch found := errors.As(err, &f); {
			case found != (tc.why != ""):
				t.Errorf("%v %v: the failure was found: %v", tc.code, tc.origin, found)
			case found && f.Reason != tc.why:
				t.Errorf("%v %v: the reason is %q, want %q", tc.code, tc.origin, f.Reason, tc.why)
			}
			if !onramp.AsError(err).MayHaveRun() {
				t.Errorf("%v %v: the error says that it did not run", tc.code, tc.origin)
			}
		})
	}
}

func TestACallWhoseTimeIsOverIsNotToldToBeIdempotent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := resolved(t, policy.Service{})
		s := &script{answers: []error{nil}, took: time.Hour}
		_, err := call(chain(New(Config{Policy: p.Retry}), p, false, feature.Enforce, s.do), time.Second)
		var f *Failure
		if errors.As(err, &f) || !errors.Is(err, onramp.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
