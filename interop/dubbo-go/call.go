package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"dubbo.apache.org/dubbo-go/v3/client"
	"dubbo.apache.org/dubbo-go/v3/common/constant"
)

// defaultTimeout is that of calls for which none is asked.
const defaultTimeout = 5 * time.Second

// errUnmade is what a call ends with whose sample the library has no value for.
var errUnmade = errors.New("the library cannot make this value")

// end tells how a call ended. Reply is a message, or a verdict.
type end struct {
	MS     int64    `json:"ms"`
	Reply  any      `json:"reply,omitempty"`
	Failed *failure `json:"failed,omitempty"`
}

// verdict says whether the value that came back is the one that was sent.
type verdict struct {
	Equal bool   `json:"equal"`
	Why   string `json:"why,omitempty"`
}

// call makes all calls of an ask at once and tells how each one ended.
func (p *peer) call(a ask) (map[string]any, error) {
	ends := make([]end, len(a.Calls))
	ref, err := p.clients.of(a, a.Addr)
	var all sync.WaitGroup
	for i, s := range a.Calls {
		if err != nil {
			ends[i].Failed = failureOf(err)
			continue
		}
		all.Go(func() { ends[i] = ref.one(a, s) })
	}
	all.Wait()
	return map[string]any{"calls": ends}, nil
}

// close ends the connection to an address.
func (p *peer) close(addr string) { p.clients.close(addr) }

// one makes one call.
func (r *reference) one(a ask, s spec) end {
	args, judge, err := arguments(a, s)
	if errors.Is(err, errUnmade) {
		return end{Failed: &failure{Kind: "local", Name: "cannot make", Text: err.Error()}}
	}
	if err != nil {
		return end{Failed: &failure{Kind: "local", Name: "unknown sample", Text: err.Error()}}
	}
	start := time.Now()
	got, err := r.invoke(a, args)
	e := end{MS: time.Since(start).Milliseconds()}
	switch {
	case err != nil:
		e.Failed = failureOf(err)
	case !a.Oneway:
		e.Reply = judge(got)
	}
	return e
}

// invoke calls the method, through $invoke when the ask is for a generic call.
func (r *reference) invoke(a ask, args []any) (got any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	timeout := defaultTimeout
	if a.Timeout > 0 {
		timeout = time.Duration(a.Timeout) * time.Millisecond
	}
	method := a.Method
	if a.Generic != "" {
		if args, err = genericArguments(a.Method, args); err != nil {
			return nil, err
		}
		method = constant.Generic
	}
	ctx := context.WithValue(context.Background(), outgoingKey{}, &outgoing{ref: r, header: a.Header, oneway: a.Oneway})
	err = r.conn.CallUnary(ctx, args, &got, method, client.WithCallRequestTimeout(timeout), client.WithCallRetries(a.Retries))
	return got, err
}

// arguments makes those of a call, and who judges its reply.
func arguments(a ask, s spec) (args []any, judge func(got any) any, err error) {
	if strings.Contains(a.Service, valuesInterface) {
		args, want, err := valuesArguments(a.Method, sampleOf(s))
		return args, func(got any) any { return judged(a, got, want) }, err
	}
	m, err := s.object()
	if err != nil {
		return nil, nil, err
	}
	return []any{m}, messageOf, nil
}

func sampleOf(s spec) string {
	if s.Sample == nil {
		return ""
	}
	return *s.Sample
}

// messageOf describes the reply of Echo. A generic call brings it as a map.
func messageOf(got any) any {
	switch m := plain(got).(type) {
	case *Message:
		return lineOf(m)
	case nil:
		return lineOf(nil)
	default:
		if text, ok := entryOf(m, "text"); ok {
			return message{Text: fmt.Sprint(text)}
		}
		return message{Text: fmt.Sprintf("a %T came back", m)}
	}
}

// judged compares what came back with what was to come.
func judged(a ask, got, want any) verdict {
	why := differs(got, want)
	if a.Generic != "" && why != "" {
		why = differsGeneric(got, want)
	}
	return verdict{Equal: why == "", Why: why}
}

// valuesArguments makes the arguments of a method of Values, and the value that must
// come back.
func valuesArguments(method, sample string) (args []any, want any, err error) {
	switch method {
	case "join":
		return joinArguments(), "a|7|1099511627776|x,y|300", nil
	case "twins":
		c := car("red", 1)
		return []any{c, c}, true, nil
	case "nothing":
		return []any{}, nil, nil
	case "quiet":
		return []any{"hush"}, nil, nil
	case "over":
		if args, ok := overloads()[sample]; ok {
			return args, sample, nil
		}
		return nil, nil, fmt.Errorf("%s", sample)
	}
	fresh, ok := makers()[sample]
	if !ok {
		return nil, nil, fmt.Errorf("%s", sample)
	}
	if sample != "null" && plain(fresh()) == nil {
		return nil, nil, fmt.Errorf("%w: %s", errUnmade, sample)
	}
	if method == constant.Echo {
		return []any{fresh()}, fresh(), nil
	}
	return []any{sample, fresh()}, fresh(), nil
}
