package onramptest

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// pipe is one direction of a connection. Its Link's lock guards it.
type pipe struct {
	link               *Link
	readable, writable sync.Cond
	limit              int

	buf     []byte // buf[off:] is sent and not read
	off     int
	arrived int    // bytes of it that can be read
	marks   []mark // what is still under way
	fin     error  // the end, when it has arrived: io.EOF, or a reset

	writing     bool // a Write is under way, others wait
	writeClosed error
	readClosed  bool
	broken      time.Time // when the writer learns that the reader is gone
	brokenBy    error     // and what it learns
	rst         bool

	readBy, writeBy, arrival alarm

	delay         time.Duration
	short         int
	frozen        bool
	cutAfter      int64 // bytes to go, negative is never
	bytes, writes int64
}

// mark says when bytes, or the end, arrive.
type mark struct {
	due time.Time
	n   int
	fin error
}

func (p *pipe) init(k *Link, limit int) {
	p.link, p.limit, p.cutAfter = k, limit, -1
	p.readable.L, p.writable.L = &k.mu, &k.mu
	p.readBy.cond, p.arrival.cond, p.writeBy.cond = &p.readable, &p.readable, &p.writable
}

func (p *pipe) wake() {
	p.readable.Broadcast()
	p.writable.Broadcast()
}

func (p *pipe) reset() {
	p.rst = true
	p.drop()
}

// drop forgets what was sent and not read.
func (p *pipe) drop() { p.buf, p.off, p.arrived, p.marks = nil, 0, 0, nil }

// read is Read with the lock to take.
func (p *pipe) read(b []byte) (int, error) {
	p.link.mu.Lock()
	defer p.link.mu.Unlock()
	for {
		if err := p.readError(); err != nil || len(b) == 0 {
			return 0, err
		}
		if !p.frozen {
			p.settle()
			if n := p.take(b); n > 0 {
				return n, nil
			}
			if p.fin != nil {
				return 0, p.fin
			}
		}
		p.readable.Wait()
	}
}

func (p *pipe) readError() error {
	switch {
	case p.readClosed:
		return net.ErrClosed
	case p.readBy.rang:
		return os.ErrDeadlineExceeded
	case p.rst:
		return os.NewSyscallError("read", syscall.ECONNRESET)
	}
	return nil
}

// settle takes note of what has arrived, and sets the alarm for what has not.
func (p *pipe) settle() {
	if len(p.marks) == 0 {
		return
	}
	for p.arrival.rang = true; p.arrival.rang && len(p.marks) > 0; {
		now := time.Now()
		for len(p.marks) > 0 && !now.Before(p.marks[0].due) {
			p.arrive(p.marks[0])
			p.marks = p.marks[1:]
		}
		if len(p.marks) > 0 {
			p.arrival.set(p.marks[0].due) // rings at once when the clock has just passed it
		}
	}
}

func (p *pipe) arrive(m mark) {
	p.arrived += m.n
	if m.fin != nil {
		p.fin = m.fin
	}
}

// take moves arrived bytes to b.
func (p *pipe) take(b []byte) int {
	n := min(len(b), p.arrived)
	if p.short > 0 {
		n = min(n, p.short)
	}
	if p.cutAfter >= 0 {
		n = int(min(int64(n), p.cutAfter))
	}
	if n == 0 {
		return 0
	}
	copy(b, p.buf[p.off:p.off+n])
	p.off += n
	p.arrived -= n
	if p.off > len(p.buf)/2 { // each byte moves once or so
		p.buf, p.off = p.buf[:copy(p.buf, p.buf[p.off:])], 0
	}
	p.writable.Broadcast()
	if p.cutAfter > 0 {
		if p.cutAfter -= int64(n); p.cutAfter == 0 {
			p.link.resetLocked()
		}
	}
	return n
}

// write is Write with the lock to take. Concurrent writes do not mix.
func (p *pipe) write(b []byte) (n int, err error) {
	p.link.mu.Lock()
	defer p.link.mu.Unlock()
	for p.writing {
		if err := p.writeError(); err != nil {
			return 0, err
		}
		p.writable.Wait()
	}
	p.writing = true
	defer func() { p.writing = false; p.writable.Broadcast() }()
	p.writes++
	for {
		if err := p.writeError(); err != nil {
			return n, err
		}
		n += p.put(b[n:])
		if n == len(b) {
			return n, nil
		}
		p.writable.Wait()
	}
}

func (p *pipe) writeError() error {
	switch {
	case p.writeClosed != nil:
		return p.writeClosed
	case p.writeBy.rang:
		return os.ErrDeadlineExceeded
	case p.rst:
		return os.NewSyscallError("write", syscall.ECONNRESET)
	case p.readClosed && !p.frozen && !time.Now().Before(p.broken):
		return os.NewSyscallError("write", p.brokenBy)
	}
	return nil
}

// put takes as much of b as there is room for. A reader that is gone takes
// everything until the writer learns of it.
func (p *pipe) put(b []byte) int {
	if p.readClosed && !p.frozen {
		return len(b)
	}
	n := min(len(b), p.limit-(len(p.buf)-p.off))
	if n > 0 {
		p.buf = append(p.buf, b[:n]...)
		p.bytes += int64(n)
		p.send(mark{n: n})
	}
	return n
}

// send lets m arrive after the delay and after everything before it.
func (p *pipe) send(m mark) {
	if p.delay == 0 && len(p.marks) == 0 {
		p.arrive(m)
		p.readable.Broadcast()
		return
	}
	m.due = time.Now().Add(p.delay)
	p.marks = append(p.marks, m)
	p.readable.Broadcast()
}

// closeWrite ends the direction: the reader gets what is under way, then fin.
// Later writes get err.
func (p *pipe) closeWrite(err, fin error) {
	if !p.rst && (p.writeClosed == nil || fin != io.EOF) {
		p.send(mark{fin: fin})
	}
	p.writeClosed = err
	p.writeBy.stop()
	p.wake()
}

// closeRead drops what was not read. The writer gets err.
func (p *pipe) closeRead(err error) {
	p.readClosed, p.broken, p.brokenBy = true, time.Now().Add(p.delay), err
	p.drop()
	p.readBy.stop()
	p.arrival.stop()
	p.wake()
}
