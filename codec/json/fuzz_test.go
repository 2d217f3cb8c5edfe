package json_test

import (
	"strings"
	"testing"

	"github.com/onrampmesh/onramp/codec/json"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// shape is what a handler might ask for.
type shape struct {
	Name   string             `json:"name"`
	N      int32              `json:"n"`
	List   []string           `json:"list"`
	Map    map[string]float64 `json:"map"`
	Bytes  []byte             `json:"bytes"`
	Nested *shape             `json:"nested"`
	Any    any                `json:"any"`
}

// FuzzJSON decodes hostile bodies into whatever they say they are, and into a type.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"name":"a","n":1,"list":["x","y"],"map":{"k":1.5},"bytes":"aGk=","nested":{"any":[1,null,true]}}`,
		`1e400`, `-0`, `"\ud800"`, "\"\xff\"", `{"n":1e99}`, `{"name":7}`, `{"nested":"%!d%s"}`, `{"a":1,"a":2}`, `{"bytes":"?"}`,
		strings.Repeat("[", 11000), strings.Repeat(`{"nested":`, 11000), strings.Repeat("[1,", 2000),
		`[` + strings.Repeat("{},", 1000) + `{}]`, `[` + strings.Repeat(`{"":""},`, 1000) + `1]`,
		`{"list":[` + strings.Repeat(`"",`, 1000) + `""]}`, "\"" + strings.Repeat(`\u0000`, 300) + "\"", strings.Repeat("9", 5000),
	} {
		f.Add([]byte(s))
	}
	generic, typed := decoderOf[any](), decoderOf[shape]()
	f.Fuzz(func(t *testing.T, src []byte) {
		_, _ = generic.Check(t, src)
		_, _ = typed.Check(t, src)
	})
}

func decoderOf[T any]() oracle.Decoder[T] {
	s := json.New()
	return oracle.Decoder[T]{
		K: oracle.Generic,
		Decode: func(src []byte) (v T, err error) {
			err = s.Decode(src, &v)
			return v, err
		},
		Encode: func(v T) ([]byte, error) { return s.Append(nil, &v) },
	}
}
