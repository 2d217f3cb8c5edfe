package onramptest

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest/internal/streams"
)

// The statuses of the text protocols: an onramp.Code, plus what else the caller
// must know.
const (
	businessStatus = 100 // + code: the handler returned it on purpose
	refusedStatus  = 200 // + code: the call did not run
	busyStatus     = 300 // the server is at its limit
	byeStatus      = 301 // the server goes away
	maxStatus      = 999
)

// statusOf returns the status of a handler's error. What a handler met further
// down (Local, Wire) is for the caller an answer like any other.
func statusOf(err error) (status uint16, text string) {
	if err == nil {
		return 0, ""
	}
	e := onramp.AsError(err)
	status = uint16(e.Code)
	switch {
	case e.Origin == onramp.Refused:
		status += refusedStatus
	case e.Business:
		status += businessStatus
	}
	if e.Err != nil {
		text = e.Err.Error()
	}
	return status, text
}

// statusError is the other way.
func statusError(r *onramp.Request, status uint16, text string) error {
	if status == 0 {
		return nil
	}
	e := &onramp.Error{Target: r.Target(), Err: errors.New(streams.Line(text))}
	switch {
	case status == busyStatus:
		e.Code, e.Origin, e.Err = onramp.ResourceExhausted, onramp.Refused, errors.New("the server is at its limit")
	case status == byeStatus:
		e.Code, e.Origin, e.Err = onramp.Unavailable, onramp.Refused, errors.New("the server goes away")
	case status > refusedStatus:
		e.Code, e.Origin = codeOf(status-refusedStatus), onramp.Refused
	case status > businessStatus:
		e.Code, e.Business = codeOf(status-businessStatus), true
	default:
		e.Code = codeOf(status)
	}
	return e
}

// codeOf guards against numbers that are no code.
func codeOf(n uint16) onramp.Code {
	if n == 0 || n > uint16(onramp.Unauthenticated) {
		return onramp.Unknown
	}
	return onramp.Code(n)
}

// refusals are the powers that both text protocols have beyond framing.
type refusals struct{}

// DrainResponse implements codec.Drainer.
func (refusals) DrainResponse(f, _ *codec.Frame) { f.Kind, f.Status = codec.Response, byeStatus }

// DrainSignal implements codec.Drainer.
func (refusals) DrainSignal(f *codec.Frame) bool { return f.Status == byeStatus }

// BusyResponse implements codec.Refuser.
func (refusals) BusyResponse(f, _ *codec.Frame) { f.Kind, f.Status = codec.Response, busyStatus }

// A class is service/method;version;group, each part escaped.

func appendClass(dst []byte, r *onramp.Request) []byte {
	dst = escape(dst, r.Service, " ;")
	dst = append(dst, '/')
	dst = escape(dst, r.Method, " ;/")
	if r.Version == "" && r.Group == "" {
		return dst
	}
	dst = append(dst, ';')
	dst = escape(dst, r.Version, " ;")
	dst = append(dst, ';')
	return escape(dst, r.Group, " ;")
}

func openClass(f *codec.Frame, r *onramp.Request) error {
	name, rest, more := bytes.Cut(f.Class, []byte{';'})
	version, group, _ := bytes.Cut(rest, []byte{';'})
	i := bytes.LastIndexByte(name, '/')
	if i < 0 || more && bytes.IndexByte(group, ';') >= 0 {
		return &onramp.Error{Code: onramp.InvalidArgument, Err: fmt.Errorf("%.60q is no service/method", f.Class)}
	}
	r.Service, r.Method = f.String(unescape(name[:i])), f.String(unescape(name[i+1:]))
	r.Version, r.Group = f.String(unescape(version)), f.String(unescape(group))
	return nil
}
