package discovery_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp/discovery"
)

// event is a word of the source, some time after the one before it.
type event struct {
	after time.Duration
	word  string // "gone", "failed", "pending", or the letters of a set
}

func (e event) update() discovery.Update {
	switch e.word {
	case "gone":
		return gone
	case "failed":
		return failed
	case "pending":
		return pending
	}
	return known(e.word)
}

// drawEvents draws words that come in bursts, after seconds or after minutes. No
// two times differ by a round number, so that nothing is due when a word comes.
func drawEvents(t *rapid.T) []event {
	words := rapid.OneOf(
		rapid.SampledFrom([]string{"gone", "failed", "pending", "", ""}),
		rapid.StringMatching(`a?b?c?d?e?f?g?`), rapid.StringMatching(`a?b?c?d?e?f?g?`),
		rapid.SampledFrom([]string{"abcdefg", "abcdef", "xyz", "abcd"}),
	)
	wait := rapid.OneOf(rapid.IntRange(0, 30), rapid.IntRange(0, 300), rapid.IntRange(0, 8000))
	var events []event
	for i := range rapid.IntRange(1, 40).Draw(t, "words") {
		after := time.Duration(wait.Draw(t, "wait"))*10*time.Millisecond + 7*time.Microsecond
		events = append(events, event{after, words.Draw(t, fmt.Sprint("word", i))})
	}
	return events
}

// model is the rules of the Cache once more, as simply as they can be written.
type model struct {
	alive string
	heard []string

	listed   bool
	list     string // sorted letters, or "gone"
	truth    string
	judgeAt  time.Duration // 0: nothing to judge
	heldFrom time.Duration // 0: nothing held
	heldGone bool
	wakeAt   time.Duration
	credit   time.Duration // of 4 changes at most, 500 ms each
	credited time.Duration // when credit was right
}

func letterSet(s string) map[rune]bool {
	m := make(map[rune]bool)
	for _, r := range s {
		m[r] = true
	}
	return m
}

func sorted(m map[rune]bool) string { return string(slices.Sorted(maps.Keys(m))) }

func (m *model) refill(now time.Duration) {
	m.credit = min(2*time.Second, m.credit+now-m.credited)
	m.credited = now
}

func (m *model) set(now time.Duration, list string) {
	if m.listed && list == m.list {
		return
	}
	m.listed, m.list = true, list
	m.refill(now)
	m.credit -= 500 * time.Millisecond
	if list != "gone" {
		list = "[" + list + "]"
	}
	m.heard = append(m.heard, list)
}

func (m *model) hear(now time.Duration, word string) {
	switch word {
	case "pending":
	case "failed":
		if !m.listed {
			m.heard = append(m.heard, "failed")
		}
	default:
		m.truth = word
		if !m.listed {
			m.set(now, word)
		} else if m.judgeAt == 0 {
			m.refill(now)
			m.judgeAt = now + max(100*time.Millisecond, 500*time.Millisecond-m.credit)
		}
	}
}

// judge applies what is due at this moment.
func (m *model) judge(now time.Duration) {
	m.judgeAt = 0
	if m.list == "gone" || m.list == "" {
		m.heldFrom = 0
		m.set(now, m.truth)
		return
	}
	isGone := m.truth == "gone"
	kept := letterSet(m.list)
	lost, left := len(kept), 0
	if !isGone {
		for r := range letterSet(m.truth) {
			left++
			if kept[r] {
				lost--
			}
			kept[r] = true
		}
	}
	switch {
	case !isGone && lost <= left:
		m.heldFrom = 0
	case m.heldFrom == 0 || m.heldGone != isGone:
		m.heldFrom, m.heldGone = now, isGone
	}
	switch {
	case m.heldFrom == 0:
		m.set(now, m.truth)
	case now < m.heldFrom+time.Minute:
		m.wakeAt = m.heldFrom + time.Minute
		m.set(now, sorted(kept))
	case m.truth == "" && strings.ContainsAny(m.list, m.alive):
		m.wakeAt = now + time.Second
	default:
		m.heldFrom = 0
		m.set(now, m.truth)
	}
}

// until runs the clock.
func (m *model) until(end time.Duration) {
	for {
		at := end
		if m.judgeAt != 0 {
			at = min(at, m.judgeAt)
		}
		if m.heldFrom != 0 {
			at = min(at, m.wakeAt)
		}
		if at >= end {
			return
		}
		m.judge(at)
	}
}

func modelOf(events []event, alive string, quiet time.Duration) *model {
	m := &model{alive: alive, credit: 2 * time.Second}
	now := time.Duration(0)
	for _, e := range events {
		now += e.after
		m.until(now)
		m.hear(now, e.word)
	}
	m.until(now + quiet)
	return m
}

func TestCacheDeliversWhatItsRulesSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		events := drawEvents(rt)
		alive := rapid.SampledFrom([]string{"", "a", "cx", "abcdefgxyz"}).Draw(rt, "alive")
		var heard string
		var final discovery.Status
		inBubble(t, false, func(id string) bool { return strings.Contains(alive, id) },
			func(t *testing.T, h *hand, c *discovery.Cache, f *follower) {
				for _, e := range events {
					time.Sleep(e.after)
					h.say(e.update())
					synctest.Wait()
				}
				time.Sleep(3 * time.Minute)
				heard = f.all()
				final = status(t, c)
			})
		m := modelOf(events, alive, 3*time.Minute)
		if want := strings.Join(m.heard, " "); heard != want {
			rt.Fatalf("heard %s\n want %s", heard, want)
		}
		if (final.Held.Reason != "") != (m.heldFrom != 0) {
			rt.Fatalf("held: %q", final.Held.Reason)
		}
		// What the rules promise in the end, whatever they are in between.
		if m.listed && m.list != m.truth && (m.truth != "" || !strings.ContainsAny(m.list, alive)) {
			rt.Fatalf("the newest word %q did not win over %q", m.truth, m.list)
		}
	})
}

func TestCacheFollowsTheOperatorsLastWord(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		events := drawEvents(rt)
		var heard, want string
		inBubble(t, true, yes, func(t *testing.T, h *hand, _ *discovery.Cache, f *follower) {
			for _, e := range events {
				time.Sleep(e.after)
				h.say(e.update())
				heard = f.all()
				if u := e.update(); u.State == discovery.Known || u.State == discovery.Gone {
					want = letters(u)
				}
				if want != "" && !strings.HasSuffix(heard, want) {
					break
				}
			}
		})
		if !strings.HasSuffix(heard, want) {
			rt.Fatalf("heard %s after the operator said %s", heard, want)
		}
	})
}
