package main

import (
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// ask asks the peer, and says what for.
func (c *cell) ask(a ask) (*answer, error) {
	a.Case, a.Dir, a.Wire = c.name, c.dir.String(), c.wire.name
	return c.proc.ask(c.ctx, a)
}

// seen asks what the peer's server saw since the last time.
func (c *cell) seen() (seen, error) {
	got, err := c.ask(ask{Do: "seen"})
	if err != nil {
		return seen{}, err
	}
	return got.Seen, nil
}

// call has the peer make calls, all at once, of a method of Echo at addr.
func (c *cell) call(addr, method string, more ask, messages ...*pb.Message) ([]end, error) {
	more.Do, more.Addr, more.Method = "call", addr, method
	if more.Service == "" {
		more.Service = echoService + ":1.0"
	}
	if more.Timeout == 0 {
		more.Timeout = int(patience.Milliseconds())
	}
	for _, m := range messages {
		more.Calls = append(more.Calls, spec(m))
	}
	got, err := c.ask(more)
	if err != nil {
		return nil, err
	}
	if len(got.Calls) != len(messages) {
		return nil, fmt.Errorf("the peer was asked for %d calls and tells of %d", len(messages), len(got.Calls))
	}
	return got.Calls, nil
}

// callEcho has the peer make one call that must succeed.
func (c *cell) callEcho(addr string, m *pb.Message) error {
	got, err := c.call(addr, "echo", ask{}, m)
	if err != nil {
		return err
	}
	return got[0].replied(m)
}

// replied says whether a call of the peer succeeded with what was sent.
func (e end) replied(m *pb.Message) error {
	if e.Failed != nil {
		return fmt.Errorf("the peer's call failed (%s): %s: %s", e.Failed.Kind, e.Failed.Name, e.Failed.Text)
	}
	if !e.Reply.same(m) {
		return fmt.Errorf("the peer's call was answered %s, want %s", e.Reply, describe(m))
	}
	return nil
}

// failure says whether a call of the peer failed with this kind and text.
func (e end) failure(kind, text string) error {
	if e.Failed == nil {
		return fmt.Errorf("the peer's call succeeded, want a failure of kind %q", kind)
	}
	if e.Failed.Kind != kind || !strings.Contains(e.Failed.Text, text) {
		return fmt.Errorf("the peer's call failed (%s): %s: %s; want kind %q that says %q", e.Failed.Kind, e.Failed.Name, e.Failed.Text, kind, text)
	}
	return nil
}
