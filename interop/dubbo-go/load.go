package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// startTime bounds how long each caller may need for its first success.
	startTime = 10 * time.Second
	// toldFailures is how many failures of a load are told.
	toldFailures = 10
	// breath is the pause after a failure, so that a refusing address is not called
	// a million times.
	breath = 5 * time.Millisecond
)

// load is callers that call without pause.
type load struct {
	ref    *reference
	ask    ask
	number atomic.Int64
	end    chan struct{}
	all    sync.WaitGroup
	begun  chan struct{} // one for each caller that succeeded

	mu   sync.Mutex
	told loadEnd
}

// loadEnd is what "unload" tells.
type loadEnd struct {
	OK       int        `json:"ok"`
	Failed   int        `json:"failed"`
	Failures []*failure `json:"failures"`
}

// startLoad returns when each caller has succeeded once.
func (p *peer) startLoad(a ask) error {
	if p.load != nil {
		return errors.New("a load is running: unload it first")
	}
	a.Callers = max(a.Callers, 1)
	ref, err := p.clients.of(a, a.Addrs...)
	if err != nil {
		return err
	}
	l := &load{ref: ref, ask: a, end: make(chan struct{}), begun: make(chan struct{}, a.Callers)}
	for range a.Callers {
		l.all.Go(l.run)
	}
	late := time.NewTimer(startTime)
	defer late.Stop()
	for range a.Callers {
		select {
		case <-l.begun:
		case <-late.C:
			return fmt.Errorf("not every caller succeeded within %s: %+v", startTime, l.stop())
		}
	}
	p.load = l
	return nil
}

// endLoad stops the callers and tells what they met.
func (p *peer) endLoad() (map[string]any, error) {
	if p.load == nil {
		return nil, errors.New("no load is running")
	}
	told := p.load.stop()
	p.load = nil
	return map[string]any{"load": told}, nil
}

func (l *load) stop() loadEnd {
	close(l.end)
	l.all.Wait()
	return l.told
}

// run is one caller.
func (l *load) run() {
	for begun := false; ; {
		select {
		case <-l.end:
			return
		default:
		}
		f := l.once()
		l.note(f)
		if f != nil {
			time.Sleep(breath)
		} else if !begun {
			begun = true
			l.begun <- struct{}{}
		}
	}
}

// once makes one call.
func (l *load) once() *failure {
	n := l.number.Add(1)
	got, err := l.ref.invoke(l.ask, []any{&Message{Text: new("load"), Number: n}})
	if err != nil {
		return failureOf(err)
	}
	if m, ok := got.(*Message); !ok || text(m.Text) != "load" || m.Number != n {
		return &failure{Kind: "error", Name: "wrong reply", Text: fmt.Sprintf("%+v", messageOf(got))}
	}
	return nil
}

func (l *load) note(f *failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f == nil {
		l.told.OK++
		return
	}
	l.told.Failed++
	if len(l.told.Failures) < toldFailures {
		l.told.Failures = append(l.told.Failures, f)
	}
}
