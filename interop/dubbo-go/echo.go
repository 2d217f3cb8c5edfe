package main

import (
	"context"
	"time"

	"github.com/apache/dubbo-go-hessian2/java_exception"
)

// EchoService is onramp.interop.Echo.
type EchoService struct {
	notes *notes
	// name is "group/interface:version", prefix what echo puts before the text.
	name, prefix string
}

// Reference is the handler's name in the library, which keeps one of each name.
func (s *EchoService) Reference() string { return s.name }

func (s *EchoService) note(ctx context.Context, method string, m *Message) {
	line := lineOf(m)
	s.notes.add(ctx, arrival{Service: s.name, Method: method, Message: &line})
}

// Echo returns what it got, after m.Sleep milliseconds.
func (s *EchoService) Echo(ctx context.Context, m *Message) (*Message, error) {
	s.note(ctx, "echo", m)
	time.Sleep(time.Duration(m.Sleep) * time.Millisecond)
	if s.prefix != "" {
		m.Text = new(s.prefix + text(m.Text))
	}
	return m, nil
}

// Fail throws the checked exception.
func (s *EchoService) Fail(ctx context.Context, m *Message) (*Message, error) {
	s.note(ctx, "fail", m)
	return nil, newSoldOut(text(m.Text))
}

// Crash throws an exception of the JDK.
func (s *EchoService) Crash(ctx context.Context, m *Message) (*Message, error) {
	s.note(ctx, "crash", m)
	return nil, java_exception.NewIllegalStateException(text(m.Text))
}

// Note is called oneway.
func (s *EchoService) Note(ctx context.Context, m *Message) error {
	s.note(ctx, "note", m)
	return nil
}
