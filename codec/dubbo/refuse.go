package dubbo

import (
	"bytes"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// What a server says without a handler, as strings of Hessian. The first is how our
// clients know a draining server.
const (
	drainingText = "\x30\x51this server is draining and takes no new calls: send the call to another provider"
	busyText     = "\x30\x50this server is at its limit of calls: send the call later or to another provider"
)

// BusyResponse implements codec.Refuser: the status of Java for a thread pool that is
// exhausted. A consumer sends the call to another provider.
func (b *Body) BusyResponse(f *codec.Frame, _ *codec.Frame) { refusal(f, busyText) }

// DrainResponse implements codec.Drainer: that of a busy server with another text.
func (b *Body) DrainResponse(f *codec.Frame, _ *codec.Frame) { refusal(f, drainingText) }

func refusal(f *codec.Frame, text string) {
	f.Kind, f.Status, f.Serializer = codec.Response, statusExhausted, Hessian
	f.Content = []byte(text)
}

// DrainSignal implements codec.Drainer.
func (b *Body) DrainSignal(f *codec.Frame) bool {
	return f.Status == statusExhausted && bytes.Equal(f.Content, []byte(drainingText))
}

// appendRefusal appends the text of a status other than OK, and behind it what another
// onramp reads and the status does not say. Other peers read the text alone.
func appendRefusal(dst []byte, r *onramp.Request, e *onramp.Error) ([]byte, error) {
	text := message(e)
	if e.Code == onramp.Unimplemented && r.Service == Opaque {
		text = unreadable(uint8(r.Body.Encoding)).Error()
	}
	dst, err := appendText(dst, written(text))
	if err != nil {
		return dst, fmt.Errorf("dubbo: the text of an error: %w", err)
	}
	code, _ := outcomeOf(statusOf(e))
	if e.Code == code && e.RetryAfter < time.Millisecond {
		return dst, nil
	}
	w := newWriter(dst)
	if e.Code != code && e.Code != onramp.OK {
		w.code(e.Code)
	}
	w.retryAfter(e.RetryAfter)
	return w.end()
}

var (
	_ codec.Framer      = (*Framer)(nil)
	_ codec.Correlator  = (*Framer)(nil)
	_ codec.Heartbeater = (*Framer)(nil)
	_ codec.GoAwayer    = (*Framer)(nil)
	_ codec.Body        = (*Body)(nil)
	_ codec.Drainer     = (*Body)(nil)
	_ codec.Refuser     = (*Body)(nil)
)
