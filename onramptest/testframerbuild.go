package onramptest

import (
	"bytes"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// framerBuilds is how frames are written.
func framerBuilds() []check[*FramerSuite] {
	return []check[*FramerSuite]{
		{
			name: "Append appends",
			of:   "codec.Framer.Append", says: "Append appends all of f that stands before the content, and f.Content when it is set.",
			do:  "write behind dst and leave what stands there: the engine may build frames behind each other",
			run: appends,
		},
		{
			name: "a frame that is written again is the same bytes",
			of:   "codec.Framer.Append", says: "Append appends all of f that stands before the content, and f.Content when it is set.",
			do:  "write each field that Decode has read, the header block as it was",
			run: writtenAgain,
		},
	}
}

func appends(t *checking, s *FramerSuite) {
	f := s.framing(t)
	for name, frame := range f.frames() {
		fr := f.decoded(frame)
		if fr.Content == nil || fr.Kind > codec.Response {
			continue
		}
		before := []byte("what stands before")
		out, err := f.Append(bytes.Clone(before), fr)
		if err != nil || !bytes.HasPrefix(out, before) {
			t.broken("Append of %s behind %q gave %.60q, %v", name, before, out, err)
		}
	}
}

func writtenAgain(t *checking, s *FramerSuite) {
	f := s.framing(t)
	for name, frame := range f.frames() {
		fr := f.decoded(frame)
		if fr.Kind > codec.Response {
			continue // heartbeats have a power of their own
		}
		if fr.Content == nil {
			fr.Content = []byte{}
		}
		out, err := f.Append(nil, fr)
		if err == nil {
			err = f.Seal(out, fr)
		}
		if err != nil || !bytes.Equal(out, frame) {
			t.broken("%s, decoded and written again, is %.120x, %v; it was %.120x", name, out, err, frame)
		}
	}
}

// framerPowers is what a framer and a body can do beyond framing.
func framerPowers() []check[*FramerSuite] {
	return []check[*FramerSuite]{
		{
			name: "Correlate says what Decode says",
			of:   "codec.Correlator", says: "Correlate returns the kind and ID of a frame that Size accepted.",
			do:  "read kind and ID from the same places as Decode, for frames of all kinds",
			run: correlates,
		},
		{
			name: "Renumber changes the ID and nothing else",
			of:   "codec.Correlator", says: "Renumber writes id into frame, and a checksum over it anew.",
			do:  "write the ID in place, and a checksum anew when there is one",
			run: renumbers,
		},
		{
			name: "a heartbeat and its answer are what they say",
			of:   "codec.Heartbeater", says: "AppendHeartbeatAck appends the answer to the heartbeat f.",
			do:  "write a frame that Decode takes for a Heartbeat, and one that it takes for a HeartbeatAck of the same ID",
			run: heartbeats,
		},
		{
			name: "a go-away is what it says",
			of:   "codec.GoAwayer", says: "GoAwayer is a Framer with a frame that ends a connection gracefully.",
			do:  "write a frame that Decode takes for a GoAway, or nothing",
			run: goesAway,
		},
		{
			name: "refusals of a server arrive as refusals",
			of:   "codec.Drainer, codec.Refuser", says: "DrainSignal reports whether a response's frame says that the peer goes away",
			do:  "fill the response's frame in DrainResponse and BusyResponse so that OpenResponse returns an error of origin Refused, and tell both apart in DrainSignal",
			run: refuses,
		},
	}
}

func (f *framing) correlator() codec.Correlator {
	c, ok := f.Framer.(codec.Correlator)
	if !ok {
		f.t.Skip("the framer is no codec.Correlator")
	}
	return c
}

func correlates(t *checking, s *FramerSuite) {
	f := s.framing(t)
	c := f.correlator()
	for name, frame := range f.frames() {
		fr := f.decoded(frame)
		if kind, id := c.Correlate(frame); kind != fr.Kind || id != fr.ID {
			t.broken("Correlate of %s is kind %d, ID %d; Decode says kind %d, ID %d", name, kind, id, fr.Kind, fr.ID)
		}
	}
}

func renumbers(t *checking, s *FramerSuite) {
	f := s.framing(t)
	c := f.correlator()
	for name, frame := range f.frames() {
		want := f.decoded(bytes.Clone(frame))
		for _, id := range []uint64{1, 0xfffffffe} {
			m := bytes.Clone(frame)
			c.Renumber(m, id)
			got := &codec.Frame{}
			if err := f.Decode(m, got); err != nil {
				t.broken("Decode of %s with the new ID %d returned %v", name, id, err)
				continue
			}
			want.ID = id
			if digest(got) != digest(want) || !bytes.Equal(got.Content, want.Content) {
				t.broken("%s with the new ID %d is %s; want %s", name, id, digest(got), digest(want))
			}
		}
	}
}

func heartbeats(t *checking, s *FramerSuite) {
	f := s.framing(t)
	h, ok := f.Framer.(codec.Heartbeater)
	if !ok {
		t.Skip("the framer is no codec.Heartbeater")
	}
	for _, id := range []uint64{1, 77, 0xfffffffe} {
		ping := h.AppendHeartbeat([]byte("x"), id)
		beat := f.decoded(ping[1:])
		ack := h.AppendHeartbeatAck([]byte("x"), beat)
		answer := f.decoded(ack[1:])
		if ping[0] != 'x' || beat.Kind != codec.Heartbeat || beat.ID != id {
			t.broken("the heartbeat %d is read as kind %d, ID %d", id, beat.Kind, beat.ID)
		}
		if ack[0] != 'x' || answer.Kind != codec.HeartbeatAck && answer.Kind != codec.Response || answer.ID != id {
			t.broken("the answer to heartbeat %d is read as kind %d, ID %d", id, answer.Kind, answer.ID)
		}
	}
}

func goesAway(t *checking, s *FramerSuite) {
	f := s.framing(t)
	g, ok := f.Framer.(codec.GoAwayer)
	if !ok {
		t.Skip("the framer is no codec.GoAwayer")
	}
	frame := g.AppendGoAway(nil, 3)
	if len(frame) == 0 {
		t.Skip("the framer writes no go-away to a peer that it does not know")
	}
	if fr := f.decoded(frame); fr.Kind != codec.GoAway {
		t.broken("the go-away is read as kind %d", fr.Kind)
	}
}

func refuses(t *checking, s *FramerSuite) {
	f := s.framing(t)
	frame := f.request(7, f.call(onramp.Unary, "hello"))
	d, drains := f.Body.(codec.Drainer)
	b, refuses := f.Body.(codec.Refuser)
	if !drains && !refuses {
		t.Skip("the body is neither a codec.Drainer nor a codec.Refuser")
	}
	refusal := func(fill func(f, request *codec.Frame), what string) *codec.Frame {
		in, r := f.open(frame)
		fr := answerTo(in)
		fill(fr, in)
		reply := f.decoded(f.seal(fr, func(dst []byte) ([]byte, error) { return dst, nil }))
		e := onramp.AsError(f.OpenResponse(reply, r, &onramp.Response{}))
		if e == nil || e.Origin != onramp.Refused || reply.ID != in.ID || reply.Kind != codec.Response {
			t.broken("%s is read as kind %d, ID %d, error %v; want a response to ID %d, origin refused", what, reply.Kind, reply.ID, orNil(e), in.ID)
		}
		return reply
	}
	if drains {
		if !d.DrainSignal(refusal(d.DrainResponse, "the refusal of a server that goes away")) {
			t.broken("DrainSignal does not know what DrainResponse wrote")
		}
		if ok := f.decoded(f.response(frame, &onramp.Response{}, nil)); d.DrainSignal(ok) {
			t.broken("DrainSignal takes a good response for a drain")
		}
	}
	if refuses {
		if busy := refusal(b.BusyResponse, "the refusal of a server at its limit"); drains && d.DrainSignal(busy) {
			t.broken("DrainSignal takes the refusal of a busy server for a drain")
		}
	}
}
