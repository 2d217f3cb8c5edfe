package onramptest_test

import (
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/internal/oracle"
)

// fuzzFramer takes any bytes for what arrived on a connection.
func fuzzFramer(f *testing.F, p protocol, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	wire := oracle.Protocol{Framer: p.Framer, Body: p.body}
	f.Fuzz(func(t *testing.T, src []byte) {
		for range 4 {
			frame := wire.Check(t, src)
			if frame == nil {
				return
			}
			src = src[len(frame.Raw):]
		}
	})
}

func FuzzLineFramer(f *testing.F) {
	fuzzFramer(f, protocols()[0], "CALL 1000 S/m;1.0; a=b&c=%20d ada%0A\n", "SEND -1 S/m - x\n", "0 - hello\n", "301 - \n", "CALL 0 S/m - %zz\n", "5 - %1B[2J%0A%FF\n",
		"5 - "+strings.Repeat("x", 5000)+"\n", "CALL 0 "+strings.Repeat("x", 200)+" - \n")
}

func FuzzPipeFramer(f *testing.F) {
	fuzzFramer(f, protocols()[1], "PIPE/1 CALL S/m\r\nLength: 0000000003\r\nSeq: 7\r\nLeft: 10\r\na: b\r\n\r\nada", "PIPE/1 5\r\nLength: 0\r\nSeq: 1\r\n\r\n")
}
