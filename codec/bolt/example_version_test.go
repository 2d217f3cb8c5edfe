package bolt_test

import (
	"context"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// A client of version 2 has a checksum behind each frame. The server needs no
// option: it answers in the version that it is called in.
func ExampleVersion() {
	c := bolt.New(bolt.Version(2))
	echo := func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		p := req.Reply()
		p.Body = onramp.Body{Raw: req.Body.Raw, Encoding: req.Body.Encoding}
		return p, nil
	}
	req := &onramp.Request{Service: "com.acme.Echo", Method: "echo", Body: onramp.Body{Value: "hi"}}
	exchange(c, req, echo, func(p *onramp.Response, err error) {
		var out string
		if err == nil {
			err = p.Body.Decode(&out)
		}
		fmt.Println(c.Name(), out, err)
	})
	// Output: bolt hi <nil>
}

// A MOSN between client and server cannot read checksums.
func ExampleChecksum() {
	for _, on := range []bool{true, false} {
		framer, err := bolt.NewFramer(bolt.Version(2), bolt.Checksum(on))
		if err != nil {
			fmt.Println(err)
			return
		}
		frame, err := framer.Append(nil, &codec.Frame{Kind: codec.Request, Content: []byte("hi")})
		fmt.Println(len(frame), "bytes, switch", frame[11], err)
	}
	// Output:
	// 30 bytes, switch 1 <nil>
	// 26 bytes, switch 0 <nil>
}
