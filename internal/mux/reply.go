package mux

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// finish answers a call whose handler has returned.
func (s *serverConn) finish(j *job, resp *onramp.Response, err error) {
	if resp == nil && err == nil {
		resp = j.req.Reply()
	}
	if werr := s.reply(j, resp, err); werr != nil {
		s.fail(werr)
	}
	if resp != nil {
		resp.Body.Release()
	}
}

// reply encodes and writes the answer of a call. Where the peer takes its replies
// slowly those that wait are not encoded yet, but for one: they would be many, and
// large.
func (s *serverConn) reply(j *job, p *onramp.Response, err error) error {
	if j.oneway {
		return nil
	}
	if !s.w.crowded() {
		if err := s.encoded(j, p, err); err != nil {
			return err
		}
		room, werr := s.w.write(&j.out, s.workers.alone(), nil)
		if room == nil {
			return werr
		}
		j.out.b = nil
	}
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	s.w.pause()
	if err := s.encoded(j, p, err); err != nil {
		return err
	}
	return s.w.writeWait(&j.out, s.workers.alone())
}

// encoded is encode, or the error reply that says why that failed.
func (s *serverConn) encoded(j *job, p *onramp.Response, err error) error {
	eerr := s.encode(j, p, err)
	if eerr == nil {
		return nil
	}
	e := &onramp.Error{Code: onramp.Internal, Origin: onramp.Remote, Err: fmt.Errorf("the reply could not be encoded: %w", eerr)}
	if eerr = s.encode(j, nil, e); eerr != nil {
		return fmt.Errorf("the error reply could not be encoded: %w", eerr)
	}
	return nil
}

// encode builds a reply in j.out.
func (s *serverConn) encode(j *job, p *onramp.Response, err error) (failed error) {
	defer s.caught(j, &failed)
	f := &j.reply
	f.Reset()
	f.Kind, f.ID, f.Version, f.Flags, f.Serializer = codec.Response, j.frame.ID, j.frame.Version, j.frame.Flags, j.frame.Serializer
	if e := s.body.Response(f, &j.req, p, err); e != nil {
		return e
	}
	b, e := s.framer.Append(j.out.b[:0], f)
	if j.out.b = b; e != nil {
		return e
	}
	if f.Content == nil {
		b, e = s.body.AppendResponse(b, f, &j.req, p, err)
		if j.out.b = b; e != nil {
			return e
		}
	}
	return s.framer.Seal(b, f)
}
