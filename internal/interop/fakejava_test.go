package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/interop/sample"
	"github.com/onrampmesh/onramp/server"
)

// What the fake does over wires with Hessian bodies.

// values registers the handlers of Values.
func (f *fake) values(s *server.Server, w wire) error {
	v := newValues(w)
	for _, t := range append(genericCalls(), typedCalls()...) {
		v.take(t)
	}
	methods := map[string]bool{"check": true}
	for _, t := range typedCalls() {
		methods[t.method] = true
	}
	handlers := v.fixed()
	for m := range methods {
		handlers[m] = v.check(m)
	}
	var wrong []error
	for m, h := range handlers {
		wrong = append(wrong, server.Handle(s, valuesService+"/"+m, func(ctx context.Context, in *onramp.Args) (*any, error) {
			out, err := h(ctx, in)
			f.hear(v, m)
			if n, number := deref(out).(int32); number && f.role == "bends" {
				*out = n + 1
			}
			return out, err
		}))
	}
	return errors.Join(wrong...)
}

func deref(v *any) any {
	if v == nil {
		return nil
	}
	return *v
}

// hear moves what v was told to what the server saw.
func (f *fake) hear(v *values, method string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range slices.Collect(maps.Keys(v.told)) {
		a := arrival{Service: valuesService + ":1.0", Method: method, Sample: l, Equal: v.told[l] == nil}
		if m, name, typed := strings.Cut(l, " "); typed || l == method {
			a.Method, a.Sample = m, name
		}
		if !a.Equal {
			a.Why = v.told[l].Error()
		}
		f.seen.Calls = append(f.seen.Calls, a)
		delete(v.told, l)
	}
}

// value makes one call of Values.
func (f *fake) value(k *caller, a ask, name string) end {
	err := fmt.Errorf("no call is called %q", label(a.Method, name))
	typed := typedCalls()
	switch a.Method {
	case "check":
		s := sample.ByName()[name]
		if n, number := s.Make(hessian2.V2).(int32); number && f.role == "bends" {
			s.Make = func(hessian2.Dialect) any { return n + 1 }
		}
		err = k.check(s)
	default:
		if a.Generic != "" {
			typed = genericCalls()
		}
		for _, t := range typed {
			if t.method == a.Method && t.sample == name {
				err = t.call(k)
			}
		}
		for _, c := range append(severalCalls(), overCalls()...) {
			if c.label == label(a.Method, name) {
				err = c.call(k)
			}
		}
	}
	if err != nil {
		return end{Reply: text{Why: err.Error()}}
	}
	return end{Reply: text{Equal: true}}
}

// fakeLoad calls without a pause.
type fakeLoad struct {
	f          *fake
	stop       context.CancelFunc
	callers    sync.WaitGroup
	ok, failed atomic.Int64
}

func (f *fake) begins(a ask) error {
	k, err := f.caller(a, strings.Join(a.Addrs, ","))
	if err != nil {
		return err
	}
	var ctx context.Context
	f.load = &fakeLoad{f: f}
	ctx, f.load.stop = context.WithCancel(context.Background())
	echo := k.of(echoService+"/echo", client.Timeout(time.Duration(a.Timeout)*time.Millisecond))
	for range a.Callers {
		f.load.callers.Go(func() {
			for ctx.Err() == nil {
				if _, err := echo.Call(context.Background(), plain()); err != nil {
					f.load.failed.Add(1)
				} else {
					f.load.ok.Add(1)
				}
			}
		})
	}
	return nil
}

func (l *fakeLoad) end() load {
	l.stop()
	l.callers.Wait()
	told := load{OK: int(l.ok.Load()), Failed: int(l.failed.Load())}
	if l.f.role == "loses" {
		told.Failed++
		told.Failures = []failed{{Kind: "closed", Name: "Reset", Text: "connection reset"}}
	}
	return told
}

// stop ends a server gracefully, or in the role "abrupt" at once.
func (f *fake) stop(addr string) error {
	s := f.servers[addr]
	if f.role == "abrupt" {
		return s.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return s.Shutdown(ctx)
}
