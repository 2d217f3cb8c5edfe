package mux

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/oracle"
	"github.com/onrampmesh/onramp/onramptest"
)

// roomy is plain with frames of up to 256 MiB, so that memory that was taken
// because of a claim shows.
type roomy struct{ plain }

func (roomy) Size(src []byte) (int, error) {
	if len(src) < plainHead {
		return 0, nil
	}
	n := binary.BigEndian.Uint32(src)
	if n > 256<<20 {
		return 0, fmt.Errorf("a content of %d bytes", n)
	}
	return plainHead + int(n), nil
}

// roomyCorrelated is roomy with the power to route without decoding.
type roomyCorrelated struct{ roomy }

func (roomyCorrelated) Correlate(b []byte) (codec.FrameKind, uint64) {
	return correlated{}.Correlate(b)
}
func (roomyCorrelated) Renumber(b []byte, id uint64) { correlated{}.Renumber(b, id) }

// script is the fuzzer's bytes, taken one after the other.
type script struct{ left []byte }

func (s *script) next() (b byte) {
	if len(s.left) > 0 {
		b, s.left = s.left[0], s.left[1:]
	}
	return b
}

func (s *script) take(n int) []byte {
	n = min(n, len(s.left))
	b := s.left[:n]
	s.left = s.left[n:]
	return b
}

// FuzzConn plays a peer that does as the fuzzer says to a live server connection
// or to a live client connection, while an honest connection of the same process
// goes on. Every call ends in time and with its own reply or an error, no
// goroutine is left (the bubble sees to that), and memory follows what was sent.
func FuzzConn(f *testing.F) {
	for mode := range byte(6) {
		f.Add([]byte{mode, 1, 1, 5, 'h', 'e', 'l', 'l', 'o', 1, 2, 1, 's', 6, 9, 1, 2, 1, 'p', 3, 4, 5, 20, 7, 6, 200})
		f.Add([]byte{mode, 1, 50, 1, 100, 0, 2, 1, 50, 0, 3, 0, 1, 4, 9, 12, 0, 7, 30, 0, 5, 6, 10, 3})
		f.Add([]byte{mode, 0, 8, 0, 255, 255, 255, 0, 0, 0, 0, 6, 255, 6, 255, 8})
		f.Add([]byte{mode, 1, 200, 1, 200, 13, 3, 1, 200, 2, 0, 3, 3, 3, 3, 9})
		f.Add([]byte{mode, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'x', 8, 13, 's', 8, 2, 9, 1, 'b', 13, 'b', 8, 6, 1})
		f.Add([]byte{mode, 10, 1, 1, 1, 9, 'x', 'x', 1, 2, 2, 'b', 'b', 1, 3, 2, 'n', 'n', 11, 6, 90, 11, 9})
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 4<<10 {
			return
		}
		oracle.Follows(t, 8<<20, 512, func() (sent int) {
			synctest.Test(t, func(t *testing.T) { sent = play(t, &script{src}) })
			return sent
		})
	})
}

func play(t *testing.T, s *script) (sent int) {
	mode := s.next()
	cfg := testConfig([]codec.Framer{roomy{}, roomyCorrelated{}, ordered{}}[mode/2%3])
	cfg.MaxInFlight, cfg.WriteBuffer = 8, 64<<10
	good := newBed(t, testConfig(correlated{}), moods)
	defer good.close()
	var step func() bool
	var done func()
	if mode%2 == 0 {
		v := newVillainClient(t, cfg)
		step, done, sent = func() bool { return v.step(s) }, v.close, 0
		defer func() { sent = v.sent }()
	} else {
		v := newVillainServer(t, cfg)
		step, done = func() bool { return v.step(s) }, v.close
		defer func() { sent = v.sent }()
	}
	for i := 0; len(s.left) > 0 && i < 300 && step(); i++ {
		synctest.Wait()
		want := fmt.Sprint("honest ", i)
		if got, err := good.call(want, time.Second); got != want || err != nil {
			t.Errorf("an honest call got %q, %v; want %q", got, err, want)
		}
	}
	done()
	return 0
}

// moods is a handler that does as the content's first letter says.
func moods(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
	switch text := string(r.Body.Raw); {
	case strings.HasPrefix(text, "s"):
		time.Sleep(50 * time.Millisecond)
	case strings.HasPrefix(text, "b"):
		<-ctx.Done()
	case strings.HasPrefix(text, "p"):
		panic("mood")
	case strings.HasPrefix(text, "e"):
		return nil, fmt.Errorf("mood")
	case strings.HasPrefix(text, "n"):
		return nil, nil
	case strings.HasPrefix(text, "x"):
		p := r.Reply()
		p.Body.Raw = make([]byte, 40<<10)
		return p, nil
	}
	return echo(ctx, r)
}

func (v *villainClient) step(s *script) bool {
	switch op := s.next() % 14; op {
	case 1, 2:
		kind := codec.Request
		if op == 2 {
			kind = codec.Oneway
		}
		id := uint64(s.next())
		v.write(frameOf(kind, id, string(s.take(int(s.next())))))
	case 4:
		v.write(frameOf(codec.FrameKind(s.next()), uint64(s.next()), "what no server waits for"))
	case 11: // it stops or goes on to take replies
		if v.ice = !v.ice; v.ice {
			v.link.Freeze(onramptest.ToClient)
		} else {
			v.link.Thaw()
		}
	case 12:
		_ = v.nc.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, _ = io.CopyN(io.Discard, v.nc, int64(s.next())<<8)
	case 13: // a burst
		v.write([]byte(strings.Repeat(string(frameOf(codec.Request, 9, string(s.take(1)))), int(s.next()))))
	default:
		return v.harm(op, s)
	}
	return true
}

func (v *villainClient) close() {
	v.nc.Close()
	start := time.Now()
	<-v.served
	if took := time.Since(start); took > lingerMost {
		v.t.Errorf("Serve returned %v after its peer was gone", took)
	}
}

func (v *villainServer) step(s *script) bool {
	switch op := s.next() % 15; op {
	case 1:
		v.call(time.Duration(s.next())*10*time.Millisecond, s.next()%8 == 7)
	case 2:
		v.reply(v.pop(s.next()%2 == 1), 0)
	case 4:
		v.reply(v.pop(false), s.next()%4)
	case 11: // again
		if v.c.model == codec.Multiplexed {
			v.write(v.last)
		}
	case 12:
		if i := int(s.next()); i < len(v.cancels) {
			v.cancels[i]()
		}
	case 13:
		kind := codec.FrameKind(s.next())
		if kind == codec.Response && v.c.model != codec.Multiplexed {
			v.wild.Store(true)
		}
		v.write(frameOf(kind, uint64(s.next())|1<<29, "what no client waits for"))
	case 14: // of a call that was made long ago, or that is far from being made
		if v.c.model == codec.Multiplexed {
			id := uint64(s.next())<<3 | uint64(s.next()%8)
			if !v.knows(id) {
				id |= 1 << 30
			}
			v.reply(id, 0)
		}
	default:
		return v.harm(op, s)
	}
	return true
}

func (v *villainServer) close() {
	v.nc.Close()
	v.calls.Wait()
	for _, cancel := range v.cancels {
		cancel()
	}
	if n := v.c.inflight.Load(); n != 0 {
		v.t.Errorf("%d calls are counted when all have ended", n)
	}
	v.c.Close()
}
