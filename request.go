package onramp

import (
	"context"
	"sync/atomic"
	"time"
)

// Handler handles a call. A client, a server's method and a fake are all a
// Handler: one type, on both sides.
//
// The Response may accompany an *Error. The Request is the framework's until
// the Handler returns: whoever keeps it, or goes on after the next Handler
// returned, takes a Clone.
type Handler func(ctx context.Context, req *Request) (*Response, error)

// Do calls h. With it a Handler can stand wherever a Client can.
func (h Handler) Do(ctx context.Context, req *Request) (*Response, error) { return h(ctx, req) }

// Interceptor wraps a Handler. It is called once, when a pipeline is built; the
// Handler it returns is called for every call and by many goroutines at once.
// It must not cancel the context when next returns with Response.Stream set.
type Interceptor func(next Handler) Handler

// Chain returns h behind the interceptors, the first one outermost.
func Chain(h Handler, in ...Interceptor) Handler {
	for i := len(in) - 1; i >= 0; i-- {
		h = in[i](h)
	}
	return h
}

// Request is one call on its way, on the client as well as on the server.
type Request struct {
	// Service, Version, Group and Method name what is called. Service is never an address.
	Service, Version, Group, Method string
	// Signature is the declared types of the method's parameters, in the words of the
	// protocol: "(java.lang.String,int)". "()" is no parameters, "" not told: codecs that
	// need it make it of the values. Only clients set it.
	Signature string
	Kind      Kind
	Header    Header
	// Body is the value to send on a client, and bytes that the typed handler
	// decodes after admission on a server.
	Body Body
	// Stream is the server side of a streaming call, and nil on the client.
	Stream Stream
	// Deadline is always set for unary calls; zero means none, for streams.
	Deadline time.Time
	Route    Route
	Attempt  Attempt
	// Peer is who calls, on the server; zero on the client.
	Peer Peer

	reply     Response
	started   time.Time
	observers [4]Observer
	extra     []Observer
	watching  int
	ended     atomic.Bool
	attached  any
}

// Route narrows the endpoints of one call.
type Route struct {
	// Subset selects endpoints by name, as routing decides.
	Subset string
	// Key is what consistent hashing and sticky splits hash; "" is random.
	Key string
	// Hash is in 0..9999, drawn once per call and kept by retries, hedges and
	// streams; it decides the lane under a split.
	Hash uint16
}

// Attempt counts the sendings of one call.
type Attempt struct {
	// Number is 1 for the first.
	Number int
	// Tried lists the keys of endpoints that earlier attempts of this call used.
	Tried []string
	// Resent says that the previous attempt certainly did not run.
	Resent bool
	// Start is when this attempt began; for the first one it is the call's Started,
	// unless interceptors stood before it. Whoever lets an attempt wait sets it anew.
	Start time.Time
	// Outcome is how the latest attempt ended, with the one time stamp that all
	// stages above share. Whoever runs the attempt (the cluster) sets it; a stage
	// that finds Outcome.At zero has none and classifies by itself. For a stream
	// it is the outcome of opening it.
	Outcome Outcome
}

// Peer is the other side of a connection, as a server sees it.
type Peer struct {
	// Addr is the remote address.
	Addr string
	// Identity is what the peer proved to be, "" without mutual TLS.
	Identity string
	// Protocol is the codec's name.
	Protocol string
}

// Response is what a call returns.
type Response struct {
	Header Header
	// Trailer is sent after the body where the protocol has a place for it; over others,
	// Bolt among them, its pairs arrive at the end of the Header.
	Trailer Header
	Body    Body
	// Stream is set when the call streams; the call then ends at a Recv error,
	// at cancellation or with the connection.
	Stream Stream
}

// Observer is told once how a call really ended.
type Observer interface {
	End(req *Request, o Outcome)
}

// Reply returns the Response that is stored in the Request, emptied. It lives
// as long as the Request does.
func (r *Request) Reply() *Response {
	p := &r.reply
	p.Header.Reset()
	p.Trailer.Reset()
	p.Body, p.Stream = Body{}, nil
	return p
}

// ReplyHeader returns the header of the Response that is stored in the Request, for
// handlers that return a message and no Response. Reply empties it.
func (r *Request) ReplyHeader() *Header { return &r.reply.Header }

// Observe has o.End called exactly once, at the real end of the call: when a
// unary call returns; when a stream ends, however it ends. It must be called by
// the goroutine that runs the Handler, before the call ends.
func (r *Request) Observe(o Observer) {
	if r.watching < len(r.observers) {
		r.observers[r.watching] = o
	} else {
		r.extra = append(r.extra, o)
	}
	r.watching++
}

// Observed reports whether anybody observes the call, so that the end of one that
// nobody does costs no time stamp.
func (r *Request) Observed() bool { return r.watching > 0 }

// End tells the observers, last one first. Only the first call does anything.
// The client and the server call it for unary calls, and the codec's stream for
// streaming ones.
func (r *Request) End(o Outcome) {
	if r.watching == 0 || !r.ended.CompareAndSwap(false, true) {
		return
	}
	for i := r.watching - 1; i >= 0; i-- {
		if i < len(r.observers) {
			r.observers[i].End(r, o)
		} else {
			r.extra[i-len(r.observers)].End(r, o)
		}
	}
}

// Started is when the call began in this process: the client's and the server's
// one time stamp.
func (r *Request) Started() time.Time { return r.started }

// Start sets Started. It is for pipelines and codecs.
func (r *Request) Start(t time.Time) { r.started = t }

// Attached returns what Attach was given.
func (r *Request) Attached() any { return r.attached }

// Attach keeps the pipeline's own value for this call: the plan it runs under.
func (r *Request) Attach(v any) { r.attached = v }

// Target returns "Service/Method", for errors and logs.
func (r *Request) Target() string { return r.Service + "/" + r.Method }

// Reset empties r for the next call and releases what it held.
func (r *Request) Reset() {
	r.Service, r.Version, r.Group, r.Method, r.Signature = "", "", "", "", ""
	r.Kind = Unary
	r.Header.Reset()
	r.Body, r.Stream = Body{}, nil
	r.Deadline, r.started = time.Time{}, time.Time{}
	r.Route = Route{}
	clear(r.Attempt.Tried)
	r.Attempt = Attempt{Tried: r.Attempt.Tried[:0]}
	r.Peer = Peer{}
	r.attached = nil
	if r.watching > 0 {
		clear(r.observers[:])
		r.extra, r.watching = nil, 0
		r.ended.Store(false)
	}
	r.Reply()
}

// Clone returns an independent copy for whoever keeps the request or runs
// beyond next. The header is copied, and so is a Raw body; a Value is shared.
// Observers stay with the original.
func (r *Request) Clone() *Request {
	c := &Request{
		Service: r.Service, Version: r.Version, Group: r.Group, Method: r.Method,
		Signature: r.Signature, Kind: r.Kind, Stream: r.Stream, Deadline: r.Deadline, Route: r.Route, Peer: r.Peer,
		started: r.started, attached: r.attached,
	}
	c.Header.CopyFrom(&r.Header)
	c.Body = Body{Value: r.Body.Value, Encoding: r.Body.Encoding, decoder: r.Body.decoder}
	if r.Body.Raw != nil {
		c.Body.Raw = append([]byte(nil), r.Body.Raw...)
	}
	c.Attempt = r.Attempt
	c.Attempt.Tried = append([]string(nil), r.Attempt.Tried...)
	return c
}
