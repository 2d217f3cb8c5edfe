package dubbo_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

func TestTrapBytesThatAreNoFrameEndAConnectionWithoutAWord(t *testing.T) {
	for what, src := range map[string][]byte{
		"telnet": []byte("ls\r\n"), "half a magic": {0xda, 0x00}, "the other half": {0x00, 0xbb}, "a magic further on": []byte("garbage\xda\xbb\xc2\x00"),
		"a negative length": head(0xc2, 0, 1, 1<<31), "a length over the limit": head(0xc2, 0, 1, 8<<20+1), "a long event": head(0xe2, 0, 1, 16),
	} {
		synctest.Test(t, func(t *testing.T) {
			p, ended := server(t.Context(), t, hello)
			p.write(p.request(1))
			p.frame()
			began := time.Now()
			go func() { _, _ = p.nc.Write(src) }()
			if err := <-ended; err == nil || !strings.Contains(err.Error(), "dubbo: ") || time.Since(began) > 0 {
				t.Errorf("%s: the connection ended with %v after %v", what, err, time.Since(began))
			}
			if got := p.frame(); got != nil {
				t.Errorf("%s: an answer: %x", what, got)
			}
			_ = p.nc.Close()
		})
	}
}

func TestTrapIDsOfJavaAreAnyNumbers(t *testing.T) {
	p := &peer{t: t, w: newWire(t)}
	var frames []byte
	ids := []uint64{0, 1, 1 << 31, 1 << 32, 1<<63 - 1, 1 << 63, 0xfedcba9876543210, 1<<64 - 1}
	for _, id := range ids {
		frames = append(frames, p.request(id)...)
	}
	answers := map[uint64]int{}
	for _, f := range lives(t, hello, len(ids), frames) {
		answers[f.ID]++
	}
	for _, id := range ids {
		if answers[id] != 1 {
			t.Errorf("ID %#x was answered %d times", id, answers[id])
		}
	}
}

func TestTrapAStatusInARequestIsIgnored(t *testing.T) {
	p := &peer{t: t, w: newWire(t)}
	src := p.request(5)
	src[3] = 40
	if got := lives(t, hello, 1, src)[0]; got.Status != 20 || got.ID != 5 {
		t.Errorf("got %+v", got)
	}
}

func TestTrapABitTooManyInAResponseIsIgnored(t *testing.T) {
	w := newWire(t)
	f := w.decode(frame(0x42, 20, []byte("\x91\x02hi")))
	p, out := &onramp.Response{}, ""
	if err := w.body.OpenResponse(f, call("x"), p); f.Kind != codec.Response || err != nil || p.Body.Decode(&out) != nil || out != "hi" {
		t.Errorf("%+v: %q, %v", f, out, err)
	}
}

func TestTrapDubboGosByteBehindTheResponseIsIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tail := range []string{"N", "NNNN", "\xff\xff", "\x91"} {
			for _, reply := range []string{"\x91\x02hi", "\x94\x02hiH\x01k\x01vZ"} {
				conn, p := client(t)
				go func() { p.write(p.reply(p.frame(), reply+tail)) }()
				if out, err := trip(t, conn); out != "hi" || err != nil {
					t.Errorf("%q behind %q: %q, %v", tail, reply, out, err)
				}
				_ = conn.Close()
				_ = p.nc.Close()
			}
		}
	})
}

// Java 3.3 does not answer such a request at all, so that its caller waits in vain.
func TestTrapASerializationThatIsNotHessianIsRefusedByName(t *testing.T) {
	serve := func(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
		if r.Service != "com.acme.Greeter" { // as a server does for what it does not serve
			return nil, onramp.NewError(onramp.Unimplemented, onramp.Refused, "service "+r.Service+" is not served here (method "+r.Method+")")
		}
		return hello(ctx, r)
	}
	for id, name := range map[byte]string{23: "23 (fastjson2)", 0: "0", 3: "3 (java)", 6: "6 (fastjson)", 8: "8 (kryo)", 21: "21 (protobuf-json)", 31: "31"} {
		got := lives(t, serve, 1, frame(0xc0|id, 0, []byte("\x92\x02anything")))[0]
		if got.Status != 60 || got.Serializer != 2 || got.ID != 7 || !strings.Contains(string(got.Content), "a body of serialization "+name+" can be forwarded and not be read") {
			t.Errorf("serialization %d: status %d in %d: %q", id, got.Status, got.Serializer, got.Content)
		}
	}
}

func TestTrapABodyThatIsNotHessianIsForwardedAsItIs(t *testing.T) {
	w := newWire(t)
	src := frame(0xc0|23, 0, []byte("\x92\x02anything"))
	r := &onramp.Request{}
	if err := w.body.OpenRequest(w.decode(src), r); err != nil || r.Target() != "$opaque/fastjson2" {
		t.Fatalf("%s, %v", r.Target(), err)
	}
	err := r.Body.Decode(new(string))
	if e := asError(t, err); e.Code != onramp.InvalidArgument || !strings.Contains(err.Error(), "serialization 23 (fastjson2)") {
		t.Errorf("it decodes: %v", err)
	}
	if out, err := w.request(r); err != nil || !bytes.Equal(out, src) {
		t.Errorf("passed on it is %x, %v", out, err)
	}
	reply, p := frame(23, 20, []byte("\x94anything")), &onramp.Response{}
	if err := w.body.OpenResponse(w.decode(reply), r, p); err != nil {
		t.Fatal(err)
	}
	if e := asError(t, p.Body.Decode(new(string))); e.Code != onramp.Internal || !strings.Contains(e.Error(), "serialization 23 (fastjson2)") {
		t.Errorf("the reply decodes: %v", e)
	}
	if out, err := w.response(w.decode(src), r, p, nil); err != nil || !bytes.Equal(out, reply) {
		t.Errorf("passed back it is %x, %v", out, err)
	}
	failed := asError(t, w.body.OpenResponse(w.decode(frame(23, 70, []byte("\x94anything"))), r, p))
	if failed.Code != onramp.Internal || !strings.Contains(failed.Error(), "its cause is the response's body, in serialization 23 (fastjson2)") {
		t.Errorf("its error: %v", failed)
	}
}

func TestTrapNodesNullHasNoType(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, p := client(t)
		go func() { p.write(p.reply(p.frame(), "N")) }()
		if out, err := trip(t, conn); out != "" || err != nil {
			t.Errorf("%q, %v", out, err)
		}
		_ = conn.Close()
		_ = p.nc.Close()
	})
}

// Java's scanner of a client finds the next magic in garbage; ours ends the connection,
// because a reply might meet another call.
func TestTrapGarbageBeforeAReplyEndsItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn, p := client(t)
		go func() { p.write(append([]byte("garbage"), p.reply(p.frame(), "\x91\x02hi")...)) }()
		if _, err := trip(t, conn); asError(t, err).Origin != onramp.Wire {
			t.Errorf("got %v", err)
		}
		_ = conn.Close()
		_ = p.nc.Close()
	})
}

func TestTrapARequestThatCannotBeReadIsAnsweredAndItsConnectionLives(t *testing.T) {
	decoding := func(_ context.Context, r *onramp.Request) (*onramp.Response, error) {
		var s string
		if err := r.Body.Decode(&s); err != nil {
			return nil, &onramp.Error{Code: onramp.InvalidArgument, Err: err} // as a server's typed handler has it
		}
		return hello(context.Background(), r)
	}
	for what, body := range map[string][]byte{
		"nothing": nil, "an argument too few": request("s", "", "m", "I"), "an argument of another type": request("s", "", "m", "Ljava/lang/String;", []byte{0x90}, mapOf()),
		"five nulls": []byte("NNNNN"), "a class that nobody has": request("s", "", "m", "Ljava/lang/Object;", []byte{0x61}, mapOf()),
	} {
		got := lives(t, decoding, 1, frame(0xc2, 0, body))[0]
		if got.Status != 40 || got.ID != 7 || len(got.Content) < 10 {
			t.Errorf("%s: status %d: %q", what, got.Status, got.Content)
		}
		e := asError(t, newWire(t).body.OpenResponse(got, call("x"), &onramp.Response{}))
		if e.Code != onramp.InvalidArgument {
			t.Errorf("%s: %v", what, e)
		}
	}
}

func TestTrapAOnewayCallIsNeverAnswered(t *testing.T) {
	for _, src := range [][]byte{frame(0x82, 0, request("s", "", "m", "", mapOf())), frame(0x82, 0, nil), frame(0x97, 0, []byte("x")), frame(0x82, 0, request("s", "", "$echo", "I", []byte{0x90}, mapOf()))} {
		lives(t, hello, 0, src)
	}
}
