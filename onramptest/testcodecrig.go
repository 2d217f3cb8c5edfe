package onramptest

import (
	"context"
	"net"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

const (
	rigAddr    = "server.test:1"
	rigService = "com.acme.Suite"
	callTime   = 30 * time.Second
)

// codecRig is one connection of a codec over a network in memory, with its server.
type codecRig struct {
	t       *checking
	suite   *CodecSuite
	codec   codec.Codec
	conn    codec.Conn
	link    *Link
	client  *tapped
	server  *tapped
	drain   context.CancelFunc // ends the context of Serve
	served  chan struct{}      // closed when Serve has returned
	verdict error              // of Serve
}

// rig makes a client and a server that answers with h. close ends it.
func (s *CodecSuite) rig(t *checking, h onramp.Handler) *codecRig {
	t.Helper()
	r := s.dial(t)
	r.serve(h)
	r.open()
	return r
}

// dial makes the two ends of a connection, and nobody at them yet.
func (s *CodecSuite) dial(t *checking, opts ...NetworkOption) *codecRig {
	t.Helper()
	n := NewNetwork(opts...)
	l, err := n.Listen(rigAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	client, err := n.Dial(context.Background(), "tcp", rigAddr)
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	r := &codecRig{t: t, suite: s, codec: s.New(), link: n.Links(rigAddr)[0], served: make(chan struct{}), drain: func() {}}
	r.client, r.server = &tapped{Conn: client}, &tapped{Conn: server}
	return r
}

// serve begins to serve.
func (r *codecRig) serve(h onramp.Handler) {
	ctx, drain := context.WithCancel(context.Background())
	r.drain = drain
	go func() {
		defer close(r.served)
		r.verdict = r.codec.Serve(ctx, r.server, h)
	}()
}

// open makes the client's connection.
func (r *codecRig) open() {
	r.t.Helper()
	c, err := r.codec.Dial(context.Background(), r.client)
	if err != nil {
		r.t.stop("Dial on a connection whose peer serves returned %v", err)
	}
	r.conn = c
}

// raw takes the server's end for the check itself: it reads and writes bytes.
func (r *codecRig) raw() net.Conn {
	close(r.served)
	return r.server
}

// close ends both sides, by force when they do not want to.
func (r *codecRig) close() {
	if r.conn != nil {
		_ = r.conn.Close()
	}
	_ = r.client.Close()
	r.drain()
	select {
	case <-r.served:
	case <-time.After(time.Minute):
		r.link.Cut()
		<-r.served
	}
	_ = r.server.Close()
}

// request makes a call of this method with a text.
func (r *codecRig) request(method, text string) *onramp.Request {
	return &onramp.Request{
		Service: rigService, Method: method, Deadline: time.Now().Add(callTime),
		Body: onramp.Body{Value: r.suite.Message(text)},
	}
}

// do makes a call and returns the reply's text.
func (r *codecRig) do(ctx context.Context, req *onramp.Request) (string, *onramp.Error) {
	r.t.Helper()
	resp, err := r.conn.RoundTrip(ctx, req)
	if err != nil {
		return "", r.callError(err)
	}
	if resp == nil {
		r.t.stop("RoundTrip returned no response and no error")
	}
	text, err := r.suite.read(&resp.Body)
	if err != nil {
		r.t.stop("the reply's body does not decode: %v", err)
	}
	return text, nil
}

// call is do for a text that the server answers.
func (r *codecRig) call(text string) (string, *onramp.Error) {
	r.t.Helper()
	return r.do(context.Background(), r.request("echo", text))
}

// works makes calls that must succeed.
func (r *codecRig) works(when string) {
	r.t.Helper()
	if got, err := r.call("still here"); err != nil || got != "echo still here" {
		r.t.stop("a call %s returned %q, %v; want its reply", when, got, orNil(err))
	}
}

// usable wants a connection that takes calls, or one that says it is closed
// because of a call that was given up.
func (r *codecRig) usable(when string) {
	r.t.Helper()
	if _, state := r.conn.Load(); state == codec.Ready {
		r.works(when)
		return
	}
	if a, ok := r.conn.(codec.Abandoner); !ok || !a.Abandoned() {
		_, state := r.conn.Load()
		r.t.broken("%s the connection is %v, and it does not say by codec.Abandoner that this side closed it", when, state)
	}
}

// callError wants the error of a call to be an *onramp.Error.
func (r *codecRig) callError(err error) *onramp.Error {
	r.t.Helper()
	e, ok := err.(*onramp.Error)
	if !ok {
		r.t.stop("RoundTrip returned a %T (%v): every error of it is an *onramp.Error", err, err)
	}
	if e.Code == onramp.OK {
		r.t.stop("RoundTrip returned an error without a code: %v", err)
	}
	return e
}

// want checks the code and the origins of a call's error.
func (r *codecRig) want(e *onramp.Error, code onramp.Code, origins ...onramp.Origin) {
	r.t.Helper()
	if e == nil {
		r.t.broken("the call succeeded; want %v", code)
		return
	}
	ok := false
	for _, o := range origins {
		ok = ok || e.Origin == o
	}
	if !ok || code != onramp.OK && e.Code != code {
		r.t.broken("the call returned %v; want code %v, origin %v", e, code, origins)
	}
}

// echo answers "echo " and the text.
func (s *CodecSuite) echo(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	text, err := s.read(&req.Body)
	if err != nil {
		return nil, err
	}
	return s.reply(req, "echo "+text), nil
}

// hang answers when its context ends.
func (s *CodecSuite) hang(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	if req.Method == "echo" {
		return s.echo(ctx, req)
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (s *CodecSuite) reply(req *onramp.Request, text string) *onramp.Response {
	p := req.Reply()
	p.Body = onramp.Body{Value: s.Message(text)}
	return p
}

// slow is echo after d, however its context ends.
func (s *CodecSuite) slow(d time.Duration) onramp.Handler {
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Method == "slow" {
			time.Sleep(d)
		}
		return s.echo(ctx, req)
	}
}

// orNil makes a nil *onramp.Error print as one.
func orNil(e *onramp.Error) error {
	if e == nil {
		return nil
	}
	return e
}
