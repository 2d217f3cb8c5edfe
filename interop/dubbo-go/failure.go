package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/apache/dubbo-go-hessian2/java_exception"
)

// errDial is what a call ends with whose connection could not be made.
var errDial = errors.New("cannot connect")

// failure tells how a call failed.
type failure struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Text string `json:"text"`
	// Item, Left and Cause are those of a SoldOut.
	Item  string   `json:"item,omitempty"`
	Left  int32    `json:"left,omitempty"`
	Cause *failure `json:"cause,omitempty"`
}

// failureOf says what the library's error means. Most of its errors have no value to
// compare with: their words are all there is.
func failureOf(err error) *failure {
	if thrown, ok := errors.AsType[java_exception.Throwabler](err); ok {
		return thrownFailure(thrown)
	}
	text := err.Error()
	return &failure{Kind: kindOf(err, text), Name: fmt.Sprintf("%T", root(err)), Text: text}
}

func kindOf(err error, text string) string {
	if errors.Is(err, errDial) {
		return "closed"
	}
	for _, k := range []struct{ kind, words string }{
		{"timeout", "maybe the client read timeout"},
		{"closed", "session not exist"},
		{"closed", "session Already Closed"},
		{"closed", "client have been closed"},
		{"closed", "client closed"},
		{"closed", "failed to create client connection"},
		{"closed", "remoting client has closed"},
		{"closed", "request Destroyed invoker"},
		{"closed", "No provider"},
		{"closed", "no provider"},
		{"closed", "broken pipe"},
		{"closed", "connection reset"},
		{"closed", "use of closed network connection"},
		{"local", "failed to encode argument"},
		{"local", "cat not get arg"},
		{"local", "too large, max payload"},
		{"local", "this peer has no generic call"},
		{"local", "panic: "},
	} {
		if strings.Contains(text, k.words) {
			return k.kind
		}
	}
	return "error"
}

// thrownFailure describes an exception of the server.
func thrownFailure(e java_exception.Throwabler) *failure {
	f := &failure{Kind: "error", Name: e.JavaClassName(), Text: e.Error()}
	if s, ok := e.(*SoldOut); ok {
		f.Item, f.Left = text(s.Item), s.Left
		if s.Cause != nil && s.Cause != java_exception.Throwabler(s) {
			f.Cause = &failure{Kind: "error", Name: s.Cause.JavaClassName(), Text: s.Cause.Error()}
		}
	}
	return f
}

// root returns the error that others are wrapped around.
func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
