package mux

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// job is one request on a server, with everything that answering it needs.
type job struct {
	in     *Buffer
	view   Buffer // of a frame that is not kept
	frame  codec.Frame
	reply  codec.Frame
	req    onramp.Request
	out    out // where the reply is built
	oneway bool
	at     time.Time // when it was read
	// refused: its turn has come to be told no. Protocols without IDs keep even
	// refusals in the order of requests.
	refused bool
	settled bool // nothing more is to be done
	sample  bool // how long it takes is of interest
	next    *job
}

// sampleEvery is the share of requests whose time is taken while workers run them.
const sampleEvery = 16

// jobs hold no channel, timer or cond.
var jobs = sync.Pool{New: func() any { return new(job) }} //nolint:gochecknoglobals // see above

func newJob(in *Buffer) *job {
	j := jobs.Get().(*job)
	j.in = in
	return j
}

// viewJob returns a job that is freed before the frame is gone.
func viewJob(frame []byte) *job {
	j := jobs.Get().(*job)
	j.view = Buffer{B: frame, class: -1}
	j.in = &j.view
	return j
}

// weight is what the job counts in workers.under.
func (j *job) weight() int64 { return oneCall + int64(j.in.footprint()) }

func (j *job) free() {
	j.in.Release()
	j.view.B = nil
	j.in, j.next, j.oneway, j.refused, j.settled, j.sample = nil, nil, false, false, false, false
	j.frame.Reset()
	j.frame.Intern(nil)
	if j.reply.Content != nil { // a view of what the handler answered
		j.reply.Reset()
	}
	j.req.Reset()
	if cap(j.out.b) > keepBuffer {
		j.out.b = nil
	}
	jobs.Put(j)
}

// handle answers one request.
func (s *serverConn) handle(j *job) {
	defer s.settle(j)
	j.frame.Intern(&s.names)
	if j.refused {
		s.refuseInTurn(j)
	} else {
		s.answer(j)
	}
	j.settled = true
}

// answer runs the handler of a request and replies.
func (s *serverConn) answer(j *job) {
	if err := s.framer.Decode(j.in.B, &j.frame); err != nil {
		s.fail(fmt.Errorf("bad frame: %w", err))
		return
	}
	if err := s.body.OpenRequest(&j.frame, &j.req); err != nil {
		s.finish(j, nil, err)
		return
	}
	ctx := &callContext{Context: s.ctx}
	j.req.Peer = s.peer
	if j.oneway {
		j.req.Kind, ctx.Context = onramp.Oneway, s.base
	}
	if s.stamped(j) {
		ctx.deadline = j.req.Deadline
	}
	resp, err := s.call(ctx, &j.req)
	ctx.end()
	s.finish(j, resp, err)
}

// stamped sets when the call began, which is when it was read, and when it ends
// if its frame says so.
func (s *serverConn) stamped(j *job) bool {
	j.req.Start(j.at)
	if j.frame.Timeout <= 0 {
		return false
	}
	j.req.Deadline = j.at.Add(j.frame.Timeout)
	return true
}

// call runs the handler. Its panic is the caller's error, and ours.
func (s *serverConn) call(ctx context.Context, req *onramp.Request) (resp *onramp.Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.tell(req, v)
			resp, err = nil, onramp.NewError(onramp.Internal, onramp.Remote, "the handler panicked")
		}
	}()
	return s.handler(ctx, req)
}
