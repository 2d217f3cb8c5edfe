package bolt

import "github.com/onrampmesh/onramp/codec"

// BusyResponse implements codec.Refuser: status 4 and nothing else, as Java does it.
func (b *Body) BusyResponse(f *codec.Frame, request *codec.Frame) {
	f.Kind, f.Status, f.Serializer = codec.Response, statusBusy, request.Serializer
	f.Content = []byte{} // there is no content to come: the Framer completes the frame
}

// DrainResponse implements codec.Drainer: status 4 with the state in the header.
// Java takes it for busy, and a client of this module leaves the connection.
func (b *Body) DrainResponse(f *codec.Frame, request *codec.Frame) {
	b.BusyResponse(f, request)
	w := writer{block: f.Scratch()}
	add(&w, keyState, stateDraining)
	f.SetHeader(w.block)
}

// DrainSignal implements codec.Drainer.
func (b *Body) DrainSignal(f *codec.Frame) bool {
	return f.Status == statusBusy && readReply(f.Header).draining
}

var (
	_ codec.Framer      = (*Framer)(nil)
	_ codec.Correlator  = (*Framer)(nil)
	_ codec.Heartbeater = (*Framer)(nil)
	_ codec.Pinned      = (*Framer)(nil)
	_ codec.Framer      = (*connFramer)(nil)
	_ codec.Correlator  = (*connFramer)(nil)
	_ codec.Heartbeater = (*connFramer)(nil)
	_ codec.GoAwayer    = (*connFramer)(nil)
	_ codec.Body        = (*Body)(nil)
	_ codec.Drainer     = (*Body)(nil)
	_ codec.Refuser     = (*Body)(nil)
)
