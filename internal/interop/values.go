package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/interop/sample"
	"github.com/onrampmesh/onramp/server"
)

// values is this module's server of Values in one cell: it notes whether what comes is
// the sample that it is called, and returns what came.
type values struct {
	wire  wire
	table sample.Table

	mu sync.Mutex
	// told is what came, by label: nil is the sample.
	told map[string]error
	// natives decode arguments into Go's types, by label.
	natives map[string]func(body *onramp.Body) error
}

func newValues(w wire) *values {
	return &values{wire: w, table: sample.ByName(), told: map[string]error{}, natives: map[string]func(*onramp.Body) error{}}
}

// listenValues serves Values on any free port.
func (c *cell) listenValues() (*values, string, error) {
	v := newValues(c.wire)
	s, err := server.New(server.WithCodec(c.codec()), server.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, "", err
	}
	if err := v.register(s); err != nil {
		return nil, "", err
	}
	addr, err := c.open(s, "127.0.0.1:0")
	return v, addr, err
}

func (v *values) register(s *server.Server) error {
	methods := map[string]bool{"check": true}
	for _, t := range typedCalls() {
		methods[t.method] = true
	}
	var wrong []error
	for m := range methods {
		wrong = append(wrong, server.Handle(s, valuesService+"/"+m, v.check(m)))
	}
	for m, h := range v.fixed() {
		wrong = append(wrong, server.Handle(s, valuesService+"/"+m, h))
	}
	return errors.Join(wrong...)
}

// note notes what came once.
func (v *values) note(label string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, again := v.told[label]; again {
		err = errors.Join(err, errors.New("it came twice"))
	}
	v.told[label] = err
}

// take has the values of one call be decoded into Go's types too.
func (v *values) take(t typedCall) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.natives[label(t.method, t.sample)] = t.take
}

// came says what is wrong with what came.
func (v *values) came(label string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	err, came := v.told[label]
	if !came {
		return errors.New("it did not reach the handler")
	}
	delete(v.told, label)
	return err
}

// check is the handler of a method that takes a name and a value.
func (v *values) check(method string) func(ctx context.Context, in *onramp.Args) (*any, error) {
	return func(ctx context.Context, in *onramp.Args) (*any, error) {
		if len(*in) != 2 {
			return nil, onramp.NewError(onramp.InvalidArgument, onramp.Remote, fmt.Sprintf("%d arguments", len(*in)))
		}
		name, _ := (*in)[0].(string)
		l := label(method, name)
		v.mu.Lock()
		native := v.natives[l]
		v.mu.Unlock()
		err := v.table.Compare(name, v.wire.dialect(), (*in)[1])
		if native != nil {
			err = native(&server.RequestOf(ctx).Body)
		}
		v.note(l, err)
		return &(*in)[1], nil
	}
}

// fixed are the methods whose arguments are always the same.
func (v *values) fixed() map[string]func(ctx context.Context, in *onramp.Args) (*any, error) {
	type handler = func(ctx context.Context, in *onramp.Args) (*any, error)
	reply := func(out any) (*any, error) { return &out, nil }
	return map[string]handler{
		"join": func(_ context.Context, in *onramp.Args) (*any, error) {
			v.note("join", sameArgs(*in, joinArgs()))
			return reply(joined)
		},
		"twins": func(_ context.Context, in *onramp.Args) (*any, error) {
			v.note("twins", sameArgs(*in, twinArgs()))
			return reply(sameArgs(*in, twinArgs()) == nil)
		},
		"nothing": func(_ context.Context, in *onramp.Args) (*any, error) {
			v.note("nothing", sameArgs(*in, nil))
			return reply(nil)
		},
		"quiet": func(_ context.Context, in *onramp.Args) (*any, error) {
			v.note("quiet", sameArgs(*in, onramp.Args{"hush"}))
			return reply(nil)
		},
		"over": func(_ context.Context, in *onramp.Args) (*any, error) {
			word := overloadOf(*in)
			v.note("over "+word, nil)
			return reply(word)
		},
	}
}

// sameArgs compares arguments in their general form.
func sameArgs(got, want onramp.Args) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d arguments came, want %d", len(got), len(want))
	}
	if len(want) == 0 {
		return nil
	}
	return sample.Same([]any(got), []any(want))
}

// values has the peer call a method of Values with samples, all at once.
func (c *cell) values(v *values, addr, method string, more ask, names ...string) []verdict {
	more.Do, more.Addr, more.Method, more.Service, more.Timeout = "call", addr, method, valuesService+":1.0", int(patience.Milliseconds())
	var verdicts []verdict
	for _, name := range names {
		more.Calls = append(more.Calls, text{Sample: name})
		verdicts = append(verdicts, verdict{label: label(method, name)})
	}
	got, err := c.ask(more)
	if err == nil && len(got.Calls) != len(names) {
		err = fmt.Errorf("the peer was asked for %d calls and tells of %d", len(names), len(got.Calls))
	}
	for i := range verdicts {
		switch l := verdicts[i].label; {
		case err != nil:
			verdicts[i].err = err
		case got.Calls[i].value() != nil:
			verdicts[i].err = errors.Join(got.Calls[i].value(), v.came(l))
		default:
			verdicts[i].err = v.came(l)
		}
	}
	return verdicts
}

// value says what is wrong with the end of a call of Values.
func (e end) value() error {
	switch {
	case e.Failed != nil:
		return fmt.Errorf("the peer's call failed %s", e.Failed)
	case !e.Reply.Equal:
		return fmt.Errorf("the peer's reply is another value: %s", e.Reply.Why)
	}
	return nil
}

// heard asks what reached the peer's server of Values, by label.
func (c *cell) heard() (map[string]error, error) {
	s, err := c.seen()
	if err != nil {
		return nil, err
	}
	all := map[string]error{}
	for _, a := range s.Calls {
		if !strings.HasPrefix(a.Service, valuesService) {
			continue
		}
		l := label(a.Method, a.Sample)
		if _, twice := all[l]; twice && a.Method != "over" {
			all[l] = errors.New("the peer's handler saw it twice")
		} else if all[l] = nil; !a.Equal {
			all[l] = fmt.Errorf("the peer's handler saw another value: %s", a.Why)
		}
	}
	return all, nil
}

// check adds to verdicts what the peer's server heard.
func (c *cell) check(verdicts []verdict) error {
	heard, err := c.heard()
	if err != nil {
		return err
	}
	for i := range verdicts {
		v := &verdicts[i]
		if told, came := heard[v.label]; came {
			v.err = errors.Join(v.err, told)
		} else if v.err == nil {
			v.err = errors.New("the peer's handler did not see it")
		}
	}
	return nil
}
