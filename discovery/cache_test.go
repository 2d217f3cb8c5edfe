package discovery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

func TestCacheGivesTheFirstSetAtOnceAndCollectsLaterOnes(t *testing.T) {
	inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		h.say(known("ab"))
		f.expect(t, "[ab]")
		h.say(known("abc"))
		time.Sleep(50 * time.Millisecond)
		h.say(known("abcd"))
		time.Sleep(49 * time.Millisecond)
		f.expect(t, "[ab]")
		time.Sleep(time.Millisecond)
		f.expect(t, "[ab] [abcd]")
		time.Sleep(time.Hour)
		f.expect(t, "[ab] [abcd]")
	})
}

func TestCacheDropsEqualSets(t *testing.T) {
	inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		for _, set := range []string{"abc", "cab", "bca"} {
			h.say(known(set))
			time.Sleep(time.Second)
		}
		h.say(known("ab")) // and back within the window
		h.say(known("cba"))
		time.Sleep(time.Second)
		f.expect(t, "[abc]")
		for i, change := range []func(*discovery.Update){
			func(u *discovery.Update) { u.Endpoints[0].Weight = 7 },
			func(u *discovery.Update) { u.Endpoints[0].Labels = map[string]string{"version": "v2"} },
			func(u *discovery.Update) { u.Endpoints[0].Addr = "z:1" },
			func(u *discovery.Update) { u.Endpoints[0].Health = onramp.Draining },
			func(u *discovery.Update) { u.Attributes = map[string]string{"k": "v"} },
		} {
			u := known("abc")
			change(&u)
			h.say(u)
			time.Sleep(time.Second)
			h.say(known("abc"))
			time.Sleep(time.Second)
			if n := len(strings.Fields(f.all())); n != 2*i+3 {
				t.Errorf("change %d was not noticed", i)
			}
		}
	})
}

func TestCacheKeepsTheLastGoodListThroughFailures(t *testing.T) {
	inBubble(t, false, no, func(t *testing.T, h *hand, c *discovery.Cache, f *follower) {
		h.say(known("abc"))
		for range 24 * 60 {
			time.Sleep(30 * time.Second)
			h.say(failed)
			time.Sleep(30 * time.Second)
			h.say(pending)
		}
		f.expect(t, "[abc]")
		s := status(t, c)
		if s.State != discovery.Pending || !s.Listed || s.Endpoints != 3 || s.Age != 24*time.Hour || s.Err != failed.Err || time.Since(s.ErrAt) != 30*time.Second {
			t.Errorf("status %+v", s)
		}
	})
}

func TestCacheReportsFailuresOnlyBeforeTheFirstList(t *testing.T) {
	inBubble(t, false, no, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		h.say(pending)
		f.expect(t, "")
		h.say(failed)
		f.expect(t, "failed")
		h.say(known("a"))
		f.expect(t, "failed [a]")
		h.say(failed)
		time.Sleep(time.Hour)
		f.expect(t, "failed [a]")
	})
}

func TestCacheHoldsAnUnexplainedEmptySetWhileAnyEndpointAnswers(t *testing.T) {
	var answers atomic.Value
	answers.Store("b")
	alive := func(id string) bool { return answers.Load() == id }
	inBubble(t, false, alive, func(t *testing.T, h *hand, c *discovery.Cache, f *follower) {
		h.say(known("abc"))
		h.say(known(""))
		time.Sleep(3 * time.Hour)
		f.expect(t, "[abc]")
		if s := status(t, c); !strings.Contains(s.Held.Reason, "no endpoint any more") || time.Since(s.Held.Since) < 2*time.Hour || s.Endpoints != 3 || s.State != discovery.Known {
			t.Errorf("status %+v", s)
		}
		answers.Store("")
		time.Sleep(time.Second)
		f.expect(t, "[abc] []")
		if s := status(t, c); s.Held.Reason != "" {
			t.Errorf("status %+v", s)
		}
	})
}

func TestCacheHoldsAnEmptySetForAMinuteEvenWhenNothingAnswers(t *testing.T) {
	inBubble(t, false, no, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		h.say(known("abc"))
		h.say(known(""))
		time.Sleep(60*time.Second + 99*time.Millisecond)
		f.expect(t, "[abc]")
		time.Sleep(time.Millisecond)
		f.expect(t, "[abc] []")
		h.say(known("a"))
		time.Sleep(100 * time.Millisecond)
		f.expect(t, "[abc] [] [a]")
	})
}

func TestCacheHoldsALossOfMoreThanHalfForAMinute(t *testing.T) {
	inBubble(t, false, yes, func(t *testing.T, h *hand, c *discovery.Cache, f *follower) {
		h.say(known("abcd"))
		time.Sleep(time.Second)
		h.say(known("a"))
		time.Sleep(60*time.Second + 99*time.Millisecond)
		f.expect(t, "[abcd]")
		if s := status(t, c); !strings.Contains(s.Held.Reason, "only 1 endpoints and lost 3") || s.Held.Until.Sub(s.Held.Since) != time.Minute {
			t.Errorf("status %+v", s)
		}
		time.Sleep(time.Millisecond)
		f.expect(t, "[abcd] [a]")
	})
}

func TestCacheBelievesALossOfHalf(t *testing.T) {
	inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		h.say(known("abcd"))
		h.say(known("ab"))
		time.Sleep(100 * time.Millisecond)
		f.expect(t, "[abcd] [ab]")
	})
}

func TestCacheBelievesAReplacement(t *testing.T) {
	inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		h.say(known("ab"))
		h.say(known("xy"))
		time.Sleep(100 * time.Millisecond)
		f.expect(t, "[ab] [xy]")
	})
}

func TestCacheAddsNewEndpointsWhileALossIsHeld(t *testing.T) {
	inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		h.say(known("abcd"))
		h.say(known("x"))
		time.Sleep(30 * time.Second)
		f.expect(t, "[abcd] [abcdx]")
		h.say(known("xy"))
		time.Sleep(30*time.Second + 99*time.Millisecond)
		f.expect(t, "[abcd] [abcdx] [abcdxy]")
		time.Sleep(time.Millisecond)
		f.expect(t, "[abcd] [abcdx] [abcdxy] [xy]")
	})
}

func TestCacheAppliesTheNewestWordWhenAHoldEnds(t *testing.T) {
	inBubble(t, false, no, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		h.say(known("abcdefg"))
		h.say(known("a"))
		time.Sleep(60 * time.Second)
		h.say(known("bc"))
		time.Sleep(100 * time.Millisecond)
		f.expect(t, "[abcdefg] [bc]")
	})
}

func TestCacheEndsAHoldWhenTheRegistryRecovers(t *testing.T) {
	for name, word := range map[string]discovery.Update{"loss": known("a"), "empty": known(""), "gone": gone} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, false, no, func(t *testing.T, h *hand, c *discovery.Cache, f *follower) {
				h.say(known("abcd"))
				h.say(word)
				time.Sleep(59 * time.Second)
				h.say(known("abc"))
				time.Sleep(100 * time.Millisecond)
				f.expect(t, "[abcd] [abc]")
				if s := status(t, c); s.Held.Reason != "" {
					t.Errorf("status %+v", s)
				}
				h.say(word) // begins anew
				time.Sleep(60 * time.Second)
				f.expect(t, "[abcd] [abc]")
			})
		})
	}
}

func TestCacheAppliesGoneAfterAMinuteWhateverAnswers(t *testing.T) {
	inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		h.say(known("abc"))
		h.say(gone)
		time.Sleep(30 * time.Second)
		h.say(gone) // said again: the clock goes on
		time.Sleep(30*time.Second + 99*time.Millisecond)
		f.expect(t, "[abc]")
		time.Sleep(time.Millisecond)
		f.expect(t, "[abc] gone")
	})
}

func TestCacheBelievesTheFirstWordWhateverItIs(t *testing.T) {
	for word, want := range map[*discovery.Update]string{{State: discovery.Known}: "[]", &gone: "gone"} {
		inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
			h.say(*word)
			f.expect(t, want)
		})
	}
}

func TestCacheBelievesTheOperatorAtOnce(t *testing.T) {
	inBubble(t, true, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		want := ""
		for _, u := range []discovery.Update{known("abcd"), known("a"), known(""), known("xyz"), gone, known("a")} {
			h.say(u)
			want = strings.TrimSpace(want + " " + letters(u))
			f.expect(t, want)
		}
	})
}

func TestCacheSlowsAFlappingRegistryDown(t *testing.T) {
	inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
		for i := range 1000 {
			h.say(known([]string{"abcde", "abcdef"}[i%2]))
			time.Sleep(101 * time.Millisecond) // longer than the window
		}
		if n := len(strings.Fields(f.all())); n < 100 || n > 2*101+4 {
			t.Errorf("%d changes in 101 s, want at most 2 a second and a burst of 4", n)
		}
		time.Sleep(time.Second)
		if got := f.all(); !strings.HasSuffix(got, "[abcdef]") {
			t.Errorf("the newest set did not come: %s", got[len(got)-10:])
		}
	})
}

func TestCacheCleansAListAndSaysSoOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		h := &hand{}
		c := discovery.NewCache(h, discovery.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		f := follow(c, orders, nil)
		u := known("aba")
		u.Endpoints[2].Addr = "other:1"
		u.Endpoints = append(u.Endpoints, onramp.Endpoint{ID: "nowhere"})
		for range 3 {
			h.say(u)
			time.Sleep(time.Second)
		}
		f.expect(t, "[ab]")
		if got := f.full[0].Endpoints[0]; got.Addr != "other:1" {
			t.Errorf("the last endpoint of a key does not win: %+v", got)
		}
		if len(u.Endpoints) != 4 || u.Endpoints[0].Addr != "a:1" {
			t.Error("the source's own list was changed")
		}
		if n := strings.Count(log.String(), "level=WARN"); n != 1 || !strings.Contains(log.String(), "target=orders") {
			t.Errorf("%d warnings:\n%s", n, &log)
		}
		f.stop(t)
	})
}

func TestCacheBoundsTheList(t *testing.T) {
	inBubble(t, false, nil, func(t *testing.T, h *hand, c *discovery.Cache, _ *follower) {
		big := func(from, n int) discovery.Update {
			u := discovery.Update{State: discovery.Known}
			for i := range n {
				u.Endpoints = append(u.Endpoints, onramp.Endpoint{Addr: fmt.Sprintf("h%d:1", from+i)})
			}
			return u
		}
		h.say(big(0, 70000))
		if s := status(t, c); s.Endpoints != 65536 {
			t.Errorf("%d endpoints", s.Endpoints)
		}
		h.say(big(100000, 30000)) // beside the 65 536 that are held
		time.Sleep(time.Second)
		if s := status(t, c); s.Endpoints != 65536 || s.Held.Reason == "" {
			t.Errorf("status %+v", s)
		}
	})
}

func TestCacheWatchesATargetOnceForAllWatchers(t *testing.T) {
	inBubble(t, false, no, func(t *testing.T, h *hand, c *discovery.Cache, f *follower) {
		h.say(known("ab"))
		method := orders
		method.Method = "get"
		second := follow(c, method, yes)
		second.expect(t, "[ab]")
		if watching, began := h.counts(); watching != 1 || began != 1 {
			t.Errorf("%d watches, %d began", watching, began)
		}
		other := follow(c, discovery.Target{Service: "Orders"}, nil)
		if watching, _ := h.counts(); watching != 2 {
			t.Errorf("%d watches of two targets", watching)
		}
		if s := status(t, c); s.Watchers != 2 {
			t.Errorf("status %+v", s)
		}
		h.say(known("")) // the second one's endpoints answer: held for both
		time.Sleep(time.Hour)
		f.expect(t, "[ab]")
		second.stop(t)
		time.Sleep(time.Second)
		f.expect(t, "[ab] []")
		second.expect(t, "[ab]")
		other.stop(t)
	})
}

func TestCacheForgetsATargetWithItsLastWatcher(t *testing.T) {
	inBubble(t, false, no, func(t *testing.T, h *hand, c *discovery.Cache, f *follower) {
		h.say(known("ab"))
		f.expect(t, "[ab]")
		f.stop(t)
		if _, ok := c.Status(orders); ok {
			t.Error("status of a target that nobody watches")
		}
		if watching, _ := h.counts(); watching != 0 {
			t.Errorf("%d watches", watching)
		}
		h.say(known("x")) // an unwatched loss of all is no loss
		again := follow(c, orders, nil)
		again.expect(t, "[x]")
		again.stop(t)
		f.done <- context.Canceled // for the bubble's own stop
	})
}

func TestCacheWatchReturnsAtOnceWhenItsContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c := discovery.NewCache(discovery.Static("a:1"))
	err := c.Watch(ctx, orders, nil, func(discovery.Update) { t.Error("an update") })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCacheSkipsWhatASlowWatcherMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hand{operator: true}
		c := discovery.NewCache(h)
		ctx, cancel := context.WithCancel(context.Background())
		var heard []string
		done := make(chan error)
		go func() {
			done <- c.Watch(ctx, orders, nil, func(u discovery.Update) {
				heard = append(heard, letters(u)) // unguarded: one goroutine, and none after Watch
				time.Sleep(time.Minute)
			})
		}()
		for _, s := range []string{"a", "b", "c", "d"} {
			h.say(known(s))
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour)
		cancel()
		<-done
		h.say(known("e"))
		if got := strings.Join(heard, " "); got != "[a] [d]" {
			t.Errorf("heard %s", got)
		}
	})
}

func TestCacheNeverAsksAWatcherThatHasReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hand{}
		c := discovery.NewCache(h, quiet)
		stays := follow(c, orders, no)
		var left atomic.Bool
		leaves := follow(c, orders, func(string) bool {
			if left.Load() {
				t.Error("alive was called after Watch returned")
			}
			return true
		})
		h.say(known("ab"))
		h.say(known(""))
		time.Sleep(2 * time.Minute)
		leaves.stop(t)
		left.Store(true)
		time.Sleep(2 * time.Minute)
		stays.expect(t, "[ab] []")
		stays.stop(t)
	})
}

func TestCacheNeverAsksAWatcherThatLeftWhileAnotherWasAsked(t *testing.T) {
	for range 10 { // in either order
		synctest.Test(t, func(t *testing.T) {
			h := &hand{}
			c := discovery.NewCache(h, quiet)
			stays := follow(c, orders, func(string) bool { time.Sleep(time.Second); return false })
			var left atomic.Bool
			leaves := follow(c, orders, func(string) bool {
				if left.Load() {
					t.Error("alive was called after Watch returned")
				}
				return false
			})
			h.say(known("a"))
			h.say(known(""))
			time.Sleep(600 * time.Millisecond) // the first question is out
			leaves.stop(t)
			left.Store(true)
			time.Sleep(2 * time.Minute)
			stays.stop(t)
		})
	}
}

func TestCacheAnswersStatusFromInsideItsCallbacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hand{}
		c := discovery.NewCache(h, quiet)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() {
			ask := func(string) bool { _, ok := c.Status(orders); return ok }
			done <- c.Watch(ctx, orders, ask, func(discovery.Update) { ask("") })
		}()
		h.say(known("a"))
		h.say(known(""))
		time.Sleep(2 * time.Minute)
		cancel()
		<-done
	})
}

func TestCacheStartsASourceAgainWithBackoff(t *testing.T) {
	inBubble(t, false, no, func(t *testing.T, h *hand, c *discovery.Cache, f *follower) {
		h.say(known("ab"))
		f.expect(t, "[ab]")
		h.say(discovery.Update{Err: errGiveUp}) // every new watch gives up as well
		time.Sleep(10 * time.Minute)
		_, began := h.counts()
		if began < 20 || began > 200 { // 10 min / a mean of 15 s, and the steps up to there
			t.Errorf("%d watches began in 10 minutes", began)
		}
		s := status(t, c)
		if s.State != discovery.Failed || !errors.Is(s.Err, errGiveUp) || s.Restarts < began-1 || s.Endpoints != 2 {
			t.Errorf("status %+v", s)
		}
		h.say(known("abc"))
		time.Sleep(31 * time.Second)
		f.expect(t, "[ab] [abc]")
	})
}

func TestCacheForgivesASourceThatWatchedForLong(t *testing.T) {
	inBubble(t, false, no, func(t *testing.T, h *hand, c *discovery.Cache, _ *follower) {
		giveUp := discovery.Update{Err: errGiveUp}
		h.say(giveUp)
		time.Sleep(10 * time.Minute) // the delays have grown
		h.say(known("a"))
		time.Sleep(time.Minute) // a good run
		for range 50 {
			before := status(t, c).Restarts
			h.say(giveUp)
			synctest.Wait()
			h.say(known("a"))
			time.Sleep(100 * time.Millisecond)
			if n, _ := h.counts(); n != 1 || status(t, c).Restarts != before+1 {
				t.Fatalf("%d watches 100 ms after a good run ended", n)
			}
			time.Sleep(30 * time.Second)
		}
	})
}

func TestCacheSaysThatASourceCannotWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := discovery.NewCache(discovery.Static("a:x"), quiet)
		f := follow(c, orders, nil)
		f.expect(t, "failed")
		if err := f.full[0].Err; err == nil || !strings.Contains(err.Error(), `static endpoint [0]: "a:x": port "x"`) {
			t.Error(err)
		}
		f.stop(t)
	})
}

func TestCacheOptionsTurnRulesOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hand{}
		c := discovery.NewCache(h, quiet, discovery.WithDebounce(0), discovery.WithHold(-1))
		f := follow(c, orders, yes)
		h.say(known("abcd"))
		f.expect(t, "[abcd]")
		h.say(known("a"))
		f.expect(t, "[abcd] [a]")
		h.say(known("")) // still answers
		time.Sleep(time.Hour)
		f.expect(t, "[abcd] [a]")
		f.stop(t)
	})
}

func TestCacheWorksInOneBubbleAfterAnother(t *testing.T) {
	for range 2 {
		inBubble(t, false, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
			h.say(known("a"))
			h.say(known(""))
			time.Sleep(2 * time.Minute)
			f.expect(t, "[a]")
		})
	}
}

func TestCacheTakesManyWatchersThatComeAndGo(t *testing.T) {
	h := &hand{}
	c := discovery.NewCache(h, quiet, discovery.WithDebounce(time.Millisecond))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 30 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n%4)*time.Millisecond)
				c.Watch(ctx, discovery.Target{Service: fmt.Sprint(i % 3)}, yes, func(discovery.Update) {})
				cancel()
			}
		})
	}
	for i := range 100 {
		h.say(known("abcdefghij"[:1+i%10]))
	}
	wg.Wait()
	if n, _ := h.counts(); n != 0 {
		t.Errorf("%d watches left", n)
	}
}

func TestCacheLogsOnceThatItsSourceFailsAndOnceThatItWorksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		h := &hand{}
		c := discovery.NewCache(h, discovery.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), discovery.WithSeed(1))
		f := follow(c, orders, nil)
		for _, u := range []discovery.Update{known("ab"), known("abc"), failed, failed, pending, failed, known("ab"), failed, gone} {
			h.say(u)
			time.Sleep(time.Second)
		}
		f.stop(t)
		for line, want := range map[string]int{
			`level=WARN msg="discovery: the source fails, the last good list stays in use" target=orders error="no leader"`: 2,
			`level=INFO msg="discovery: the source works again" target=orders state=known endpoints=2`:                      1,
			`level=INFO msg="discovery: the source works again" target=orders state=gone`:                                   1,
		} {
			if n := strings.Count(log.String(), line); n != want {
				t.Errorf("%d times %s, want %d:\n%s", n, line, want, log.String())
			}
		}
	})
}
