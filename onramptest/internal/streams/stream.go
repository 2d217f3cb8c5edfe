package streams

import (
	"errors"
	"io"

	"github.com/onrampmesh/onramp"
)

// Send implements onramp.Stream. When the peer has ended the call it returns
// io.EOF, and Recv says why.
func (k *call) Send(msg any) error {
	if k.sent {
		return &onramp.Error{Code: onramp.FailedPrecondition, Origin: onramp.Local, Target: k.target, Err: errors.New("Send after CloseSend")}
	}
	raw, err := k.c.cfg.encode(msg)
	if err != nil {
		return err
	}
	select {
	case <-k.done:
		return k.over()
	default:
	}
	select {
	case <-k.credit:
	case <-k.done:
		return k.over()
	}
	if k.c.w.send(appendFrame(nil, frameMessage, k.id, raw), k.done) != nil {
		<-k.done // the connection was lost
		return k.over()
	}
	return nil
}

// over is what Send returns once the call has ended.
func (k *call) over() error {
	if k.here && k.status != nil {
		return k.status
	}
	return io.EOF
}

// CloseSend implements onramp.Stream.
func (k *call) CloseSend() error {
	if k.sent {
		return nil
	}
	k.sent = true
	select {
	case <-k.done:
	default:
		_ = k.c.w.put(appendFrame(nil, frameCloseSend, k.id, nil)) // Recv says what went wrong
	}
	return nil
}

// Recv implements onramp.Stream. The one message of a ClientStream is returned
// together with the end of the call.
func (k *call) Recv(into any) error {
	raw, err := k.next()
	if err != nil {
		return err
	}
	if err := k.c.cfg.decode(raw, into); err != nil {
		e := &onramp.Error{Code: onramp.Internal, Target: k.target, Err: err}
		if k.end(e, true) {
			_ = k.c.w.put(appendFrame(nil, frameCancel, k.id, nil))
		}
		return k.finish(e)
	}
	if k.req.Kind != onramp.ClientStream {
		return nil
	}
	<-k.done
	if err := k.finish(k.status); err != io.EOF {
		return err
	}
	return nil
}

// next returns the next message, or how the call ended.
func (k *call) next() ([]byte, error) {
	k.c.mu.Lock()
	finished, final := k.finished, k.final
	k.c.mu.Unlock()
	if finished {
		return nil, final
	}
	select {
	case raw := <-k.in:
		k.grant()
		return raw, nil
	default:
	}
	select {
	case raw := <-k.in:
		k.grant()
		return raw, nil
	case <-k.done:
	}
	select {
	case raw := <-k.in: // it came before the end
		return raw, nil
	default:
		return nil, k.finish(k.status)
	}
}

// grant lets the peer send one more message.
func (k *call) grant() {
	select {
	case <-k.done:
	default:
		_ = k.c.w.put(appendFrame(nil, frameCredit, k.id, nil))
	}
}

// Header implements onramp.Stream. It is empty when the call ended without one.
func (k *call) Header() (*onramp.Header, error) {
	<-k.opened
	select {
	case <-k.done:
		if k.status != nil && k.header.Len() == 0 {
			return &k.header, k.status
		}
	default:
	}
	return &k.header, nil
}

// Trailer implements onramp.Stream.
func (k *call) Trailer() *onramp.Header {
	select {
	case <-k.done:
		return &k.trailer
	default:
		return new(onramp.Header)
	}
}
