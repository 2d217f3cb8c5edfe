package dubbo_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// bytesOf reads hex with spaces.
func bytesOf(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(text), []byte(" "), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const someID = "fedcba9876543210" // as Java's are, negative

func TestEachFormOfAnEventIsWhatItMeans(t *testing.T) {
	w := newWire(t)
	for what, row := range map[string]struct {
		hex  string
		kind codec.FrameKind
	}{
		"a heartbeat":                     {"dabb e200 " + someID + " 00000001 4e", codec.Heartbeat},
		"that of dubbo-go":                {"dabb e200 " + someID + " 00000002 4e4e", codec.Heartbeat},
		"an empty one":                    {"dabb e200 " + someID + " 00000000", codec.Heartbeat},
		"one in fastjson2":                {"dabb f700 " + someID + " 00000001 af", codec.Heartbeat},
		"one that wants no answer":        {"dabb a200 " + someID + " 00000001 4e", codec.HeartbeatAck},
		"its answer":                      {"dabb 2214 " + someID + " 00000001 4e", codec.HeartbeatAck},
		"an answer of dubbo-go":           {"dabb 2214 " + someID + " 00000002 4e4e", codec.HeartbeatAck},
		"an answer with another status":   {"dabb 2250 " + someID + " 00000000", codec.HeartbeatAck},
		"READONLY":                        {"dabb a200 " + someID + " 00000002 0152", codec.GoAway},
		"READONLY with a byte behind it":  {"dabb a200 " + someID + " 00000003 01524e", codec.GoAway},
		"READONLY that wants an answer":   {"dabb e200 " + someID + " 00000002 0152", codec.GoAway},
		"READONLY in fastjson2":           {"dabb b700 " + someID + " 00000002 4a52", codec.GoAway},
		"writeable again":                 {"dabb a200 " + someID + " 00000002 0157", codec.HeartbeatAck},
		"writeable again, with an answer": {"dabb e200 " + someID + " 00000002 0157", codec.HeartbeatAck},
		"a mock heartbeat":                {"dabb e200 " + someID + " 00000002 0148", codec.HeartbeatAck},
		"R within another event":          {"dabb a200 " + someID + " 00000003 025252", codec.HeartbeatAck},
	} {
		src := bytesOf(t, row.hex)
		f := w.decode(src)
		if f.Kind != row.kind || f.ID != 0xfedcba9876543210 {
			t.Errorf("%s: kind %d, ID %x", what, f.Kind, f.ID)
		}
		if again, err := w.framer.Append(nil, f); err != nil || !bytes.Equal(again, src) {
			t.Errorf("%s: written again it is %x, %v", what, again, err)
		}
	}
}

func TestAHeartbeatIsAnsweredAndOtherEventsAreNot(t *testing.T) {
	for request, want := range map[string]string{
		"dabb e200 " + someID + " 00000001 4e":   "dabb 2214 " + someID + " 00000001 4e",
		"dabb e200 " + someID + " 00000002 4e4e": "dabb 2214 " + someID + " 00000001 4e",
		"dabb e200 " + someID + " 00000000":      "dabb 2214 " + someID + " 00000001 4e",
		"dabb f700 " + someID + " 00000001 af":   "dabb 3714 " + someID + " 00000001 af",
		"dabb a200 " + someID + " 00000001 4e":   "",
		"dabb a200 " + someID + " 00000002 0152": "",
		"dabb e200 " + someID + " 00000002 0157": "",
		"dabb e200 " + someID + " 00000002 0148": "",
		"dabb 2214 " + someID + " 00000001 4e":   "",
	} {
		answers := min(len(want), 1)
		got := lives(t, hello, answers, bytesOf(t, request))
		if answers == 1 && !bytes.Equal(got[0].Raw, bytesOf(t, want)) {
			t.Errorf("%s: got %x, want %s", request, got[0].Raw, want)
		}
	}
}

func TestAClientAnswersTheHeartbeatsOfAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, p := client(t)
		p.write(bytesOf(t, "dabb e200 "+someID+" 00000001 4e"))
		if got := p.frame(); !bytes.Equal(got, bytesOf(t, "dabb 2214 "+someID+" 00000001 4e")) {
			t.Errorf("got %x", got)
		}
		_ = conn.Close()
		_ = p.nc.Close()
	})
}

// An idle client asks, and an answer as dubbo-go gives it keeps the connection.
func TestAnIdleClientSendsHeartbeatsAsJavaDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, p := client(t)
		for range 3 {
			beat := p.frame()
			if len(beat) != 17 || beat[2] != 0xe2 || beat[3] != 0 || beat[16] != 'N' {
				t.Fatalf("got %x", beat)
			}
			ack := bytesOf(t, "dabb 2214 0000000000000000 00000002 4e4e")
			copy(ack[4:12], beat[4:12])
			p.write(ack)
		}
		if _, s := conn.Load(); s != codec.Ready {
			t.Errorf("the connection is %v", s)
		}
		time.Sleep(20 * time.Second) // unanswered
		if _, s := conn.Load(); s != codec.Closed {
			t.Errorf("a connection whose heartbeat is not answered is %v", s)
		}
		_ = conn.Close()
		_ = p.nc.Close()
	})
}

func TestREADONLYDrainsAClientsConnection(t *testing.T) {
	for _, event := range []string{"dabb a200 0000000000000000 00000002 0152", "dabb b700 " + someID + " 00000002 4a52"} {
		synctest.Test(t, func(t *testing.T) {
			conn, p := client(t)
			done := make(chan error)
			go func() {
				_, err := trip(t, conn)
				done <- err
			}()
			request := p.frame()
			p.write(bytesOf(t, event))
			p.write(bytesOf(t, event)) // Java sends it twice now and then
			p.write(bytesOf(t, "dabb a200 0000000000000000 00000002 0157"))
			synctest.Wait()
			if _, s := conn.Load(); s != codec.Draining {
				t.Errorf("the connection is %v", s)
			}
			if _, err := trip(t, conn); onramp.Classify(err).Origin != onramp.Local {
				t.Errorf("a new call: %v", err)
			}
			p.write(p.reply(request, "\x91\x01x"))
			if err := <-done; err != nil {
				t.Errorf("the call that was under way: %v", err)
			}
			_ = conn.Close()
			_ = p.nc.Close()
		})
	}
}

func TestADrainingServerSaysSoOnceAndAnswersWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, drain := context.WithCancel(t.Context())
		open := make(chan struct{})
		p, ended := server(ctx, t, func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
			<-open
			return hello(ctx, r)
		})
		p.write(p.request(1))
		synctest.Wait()
		drain()
		if got := p.frame(); !bytes.Equal(got, bytesOf(t, "dabb a200 0000000000000000 00000002 0152")) {
			t.Errorf("the first frame of a drain is %x", got)
		}
		p.write(bytesOf(t, "dabb e200 "+someID+" 00000001 4e"))
		if got := p.w.decode(p.frame()); got.Kind != codec.HeartbeatAck {
			t.Errorf("a heartbeat got %+v", got)
		}
		p.write(p.request(2)) // sent before the event was read: it is served
		close(open)
		ids := map[uint64]bool{}
		for range 2 {
			got := p.w.decode(p.frame())
			ids[got.ID] = got.Status == 20
		}
		if !ids[1] || !ids[2] {
			t.Errorf("the calls of before and of the moment after got %v", ids)
		}
		_ = p.nc.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// dubbo-go's clients do not heed the event.
func TestAPeerThatIgnoresREADONLYIsRefusedAndThenClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, drain := context.WithCancel(t.Context())
		p, ended := server(ctx, t, hello)
		drain()
		p.frame()
		began, served, refused := time.Now(), 0, 0
		for id := uint64(1); ; id++ {
			if _, err := p.nc.Write(p.request(id)); err != nil {
				break
			}
			src := p.frame()
			if src == nil {
				break
			}
			got := p.w.decode(src)
			switch got.Status {
			case 20:
				served++
			case 100:
				refused++
				e := asError(t, p.w.body.OpenResponse(got, call("x"), &onramp.Response{}))
				if !p.w.body.DrainSignal(got) || e.Origin != onramp.Refused || !errors.Is(e, onramp.Unavailable) {
					t.Errorf("a call got %v", e)
				}
			}
			time.Sleep(10 * time.Millisecond)
		}
		if took := time.Since(began); took < 3*time.Second || took > 3500*time.Millisecond || served < 200 || refused == 0 || refused > 50 {
			t.Errorf("%d calls were served and %d refused in %v", served, refused, took)
		}
		_ = p.nc.Close()
		<-ended
	})
}

// Java's clients leave the connection open, and send heartbeats on it.
func TestAConnectionThatIsIdleAfterREADONLYIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, drain := context.WithCancel(t.Context())
		p, ended := server(ctx, t, hello)
		p.write(p.request(1))
		p.frame()
		drain()
		p.frame()
		began := time.Now()
		for {
			if _, err := p.nc.Write(bytesOf(t, "dabb e200 "+someID+" 00000001 4e")); err != nil || p.frame() == nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if took := time.Since(began); took > 2100*time.Millisecond {
			t.Errorf("it was closed after %v", took)
		}
		_ = p.nc.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestOnlyTheRefusalOfADrainIsASignOfOne(t *testing.T) {
	w := newWire(t)
	f := &codec.Frame{}
	w.body.DrainResponse(f, &codec.Frame{})
	drain := f.Content
	for want, status := range map[bool]uint16{true: 100, false: 70} {
		if got := w.body.DrainSignal(&codec.Frame{Kind: codec.Response, Status: status, Content: drain}); got != want {
			t.Errorf("status %d: %v", status, got)
		}
	}
	if w.body.DrainSignal(&codec.Frame{Kind: codec.Response, Status: 100, Content: drain[:20]}) {
		t.Error("another text is a sign")
	}
}
