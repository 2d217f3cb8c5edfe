package bolt_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"testing"
	"testing/synctest"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// Go-aways as MOSN writes them.
const (
	goAwayV1 = "01010064010000000901000000000000000000000000"
	goAwayV2 = "020201006401000000090100000000000000000000000000"
)

func TestGoAwayOfMOSNIsUnderstood(t *testing.T) {
	for _, text := range []string{goAwayV1, goAwayV2} {
		frame, _ := hex.DecodeString(text)
		w := newWire(t)
		if f := w.decode(frame); f.Kind != codec.GoAway || f.ID != 9 {
			t.Errorf("got %+v", f)
		}
		if kind, id := w.framer.Correlate(frame); kind != codec.GoAway || id != 9 {
			t.Errorf("Correlate: %d, %d", kind, id)
		}
	}
	if _, ok := any(&bolt.Framer{}).(codec.GoAwayer); ok {
		t.Error("a Framer of no connection can send what Java closes connections for")
	}
}

func TestAGoAwayDrainsAClientsConnection(t *testing.T) {
	for version, text := range map[int]string{1: goAwayV1, 2: goAwayV2} {
		synctest.Test(t, func(t *testing.T) {
			conn, p := client(t, bolt.Version(version))
			done := make(chan error)
			go func() {
				_, err := trip(t, conn)
				done <- err
			}()
			request := p.frame()
			frame, _ := hex.DecodeString(text)
			p.write(frame)
			synctest.Wait()
			if _, s := conn.Load(); s != codec.Draining {
				t.Errorf("version %d: the connection is %v", version, s)
			}
			if _, err := trip(t, conn); onramp.Classify(err).Origin != onramp.Local {
				t.Errorf("version %d: a new call: %v", version, err)
			}
			p.write(p.reply(request, "x"))
			if err := <-done; err != nil {
				t.Errorf("version %d: the call that was under way: %v", version, err)
			}
			_ = conn.Close()
			_ = p.nc.Close()
		})
	}
}

// drained plays frames to a server, drains it, and returns what it wrote besides
// its answers, which are as many as answers.
func drained(t *testing.T, answers int, frames ...[]byte) (after []byte) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		p, ended := server(ctx, t, hello1)
		for _, frame := range frames {
			p.write(frame)
		}
		for range answers {
			p.frame()
		}
		synctest.Wait()
		stop()
		after = p.frame()
		_ = p.nc.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return after
}

func TestADrainingServerSendsNoGoAwayToJavaAndNode(t *testing.T) {
	for _, v := range golden(t) {
		f := newWire(t).decode(v.frame)
		answers := 0
		if f.Kind == codec.Request || f.Kind == codec.Heartbeat {
			answers = 1
		}
		if after := drained(t, answers, v.frame); after != nil {
			t.Errorf("%s: got %x", v.Name, after)
		}
	}
	if after := drained(t, 0); after != nil {
		t.Errorf("nothing was asked: got %x", after)
	}
}

func TestADrainingServerSendsAGoAwayToWhoeverSentOne(t *testing.T) {
	for _, text := range []string{goAwayV1, goAwayV2} {
		frame, _ := hex.DecodeString(text)
		want := bytes.Clone(frame)
		(&bolt.Framer{}).Renumber(want, 0)
		if after := drained(t, 0, frame); !bytes.Equal(after, want) {
			t.Errorf("got %x, want %x", after, want)
		}
	}
}

func TestADrainingServerSendsAGoAwayToAMOSNThatItsConfigurationNames(t *testing.T) {
	p := &peer{t: t, w: newWire(t)}
	mosn := []string{"onramp-peer", "mosn"}
	want, _ := hex.DecodeString(goAwayV1)
	(&bolt.Framer{}).Renumber(want, 0)
	if after := drained(t, 1, p.call(1, 1, 0, mosn...)); !bytes.Equal(after, want) {
		t.Errorf("got %x, want %x", after, want)
	}
	if after := drained(t, 2, p.call(1, 1, 0), p.call(2, 1, 0, mosn...)); !bytes.Equal(after, want) {
		t.Errorf("shown by the second call: got %x, want %x", after, want)
	}
	if after := drained(t, 1, p.call(1, 1, 0, "onramp-peer", "other", "peer", "mosn", "mosn", "onramp-peer")); after != nil {
		t.Errorf("another value: got %x", after)
	}
	// MOSN's version 2 takes command 100 for a call.
	for _, flags := range []uint8{0, 1, 0x80} {
		if after := drained(t, 1, p.call(1, 2, flags, mosn...)); after != nil {
			t.Errorf("version 2: got %x", after)
		}
	}
}

func TestTheMarkOfAMOSNStaysOnItsConnection(t *testing.T) {
	w := newWire(t)
	r := call()
	r.Header = header("onramp-peer", "mosn", "k", "v")
	if got := w.serve(r); got.Header.Len() != 1 {
		t.Errorf("a client says that it is a MOSN: %d pairs", got.Header.Len())
	}
	f := &codec.Frame{Kind: codec.Request, Header: block("service", "S", "sofa_head_method_name", "m", "Onramp-Peer", "mosn", "k", "v")}
	in := &onramp.Request{}
	if err := w.body.OpenRequest(f, in); err != nil || in.Header.Len() != 1 || in.Header.Get("k") != "v" {
		t.Errorf("a handler would pass the mark on: %d pairs, %v", in.Header.Len(), err)
	}
}
