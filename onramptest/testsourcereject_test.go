package onramptest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
)

// lame is a source that is right but for its Watch or its scheme.
type lame struct {
	discovery.Source

	scheme string
	watch  func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error
}

func (l *lame) Scheme() string   { return l.scheme }
func (l *lame) Params() []string { return nil }

func (l *lame) Watch(ctx context.Context, t discovery.Target, update func(discovery.Update)) error {
	if t.Service == "" {
		return fmt.Errorf("target %s: it names no service", t)
	}
	if l.watch == nil {
		return l.Source.Watch(ctx, t, update)
	}
	return l.watch(ctx, l.Source, t, update)
}

// watches runs the suite with a patch of Watch.
func watches(f func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error) func(*testing.T) {
	return lameSource(func(l *lame) { l.watch = f })
}

func lameSource(change func(l *lame)) func(*testing.T) {
	return func(t *testing.T) {
		onramptest.TestSource(t, onramptest.SourceSuite{
			New: func(t *testing.T) onramptest.SourceUnderTest {
				u := board(t)
				l := &lame{Source: u.Source, scheme: "board"}
				change(l)
				u.Source = l
				return u
			},
			Wrong: []discovery.Target{{Scheme: "board"}},
		})
	}
}

// tells runs the suite with a patch of each update of a Watch. say is the update
// function of that Watch.
func tells(each func() func(u discovery.Update, say func(discovery.Update))) func(*testing.T) {
	return watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
		tell := each()
		return s.Watch(ctx, t, func(u discovery.Update) { tell(u, update) })
	})
}

// always is tells for a patch that keeps nothing.
func always(f func(u discovery.Update, say func(discovery.Update))) func(*testing.T) {
	return tells(func() func(discovery.Update, func(discovery.Update)) { return f })
}

func TestTheSuiteForSourcesAcceptsTheOneThatTheBrokenOnesAreMadeOf(t *testing.T) {
	lameSource(func(*lame) {})(t)
}

func TestSourceRejectsUpdatesThatAreNoWholeSets(t *testing.T) {
	rejects(t, broken{
		name: "waits for the first change",
		run: tells(func() func(discovery.Update, func(discovery.Update)) {
			first := true
			return func(u discovery.Update, say func(discovery.Update)) {
				if !first {
					say(u)
				}
				first = false
			}
		}),
		fails: []string{"the whole set is told at once"},
		says:  "told was: nothing",
	}, broken{
		name: "tells what came",
		run: tells(func() func(discovery.Update, func(discovery.Update)) {
			known := map[string]bool{}
			return func(u discovery.Update, say func(discovery.Update)) {
				var came []onramp.Endpoint
				for _, e := range u.Endpoints {
					if !known[e.Key()] {
						came = append(came, e)
					}
					known[e.Key()] = true
				}
				if u.Endpoints = came; len(came) > 0 || u.State != discovery.Known {
					say(u)
				}
			}
		}),
		fails: []string{
			"each change is told as a whole set", "an empty set is told as Known, and Gone is explicit",
			"a source comes back by itself", "services are kept apart", "updates of a watch come one at a time, and the newest comes last",
		},
		says: "after the registry changed the set",
	}, broken{
		name: "takes an empty list for the end of the service",
		run: always(func(u discovery.Update, say func(discovery.Update)) {
			if u.State == discovery.Known && len(u.Endpoints) == 0 {
				u.State = discovery.Gone
			}
			say(u)
		}),
		fails: []string{"an empty set is told as Known, and Gone is explicit"},
		says:  "told was: gone",
	}, broken{
		name: "tells the same set each second",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			updates := make(chan discovery.Update)
			ended := make(chan error, 1)
			go func() {
				ended <- s.Watch(ctx, t, func(u discovery.Update) {
					select {
					case updates <- u:
					case <-ctx.Done():
					}
				})
			}()
			var last discovery.Update
			for {
				select {
				case err := <-ended:
					return err
				case last = <-updates:
				case <-time.After(time.Second):
				}
				if ctx.Err() == nil {
					update(last)
				}
			}
		}),
		fails: []string{"nothing is told while nothing changes"},
		says:  "while nothing changed for 30s",
	}, broken{
		name: "writes into the slice that it has told",
		run: tells(func() func(discovery.Update, func(discovery.Update)) {
			var buf []onramp.Endpoint
			return func(u discovery.Update, say func(discovery.Update)) {
				buf = append(buf[:0], u.Endpoints...)
				u.Endpoints = buf
				say(u)
			}
		}),
		fails: []string{"an update is not changed when it was told"},
		says:  "when it was told",
	}, broken{
		name: "gives two endpoints one key",
		run: always(func(u discovery.Update, say func(discovery.Update)) {
			if n := len(u.Endpoints); n == 2 {
				u.Endpoints = append(u.Endpoints[:n:n], u.Endpoints[0])
			}
			say(u)
		}),
		fails: []string{
			"each update is well formed", "each change is told as a whole set", "a source comes back by itself",
			"many watches live side by side", "a slow watch holds up no other", "services are kept apart",
			"a service that comes later is found", "updates of a watch come one at a time, and the newest comes last",
		},
		says: "has two endpoints with the key p",
	}, broken{
		name: "makes weights up",
		run: always(func(u discovery.Update, say func(discovery.Update)) {
			eps := append([]onramp.Endpoint(nil), u.Endpoints...)
			for i := range eps {
				eps[i].Weight = 100
			}
			u.Endpoints = eps
			say(u)
		}),
		fails: []string{"endpoints arrive as the registry has them"},
		says:  "Weight:100",
	})
}

func TestSourceRejectsFailuresThatClearOrEnd(t *testing.T) {
	onFailure := func(f func(u *discovery.Update)) func(*testing.T) {
		return always(func(u discovery.Update, say func(discovery.Update)) {
			if u.State == discovery.Failed {
				f(&u)
			}
			say(u)
		})
	}
	rejects(t, broken{
		name:  "clears the list when the registry fails",
		run:   onFailure(func(u *discovery.Update) { *u = discovery.Update{State: discovery.Known} }),
		fails: []string{"a registry that fails is told as Failed and clears nothing", "a source comes back by itself", "a watch may begin while the registry is down"},
		says:  "while the registry was down known without endpoints was told",
	}, broken{
		name:  "says that the service is gone when the registry is",
		run:   onFailure(func(u *discovery.Update) { *u = discovery.Update{State: discovery.Gone} }),
		fails: []string{"a registry that fails is told as Failed and clears nothing", "a source comes back by itself", "a watch may begin while the registry is down"},
		says:  "while the registry was down gone without endpoints was told",
	}, broken{
		name:  "does not say why it failed",
		run:   onFailure(func(u *discovery.Update) { u.Err = nil }),
		fails: []string{"each update is well formed", "a registry that fails is told as Failed and clears nothing"},
		says:  "does not say why it failed",
	}, broken{
		name: "tells endpoints beside a failure",
		run: onFailure(func(u *discovery.Update) {
			u.Endpoints = []onramp.Endpoint{{Addr: "stale:1"}}
		}),
		fails: []string{"each update is well formed"},
		says:  "has endpoints, and is not Known",
	}, broken{
		name: "gives up when the registry fails",
		run: watches(func(ctx context.Context, s discovery.Source, t discovery.Target, update func(discovery.Update)) error {
			ctx, cancel := context.WithCancelCause(ctx)
			defer cancel(nil)
			err := s.Watch(ctx, t, func(u discovery.Update) {
				if update(u); u.State == discovery.Failed {
					cancel(u.Err)
				}
			})
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			return err
		}),
		fails: []string{
			"a registry that fails is told as Failed and clears nothing", "a source comes back by itself",
			"a watch may begin while the registry is down", "Watch ends while the registry is down",
		},
		says: "while the registry was down Watch returned registry down",
	}, broken{
		name: "stays away after a failure",
		run: tells(func() func(discovery.Update, func(discovery.Update)) {
			failed := false
			return func(u discovery.Update, say func(discovery.Update)) {
				if failed = failed || u.State == discovery.Failed; !failed || u.State == discovery.Failed {
					say(u)
				}
			}
		}),
		fails: []string{"a source comes back by itself", "a watch may begin while the registry is down"},
		says:  "the registry came back with the set",
	})
}
