package onramptest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestSourceRejectsWatchesThatEndBadlyOrDisturbEachOther(t *testing.T) {
	rejects(t, broken{
		name: "returns nothing when its context ends",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			_ = s.Watch(ctx, t, update)
			return nil
		}),
		fails: []string{"Watch blocks until its context ends and returns its error"},
		says:  "Watch returned <nil> when its context had ended",
	}, broken{
		name: "looks at its context every three seconds",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			err := s.Watch(ctx, t, update)
			time.Sleep(3 * time.Second)
			return err
		}),
		fails: []string{"Watch blocks until its context ends and returns its error"},
		says:  "Watch returned 3s after its context had ended",
	}, broken{
		name: "returns when it has begun",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			go func() { _ = s.Watch(ctx, t, update) }()
			return nil
		}),
		fails: []string{"the whole set is told at once"},
		says:  "without an end of its context Watch returned <nil>",
	}, broken{
		name: "tells once more after it has returned",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			err := s.Watch(ctx, t, update)
			time.AfterFunc(time.Second, func() { update(discovery.Update{State: discovery.Failed, Err: err}) })
			return err
		}),
		fails: []string{"nothing is told and nothing runs when Watch has returned"},
		says:  "update was called 1 times after Watch had returned",
	}, broken{
		name: "tells from a goroutine for each update",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			var all sync.WaitGroup
			defer all.Wait()
			return s.Watch(ctx, t, func(u discovery.Update) { all.Go(func() { update(u) }) })
		}),
		fails: []string{"updates of a watch come one at a time, and the newest comes last"},
		says:  "times at once",
	}, broken{
		name: "drops what comes while update runs",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			var all sync.WaitGroup
			var busy sync.Mutex
			defer all.Wait()
			return s.Watch(ctx, t, func(u discovery.Update) {
				if !busy.TryLock() {
					return
				}
				done := make(chan struct{})
				all.Go(func() { update(u); busy.Unlock(); close(done) })
				select {
				case <-done:
				case <-time.After(10 * time.Millisecond):
				}
			})
		}),
		fails: []string{"updates of a watch come one at a time, and the newest comes last"},
		says:  "while update was slow the set changed",
	}, broken{
		name: "watches one target at a time",
		run: lameSource(func(l *lame) {
			turn := make(chan struct{}, 1)
			l.watch = func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
				select {
				case turn <- struct{}{}:
					defer func() { <-turn }()
					return s.Watch(ctx, t, update)
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}),
		fails: []string{"many watches live side by side", "a slow watch holds up no other", "services are kept apart"},
		says:  "was not told within 5s",
	}, broken{
		name: "tells its watches in turn",
		run: lameSource(func(l *lame) {
			turn := make(chan struct{}, 1)
			l.watch = func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
				return s.Watch(ctx, t, func(u discovery.Update) {
					select {
					case turn <- struct{}{}:
						update(u)
						<-turn
					case <-ctx.Done():
					}
				})
			}
		}),
		fails: []string{"a slow watch holds up no other"},
		says:  "beside watches whose update is slow",
	})
}

func TestSourceRejectsTargetsThatAreTakenForOthers(t *testing.T) {
	rejects(t, broken{
		name: "mixes services",
		run: lameSource(func(l *lame) {
			l.watch = func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
				both := make(chan discovery.Update)
				var all sync.WaitGroup
				defer all.Wait()
				for _, service := range []string{"com.acme.Suite", "com.acme.Other"} {
					all.Go(func() {
						_ = s.Watch(ctx, discovery.Target{Service: service}, func(u discovery.Update) {
							select {
							case both <- u:
							case <-ctx.Done():
							}
						})
					})
				}
				for {
					select {
					case u := <-both:
						update(u)
					case <-ctx.Done():
						return ctx.Err()
					}
				}
			}
		}),
		fails: []string{"services are kept apart", "a service that comes later is found"},
		says:  "and its service has",
	}, broken{
		name: "fails for a service that is not there yet",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			ctx, cancel := context.WithCancelCause(ctx)
			defer cancel(nil)
			err := s.Watch(ctx, t, func(u discovery.Update) {
				if update(u); u.State == discovery.Pending {
					cancel(errors.New("no such service"))
				}
			})
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			return err
		}),
		fails: []string{"a service that comes later is found"},
		says:  "Watch returned no such service",
	}, broken{
		name: "waits for a target that can never be watched",
		run: watchesAll(func(ctx context.Context, _ discovery.Target) error {
			<-ctx.Done()
			return ctx.Err()
		}),
		fails: []string{"a target that can never be watched is refused by its name"},
		says:  "Watch has not refused the target board:///",
	}, broken{
		name:  "does not say which target it refuses",
		run:   watchesAll(func(context.Context, discovery.Target) error { return errors.New("bad target") }),
		fails: []string{"a target that can never be watched is refused by its name"},
		says:  "does not show the target board:///",
	}, broken{
		name:  "has a scheme that no target can carry",
		run:   lameSource(func(l *lame) { l.scheme = "My Board" }),
		fails: []string{"scheme and parameters are words of a target"},
		says:  `Scheme is "My Board"`,
	})
}

// watchesAll runs the suite with another answer to wrong targets.
func watchesAll(refuse func(ctx context.Context, t discovery.Target) error) func(*testing.T) {
	return func(t *testing.T) {
		onramptest.TestSource(t, onramptest.SourceSuite{
			New: func(t *testing.T) onramptest.SourceUnderTest {
				u := board(t)
				u.Source = &careless{u.Source, refuse}
				return u
			},
			Wrong: []discovery.Target{{Scheme: "board"}},
		})
	}
}

type careless struct {
	discovery.Source

	refuse func(ctx context.Context, t discovery.Target) error
}

func (c *careless) Watch(ctx context.Context, t discovery.Target, update func(discovery.Update)) error {
	if t.Service == "" {
		return c.refuse(ctx, t)
	}
	return c.Source.Watch(ctx, t, update)
}
