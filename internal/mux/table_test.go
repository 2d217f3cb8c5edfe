package mux

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// known is what the model knows of one call.
type known struct {
	p       *pending
	id      uint64
	text    string
	given   bool // up
	expires int64
	done    bool // the place was given back
}

// TestAnIDBelongsToExactlyOneCall drives the table of a connection through any
// order of begins, replies, duplicates, late replies, cancels and expiries, and
// compares each step with a model.
func TestAnIDBelongsToExactlyOneCall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := testConfig(correlated{})
		cfg.MaxInFlight = rapid.IntRange(1, 5).Draw(t, "limit")
		m := &tableModel{
			t: t, cfg: cfg, byID: make(map[uint64]*known), last: make(map[*pending]uint64),
			c: &Conn{cfg: cfg, framer: cfg.Framer, body: cfg.Body, table: newTable(cfg.MaxInFlight), epoch: epoch{time.Now()}, w: newWriter(nil, cfg.WriteBuffer, nil)},
		}
		m.c.sweep.init(m.c)
		m.c.sweep.ended = true // the test tells when time passes
		if wrap := rapid.Uint32Range(0, 3).Draw(t, "wrap"); wrap > 0 {
			m.nearWrap(wrap)
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin":     m.begin,
			"reply":     m.reply,
			"again":     m.again,
			"unknown":   m.unknown,
			"cancel":    m.cancel,
			"pass time": m.passTime,
			"":          m.check,
		})
	})
}

type tableModel struct {
	t    *rapid.T
	cfg  *Config
	c    *Conn
	now  int64
	live []*known          // that wait, or were given up and hold their place
	byID map[uint64]*known // the last call of each ID
	all  []*known
	last map[*pending]uint64 // the last ID of each place
	owed int64               // late replies that may come

	unknowns, duplicates, lates int64
}

// nearWrap has the places used almost 2^32 times before.
func (m *tableModel) nearWrap(left uint32) {
	var all []*pending
	for range m.cfg.MaxInFlight {
		p := m.c.table.take()
		p.gen = math.MaxUint32 - left
		m.last[p] = m.c.table.id(p)
		p.state.Store(m.last[p] << stateBits)
		all = append(all, p)
	}
	for _, p := range all {
		m.c.table.give(p)
	}
}

func (m *tableModel) begin(t *rapid.T) {
	p := m.c.table.take()
	if (p == nil) != (len(m.live) == m.cfg.MaxInFlight) {
		t.Fatalf("took %v with %d of %d places taken", p, len(m.live), m.cfg.MaxInFlight)
	}
	if p == nil {
		return
	}
	k := &known{p: p, id: m.c.table.id(p), text: fmt.Sprint("call ", len(m.all)), expires: m.now + rapid.Int64Range(1, 50).Draw(t, "timeout")}
	if k.id>>32 != 0 {
		t.Fatalf("the ID %d has more than 32 bits", k.id)
	}
	if o := m.byID[k.id]; o != nil {
		t.Fatalf("ID %d was given to %s and to %s", k.id, o.text, k.text)
	}
	m.c.inflight.Add(1)
	p.began = m.now
	p.arm(k.id, k.expires)
	m.last[p] = k.id
	m.live, m.all, m.byID[k.id] = append(m.live, k), append(m.all, k), k
}

// draw takes one of the live calls; there is one in any case.
func (m *tableModel) draw(t *rapid.T) *known {
	if len(m.live) == 0 {
		m.begin(t)
	}
	return rapid.SampledFrom(m.live).Draw(t, "call")
}

// deliver hands in a reply, and returns whether nothing but a count came of it.
func (m *tableModel) deliver(id uint64, text string) {
	if _, err := m.c.deliver(frameOf(codec.Response, id, text), id, nil); err != nil {
		m.c.strays.rate = rate{} // the limit is tested elsewhere
	}
}

func (m *tableModel) reply(t *rapid.T) {
	k := m.draw(t)
	m.deliver(k.id, k.text)
	if k.given {
		m.owed, m.lates = max(0, m.owed-1), m.lates+1
		m.drop(k)
		return
	}
	select {
	case <-k.p.done:
	default:
		t.Fatalf("%s was not woken by its reply", k.text)
	}
	resp, err := m.c.finish(k.p, k.id, new(onramp.Request))
	if err != nil || string(resp.Body.Raw) != k.text {
		t.Fatalf("%s got %v, %v", k.text, resp, err)
	}
	resp.Body.Release()
	m.drop(k)
}

// again is a reply to a call that does not hold its place any more.
func (m *tableModel) again(t *rapid.T) {
	var past []*known
	for _, k := range m.all {
		if k.done && m.byID[k.id] == k {
			past = append(past, k)
		}
	}
	if len(past) == 0 {
		return
	}
	k := past[rapid.IntRange(0, len(past)-1).Draw(t, "past")]
	m.deliver(k.id, k.text)
	m.stray(m.last[k.p] == k.id)
}

func (m *tableModel) unknown(t *rapid.T) {
	id := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 64), rapid.Uint64Range(1<<32-64, 1<<32+8)).Draw(t, "id")
	if rapid.Bool().Draw(t, "far") && len(m.all) > 0 { // a call's ID, and bits that no ID has
		id = m.all[id%uint64(len(m.all))].id | 1<<rapid.IntRange(32, 63).Draw(t, "bit")
	}
	if m.byID[id] != nil {
		return // of a call, and no unknown one
	}
	p := m.c.table.find(id)
	m.deliver(id, "nobody's")
	m.stray(p != nil && m.last[p] == id && id != 0)
}

func (m *tableModel) stray(last bool) {
	switch {
	case m.owed > 0:
		m.owed--
		m.lates++
	case last:
		m.duplicates++
	default:
		m.unknowns++
	}
}

func (m *tableModel) cancel(t *rapid.T) {
	k := m.draw(t)
	if k.given {
		return // a caller gives up once
	}
	m.c.giveUp(k.p, k.id, &onramp.Error{Code: onramp.Canceled, Origin: onramp.Wire})
	m.giveUp(t, k)
}

// giveUp is what a caller does whose call ended without a reply. The place is
// held as long again as the call had.
func (m *tableModel) giveUp(t *rapid.T, k *known) {
	if resp, err := m.c.finish(k.p, k.id, new(onramp.Request)); err == nil {
		t.Fatalf("%s was given up, and got %v", k.text, resp)
	}
	k.given, m.owed = true, m.owed+1
	k.expires = m.now + 1 + rapid.Int64Range(0, 50).Draw(t, "hold")
	k.p.deadline.Store(k.expires)
}

func (m *tableModel) passTime(t *rapid.T) {
	m.now += rapid.Int64Range(1, 30).Draw(t, "time")
	m.c.sweep.scan(m.now)
	for _, k := range append([]*known(nil), m.live...) {
		switch {
		case k.expires > m.now:
		case k.given:
			m.drop(k)
		case len(k.p.done) == 0:
			t.Fatalf("%s was not woken when its time was over", k.text)
		default:
			<-k.p.done
			m.giveUp(t, k)
		}
	}
}

// drop notes that k's place was given back.
func (m *tableModel) drop(k *known) {
	k.done = true
	for i, o := range m.live {
		if o == k {
			m.live = append(m.live[:i], m.live[i+1:]...)
			return
		}
	}
}

func (m *tableModel) check(t *rapid.T) {
	for _, k := range m.live {
		want := k.id<<stateBits | waiting
		if k.given {
			want = k.id<<stateBits | abandoned
		}
		if got := k.p.state.Load(); got != want {
			t.Fatalf("%s is in state %b, want %b", k.text, got, want)
		}
		select {
		case <-k.p.done:
			if k.p.seen != k.id<<1|1 {
				t.Fatalf("%s was woken, and is neither over nor slow", k.text)
			}
		default:
		}
	}
	waitingNow := 0
	for _, k := range m.live {
		if !k.given {
			waitingNow++
		}
	}
	if in, stale := int(m.c.inflight.Load()), int(m.c.stale.Load()); in != waitingNow || in+stale != len(m.live) {
		t.Fatalf("%d in flight and %d held, want %d and %d", in, stale, waitingNow, len(m.live)-waitingNow)
	}
	s := m.cfg.Stats
	if u, d, l := s.Unknown.Load(), s.Duplicate.Load(), s.Late.Load(); u != m.unknowns || d != m.duplicates || l != m.lates {
		t.Fatalf("%d unknown, %d duplicate, %d late; want %d, %d, %d", u, d, l, m.unknowns, m.duplicates, m.lates)
	}
	if m.c.strays.owed.Load() != m.owed {
		t.Fatalf("%d late replies are owed, want %d", m.c.strays.owed.Load(), m.owed)
	}
}
