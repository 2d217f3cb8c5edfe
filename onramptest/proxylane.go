package onramptest

import (
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"
)

// proxyLane is one direction of a ProxyConn: a bounded queue between the
// goroutine that receives and the one that delivers.
type proxyLane struct {
	limit int
	dice  *rand.Rand

	mu     sync.Mutex
	cond   sync.Cond // something of the below has changed
	alarm  alarm     // when the head of the queue may pass
	state  laneState
	toxics Toxics
	left   int64 // bytes until Toxics.End, negative is never
	meter  meter
	queue  []chunk
	held   int // bytes of the queue, and those being delivered
	passed int64
}

type laneState uint8

const (
	lanePassing  laneState = iota
	laneDropping           // what is received is dropped
	laneClosed
)

// chunk is what one read brought, or the end of the direction.
type chunk struct {
	data []byte
	due  time.Time // when its latency is over
	end  ending
}

func newProxyLane(limit int, dice *rand.Rand, t Toxics) *proxyLane {
	l := &proxyLane{limit: limit, dice: dice}
	l.cond.L, l.alarm.cond = &l.mu, &l.cond
	l.set(t)
	return l
}

func (l *proxyLane) set(t Toxics) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.Rate != l.toxics.Rate || t.Stall != l.toxics.Stall || l.left == 0 {
		l.meter.restart(t.Rate, time.Now())
	}
	l.toxics, l.left = t, -1
	if t.End.kind != endNone {
		l.left = t.End.after
	}
	l.cond.Broadcast()
}

func (l *proxyLane) stop(s laneState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state, l.queue = s, nil
	l.alarm.stop()
	l.cond.Broadcast()
}

func (l *proxyLane) count() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.passed
}

// receive fills the queue until the sender's end, or the lane's.
func (l *proxyLane) receive(from net.Conn) {
	b := make([]byte, 16<<10)
	for {
		room := l.room()
		if room == 0 {
			return
		}
		n, err := from.Read(b[:min(room, len(b))])
		if n > 0 {
			l.push(chunk{data: slices.Clone(b[:n])})
		}
		if err != nil {
			end := endReset
			if err == io.EOF {
				end = endFin
			}
			l.push(chunk{end: end})
			return
		}
	}
}

// room waits for room in the queue and returns how much there is; 0 when the lane
// is closed.
func (l *proxyLane) room() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.state == lanePassing && l.held >= l.limit {
		l.cond.Wait()
	}
	switch l.state {
	case laneClosed:
		return 0
	case laneDropping:
		return l.limit
	}
	return l.limit - l.held
}

// push lets c arrive after the latency; what is before it in the queue passes first.
func (l *proxyLane) push(c chunk) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != lanePassing {
		return
	}
	c.due = time.Now().Add(l.toxics.Latency)
	if l.toxics.Jitter > 0 {
		c.due = c.due.Add(time.Duration(l.dice.Int64N(int64(l.toxics.Jitter) + 1)))
	}
	l.queue = append(l.queue, c)
	l.held += len(c.data)
	l.cond.Broadcast()
}

// next waits for the next piece to deliver, or for how the lane ends.
func (l *proxyLane) next() ([]byte, ending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.state == lanePassing {
		at, size, end := l.look()
		switch {
		case end == endStall || at.After(time.Now()):
			if l.alarm.set(at); !l.alarm.rang {
				l.cond.Wait()
			}
		case end != endNone:
			return nil, end
		default:
			return l.take(size), endNone
		}
	}
	return nil, endReset
}

// look says when what is next may pass: so many bytes, or an end. endStall says
// that nothing passes until other toxics are set.
func (l *proxyLane) look() (at time.Time, size int, end ending) {
	switch {
	case l.toxics.Stall:
		return time.Time{}, 0, endStall
	case l.left == 0:
		return time.Time{}, 0, l.toxics.End.kind
	case len(l.queue) == 0:
		return time.Time{}, 0, endStall
	}
	head := &l.queue[0]
	if head.end != endNone {
		return head.due, 0, head.end
	}
	size = len(head.data)
	if l.toxics.Slice > 0 {
		size = min(size, l.toxics.Slice)
	}
	if l.left > 0 {
		size = int(min(int64(size), l.left))
	}
	if l.toxics.Rate == 0 {
		return head.due, size, endNone
	}
	size = min(size, max(1, l.toxics.Rate/100))
	return l.meter.at(head.due, size), size, endNone
}

// take cuts size bytes off the head of the queue.
func (l *proxyLane) take(size int) []byte {
	head := &l.queue[0]
	piece := head.data[:size]
	if l.toxics.Rate > 0 {
		l.meter.spend(head.due, size)
	}
	if head.data = head.data[size:]; len(head.data) == 0 {
		l.queue = l.queue[1:]
	}
	if l.left > 0 {
		l.left -= int64(size)
	}
	return piece
}

// delivered notes that a piece was written, in the time since begin. A receiver
// that took none for a while gets no burst for that.
func (l *proxyLane) delivered(n int, begin time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held -= n
	l.passed += int64(n)
	if now := time.Now(); now.Sub(begin) > 10*time.Millisecond {
		l.meter.restart(l.toxics.Rate, now)
	}
	l.cond.Broadcast()
}
