package codec_test

import (
	"fmt"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

// A Framer cuts a stream of bytes into frames, and says how many bytes the next
// one needs before anything is read further.
func ExampleFramer() {
	var framer codec.Framer = onramptest.LineFramer{}
	stream := []byte("CALL 1000000 com.acme.Greeter/sayHello - Ada\nCALL 1000")
	for {
		n, err := framer.Size(stream)
		if err != nil || n == 0 {
			fmt.Printf("%d bytes are no frame yet, %v\n", len(stream), err)
			return
		}
		var f codec.Frame
		if err := framer.Decode(stream[:n], &f); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(f.Kind == codec.Request, f.Timeout, string(f.Content))
		stream = stream[n:]
	}
	// Output:
	// true 1s Ada
	// 9 bytes are no frame yet, <nil>
}
