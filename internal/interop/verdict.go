package main

import "fmt"

// check says what is wrong with the frames of a cell whose wire is w.
func (t *tap) check(w wire) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return fmt.Errorf("on the wire: %w", t.err)
	}
	for i := range t.frames {
		if err := t.frames[i].obeys(w); err != nil {
			return fmt.Errorf("on the wire: %w", err)
		}
	}
	return paired(t.frames)
}

// call reports whether the frame carries a call, and not a heartbeat.
func (f *frame) call() bool { return f.kind == "request" || f.kind == "oneway" || f.kind == "response" }

// String names the frame.
func (f *frame) String() string {
	return fmt.Sprintf("%s %d of connection %d", f.kind, f.id, f.conn)
}

// obeys says what is not as the wire wants it.
func (f *frame) obeys(w wire) error {
	if f.version != w.version {
		return fmt.Errorf("%s is of version %d, want %d", f, f.version, w.version)
	}
	// Peers disagree about checksums of heartbeats, and all read both.
	if f.call() && f.checksum != w.checksum {
		return fmt.Errorf("%s has a checksum: %v, want %v", f, f.checksum, w.checksum)
	}
	if f.call() && f.serial != w.serial {
		return fmt.Errorf("%s is of codec %d, want %d", f, f.serial, w.serial)
	}
	return nil
}

// paired says which frame answers nothing, or something that was answered before.
func paired(frames []frame) error {
	type key struct {
		conn int
		up   bool
		kind string
		id   uint64
	}
	open := map[key]bool{}
	answers := map[string]string{"response": "request", "heartbeat ack": "heartbeat"}
	for i := range frames {
		f := &frames[i]
		asked, answer := answers[f.kind]
		k := key{f.conn, !f.up, asked, f.id}
		switch {
		case f.kind == "readonly": // some answer it as a heartbeat
			open[key{f.conn, f.up, "heartbeat", f.id}] = true
		case !answer:
			open[key{f.conn, f.up, f.kind, f.id}] = true
		case !open[k]:
			return fmt.Errorf("on the wire: %s answers no %s, or one that was answered", f, asked)
		default:
			delete(open, k)
		}
	}
	return nil
}
