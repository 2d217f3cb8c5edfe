package onramptest

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// most is how many bytes Match may ask for.
const most = 24

const matchSays = "Match tells from the first bytes of a connection whether they are this protocol. It keeps nothing and never asks for more than 24 bytes."

// codecMatch is the contract of the detector.
func codecMatch() []check[*CodecSuite] {
	c := func(name, do string, run func(*checking, *CodecSuite)) check[*CodecSuite] {
		return check[*CodecSuite]{name: name, of: "codec.Codec.Match", says: matchSays, do: do, run: run}
	}
	return []check[*CodecSuite]{
		c("Match takes its own protocol at every length",
			"return More until the bytes decide, Yes from then on, and never No for a prefix of your own frames", matchOwn),
		c("Match decides within 24 bytes",
			"return Yes or No for 24 bytes and more: a server waits no longer", matchDecides),
		c("Match leaves other protocols to their codecs",
			"look at more bytes (magic, version, type) before Yes; a server asks each of its codecs, and the first Yes wins", matchOthers),
		c("Match keeps nothing between connections",
			"make Match a function of prefix alone, that neither changes nor keeps it", matchKeeps),
	}
}

// openings returns the golden first bytes and those that the codec's own client writes.
func (s *CodecSuite) openings(t *checking) [][]byte {
	t.Helper()
	r := s.dial(t)
	_ = r.raw()
	r.open()
	defer r.close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = r.conn.RoundTrip(ctx, r.request("echo", "first"))
	synctest.Wait()
	own := r.client.sent()
	if len(own) == 0 {
		t.stop("a call over a new connection writes nothing")
	}
	return append(slices.Clone(s.Golden), own)
}

func matchOwn(t *checking, s *CodecSuite) {
	c := s.New()
	if m := c.Match(nil); m != codec.More {
		t.broken("Match of no bytes is %s, want More: nothing is decided yet", word(m))
	}
	for _, b := range s.openings(t) {
		last := codec.More
		for n := 1; n <= len(b) && n <= 256; n++ {
			m := c.Match(b[:n:n])
			if m == codec.No || last == codec.Yes && m != codec.Yes {
				t.broken("Match(%.24x), %d bytes of an own connection, is %s after %s for one byte less", b[:n], n, word(m), word(last))
				break
			}
			last = m
		}
		if last != codec.Yes {
			t.broken("Match(%.64x), all that a client writes first, is %s", b, word(last))
		}
	}
}

func matchDecides(t *checking, s *CodecSuite) {
	c, random := s.New(), rand.New(rand.NewPCG(1, 2))
	openings := s.openings(t)
	for i := range 2000 {
		b := openings[i%len(openings)]
		b = append(slices.Clone(b[:min(len(b), i%most)]), make([]byte, most)...)
		for j := i % most; j < len(b); j++ {
			b[j] = byte(random.Uint32())
		}
		if b = b[:most]; c.Match(b) == codec.More {
			t.stop("Match of 24 bytes (%x) is More", b)
		}
	}
	for _, b := range openings {
		if len(b) >= most && c.Match(b[:most]) != codec.Yes {
			t.broken("Match(%x), 24 bytes of an own connection, is not Yes", b[:most])
		}
	}
}

// foreign are first bytes of other protocols' connections, by their name.
func foreign() map[string]string {
	return map[string]string{
		"http":   "GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n",
		"grpc":   "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
		"tls":    "\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + strings.Repeat("\x5a", 32),
		"bolt":   "\x01\x01\x00\x01\x01\x00\x00\x00\x01\x0c\x00\x00\x0b\xb8\x00\x2c\x00\x10\x00\x00\x00\x04com.alipay",
		"dubbo":  "\xda\xbb\xc2\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\xa0\x052.0.2",
		"thrift": "\x00\x00\x00\x2a\x80\x01\x00\x01\x00\x00\x00\x08sayHello\x00\x00\x00\x01",
		"redis":  "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n",
		"ssh":    "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3\r\n",
		"proxy":  "PROXY TCP4 10.0.0.1 10.0.0.2 5000 80\r\n",
		"zeros":  strings.Repeat("\x00", 32),
	}
}

func matchOthers(t *checking, s *CodecSuite) {
	c, own := s.New(), s.openings(t)
	for name, b := range foreign() {
		ours := slices.ContainsFunc(own, func(o []byte) bool { return len(o) >= 4 && bytes.HasPrefix([]byte(b), o[:4]) })
		if name == c.Name() || ours {
			continue
		}
		for n := range len(b) + 1 {
			if c.Match([]byte(b[:n])) == codec.Yes {
				t.broken("Match(%.24q), %d bytes of a %s connection, is Yes", b[:n], n, name)
				break
			}
		}
	}
}

func matchKeeps(t *checking, s *CodecSuite) {
	c, own := s.New(), s.openings(t)
	var wg sync.WaitGroup
	for _, b := range own {
		for range 2 {
			wg.Go(func() {
				mine := slices.Clone(b)
				for n := range min(len(b), 64) {
					first := c.Match(mine[:n])
					_ = c.Match([]byte("GET / HTTP/1.1\r\nHost: other\r\n"))
					if again := c.Match(mine[:n]); again != first || !bytes.Equal(mine, b) {
						t.broken("Match(%.24x) is %s, and %s when it is asked again after another connection", b[:n], word(first), word(again))
						return
					}
				}
			})
		}
	}
	wg.Wait()
}

func word(m codec.Match) string {
	switch m {
	case codec.Yes:
		return "Yes"
	case codec.More:
		return "More"
	}
	return "No"
}
