package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// hello is the first line of a peer.
type hello struct {
	// Peer is its name and version, With what it stands on.
	Peer string   `json:"peer"`
	With []string `json:"with"`
	// Wires are the names of the protocols it speaks.
	Wires []string `json:"wires"`
}

// ask is a line to a peer.
type ask struct {
	ID int `json:"id"`
	// Do is what is asked for: serve, seen, call, close, load, unload or stop.
	Do string `json:"do"`
	// Case and Dir say what it is for: a peer may log them, and needs neither.
	Case string `json:"case,omitempty"`
	Dir  string `json:"dir,omitempty"`
	Wire string `json:"wire,omitempty"`
	// Addr is where to serve or to call, "host:port".
	Addr string `json:"addr,omitempty"`
	// Service is the full name with its version, "onramp.interop.Echo:1.0".
	Service string `json:"service,omitempty"`
	Method  string `json:"method,omitempty"`
	Calls   []text `json:"calls,omitempty"`
	// Generic is "true" for calls by the library's generic service.
	Generic string `json:"generic,omitempty"`
	// Addrs, Callers and Retries are for do load, beside those of call.
	Addrs   []string `json:"addrs,omitempty"`
	Callers int      `json:"callers,omitempty"`
	Retries int      `json:"retries,omitempty"`
	// Timeout is that of each call, and Heartbeat the silence after which the
	// connection is kept alive, in milliseconds.
	Timeout   int               `json:"timeout,omitempty"`
	Heartbeat int               `json:"heartbeat,omitempty"`
	Header    map[string]string `json:"header,omitempty"`
	Oneway    bool              `json:"oneway,omitempty"`
}

// answer is a peer's line to an ask of the same ID.
type answer struct {
	ID int `json:"id"`
	// Error says that the peer could not do what was asked. How calls end is in Calls.
	Error string `json:"error"`
	Addr  string `json:"addr"`
	Seen  seen   `json:"seen"`
	Calls []end  `json:"calls"`
	Load  load   `json:"load"`
}

// load is what came of calls without a pause.
type load struct {
	OK       int      `json:"ok"`
	Failed   int      `json:"failed"`
	Failures []failed `json:"failures"`
}

// seen is what a peer's server saw since it was asked last.
type seen struct {
	Calls       []arrival `json:"calls"`
	Connections int       `json:"connections"`
}

// arrival is one call, as a server saw it.
type arrival struct {
	Service string `json:"service"`
	Method  string `json:"method"`
	// Timeout is in milliseconds, as the frame had it.
	Timeout int               `json:"timeout"`
	Header  map[string]string `json:"header"`
	Message text              `json:"message"`
	// Sample is the name of the value that came to Values, and Equal whether it was that.
	Sample string `json:"sample"`
	Equal  bool   `json:"equal"`
	Why    string `json:"why"`
}

// end is how one call ended for a peer's client.
type end struct {
	Reply  text    `json:"reply"`
	Failed *failed `json:"failed"`
}

// failed is an error in a peer's words.
type failed struct {
	// Kind is "timeout" (no reply in time), "closed" (the connection was lost or
	// could not be made), "local" (the call was not sent) or "error" (the server
	// said so).
	Kind string `json:"kind"`
	// Name is the error's type in the peer's own words.
	Name string `json:"name"`
	Text string `json:"text"`
	// Item, Left and Cause are those of a SoldOut.
	Item  string  `json:"item"`
	Left  int     `json:"left"`
	Cause *failed `json:"cause"`
}

// String shows all of it.
func (f *failed) String() string { return fmt.Sprintf("(%s) %s: %s", f.Kind, f.Name, f.Text) }

// text is a pb.Message on a line. Numbers of 64 bits are decimal text, and bytes are
// as many as Size says, made by fill; what was received has their SHA-256 too.
type text struct {
	Text   string           `json:"text,omitempty"`
	Number string           `json:"number,omitempty"`
	Sleep  uint32           `json:"sleep,omitempty"`
	Size   int              `json:"size,omitempty"`
	SHA256 string           `json:"sha256,omitempty"`
	Tags   []string         `json:"tags,omitempty"`
	Counts map[string]int32 `json:"counts,omitempty"`
	Ratio  float64          `json:"ratio,omitempty"`
	Flag   bool             `json:"flag,omitempty"`
	// Inner is the names of the nested messages, outermost first.
	Inner  []string `json:"inner,omitempty"`
	Color  int32    `json:"color,omitempty"`
	Offset int32    `json:"offset,omitempty"`
	Packed []int32  `json:"packed,omitempty"`
	// Sample names the value of a call of Values; Equal and Why are of its reply.
	Sample string `json:"sample,omitempty"`
	Equal  bool   `json:"equal,omitempty"`
	Why    string `json:"why,omitempty"`
}

// fill makes the bytes that a size stands for.
func fill(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*31 + 7)
	}
	return data
}

// describe returns m as a peer would tell it.
func describe(m *pb.Message) text {
	t := text{
		Text: m.Text, Number: strconv.FormatInt(m.Number, 10), Sleep: m.Sleep, Size: len(m.Data), Tags: m.Tags, Counts: m.Counts,
		Ratio: m.Ratio, Flag: m.Flag, Color: int32(m.Color), Offset: m.Offset, Packed: m.Packed,
	}
	sum := sha256.Sum256(m.Data)
	t.SHA256 = hex.EncodeToString(sum[:])
	for in := m.Inner; in != nil; in = in.Inner {
		t.Inner = append(t.Inner, in.Name)
	}
	return t
}

// same reports whether a peer tells the message that m is.
func (t text) same(m *pb.Message) bool { return t.String() == describe(m).String() }

// String is the JSON of t: empty and absent lists are alike.
func (t text) String() string {
	b, err := json.Marshal(t)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// spec returns the line that makes a peer send m.
func spec(m *pb.Message) text {
	t := describe(m)
	t.SHA256 = ""
	if m.Number == 0 { // a field that is set may be sent, zero or not
		t.Number = ""
	}
	return t
}
