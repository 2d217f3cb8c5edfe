package mux

import (
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// accept takes one frame that was read at now. f is scratch.
func (s *serverConn) accept(frame []byte, f *codec.Frame, now time.Time) error {
	kind := codec.Request
	if s.corr != nil {
		kind, _ = s.corr.Correlate(frame)
	}
	if s.corr == nil || kind != codec.Request && kind != codec.Oneway {
		f.Reset()
		if err := s.framer.Decode(frame, f); err != nil {
			return fmt.Errorf("bad frame: %w", err)
		}
		kind = f.Kind
	}
	switch kind {
	case codec.Request, codec.Oneway:
		return s.queue(frame, kind, now)
	case codec.Response:
		if s.strays.add(now) > straysBorne {
			return errStrays
		}
		return nil
	}
	err := s.beat(kind, f, now)
	f.Reset() // it views the buffer that an idle connection gives back
	return err
}

// beat takes a frame that is no call: a heartbeat is answered, a few times a
// second at most.
func (s *serverConn) beat(kind codec.FrameKind, f *codec.Frame, now time.Time) error {
	n := s.beats.add(now)
	hb, ok := s.framer.(codec.Heartbeater)
	if !ok || kind != codec.Heartbeat || n > beatsAnswered {
		return tooManyBeats(n)
	}
	return s.w.writeWait(&out{hb.AppendHeartbeatAck(nil, f), true}, s.workers.quiet())
}

// queue hands a request to the workers, or refuses it.
func (s *serverConn) queue(frame []byte, kind codec.FrameKind, now time.Time) error {
	s.warm = true
	// Nobody would send a oneway call again: a draining server takes it.
	refused := s.draining.Load() && kind != codec.Oneway || !s.workers.room()
	if (!refused || s.workers.ordered) && !s.affords(len(frame)) {
		refused = true
	}
	if !refused || !s.late { // a peer that ignores a go-away keeps nothing open
		s.requests.Add(1)
	}
	if refused && !s.workers.ordered {
		return s.refuse(frame, kind)
	}
	if refused && s.workers.busy() >= 2*s.cfg.MaxInFlight {
		return errors.New("the peer goes on sending requests without waiting for replies")
	}
	j := newJob(s.r.keep(frame))
	j.oneway, j.at, j.refused = kind == codec.Oneway, now, refused
	j.sample = s.requests.Load()%sampleEvery == 0
	s.workers.push(j)
	return nil
}

// refuse answers a request that will not run: the server goes away, or is at
// its limit. The connection goes on.
func (s *serverConn) refuse(frame []byte, kind codec.FrameKind) error {
	s.cfg.Stats.Refused.Add(1)
	if kind == codec.Oneway {
		return nil
	}
	j := viewJob(frame)
	defer j.free()
	return s.refuseJob(j)
}

// refuseJob writes the refusal.
func (s *serverConn) refuseJob(j *job) error {
	if err := s.framer.Decode(j.in.B, &j.frame); err != nil {
		return fmt.Errorf("bad frame: %w", err)
	}
	req := j.frame
	drainer, drains := s.body.(codec.Drainer)
	refuser, refuses := s.body.(codec.Refuser)
	out := &j.reply
	out.Reset()
	out.ID, out.Version, out.Flags, out.Serializer = req.ID, req.Version, req.Flags, req.Serializer
	switch {
	case s.draining.Load() && drains:
		drainer.DrainResponse(out, &req)
	case refuses:
		refuser.BusyResponse(out, &req)
	default:
		return s.refuseAsError(j)
	}
	var err error
	if j.out.b, err = s.framer.Append(j.out.b[:0], out); err != nil {
		return err
	}
	if err = s.framer.Seal(j.out.b, out); err != nil {
		return err
	}
	return s.w.writeWait(&j.out, false)
}

// refuseAsError is refuse for protocols that have no word of their own for it.
func (s *serverConn) refuseAsError(j *job) error {
	_ = s.body.OpenRequest(&j.frame, &j.req)
	text := "the server is at its limit of calls on this connection"
	if s.draining.Load() {
		text = "the server goes away"
	}
	return s.reply(j, nil, onramp.NewError(onramp.ResourceExhausted, onramp.Refused, text))
}

// refuseInTurn is refuse for a request that waited for its turn to be told no.
func (s *serverConn) refuseInTurn(j *job) {
	s.cfg.Stats.Refused.Add(1)
	if j.oneway {
		return
	}
	if err := s.refuseJob(j); err != nil {
		s.fail(err)
	}
}
