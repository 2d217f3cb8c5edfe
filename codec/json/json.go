// Package json is the JSON serializer, over encoding/json.
//
// A codec calls it for a body that its frame says is JSON, and for a value that
// no other serializer of the codec accepts. It calls encoding/json only.
package json

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// maxText bounds how much of an error's text is passed on: encoding/json quotes
// what it could not decode, and that came from a network.
const maxText = 160

// maxQuote bounds a quoted number.
const maxQuote = 64

// Serializer writes and reads JSON. It implements codec.Serializer, and many
// goroutines may use it at once.
type Serializer struct {
	encoders sync.Pool // of *encoder
}

// New returns a Serializer. HTML characters stay as they are, and nothing
// follows the value.
func New() *Serializer {
	s := &Serializer{}
	s.encoders.New = func() any {
		e := &encoder{}
		e.json = json.NewEncoder(e)
		e.json.SetEscapeHTML(false)
		return e
	}
	return s
}

// Name returns "json".
func (s *Serializer) Name() string { return "json" }

// Accepts returns true but for Protobuf messages: JSON takes what no other
// serializer wants. Append fails for the few values that have no JSON form, such
// as channels.
func (s *Serializer) Accepts(v any) bool { return !isProtobuf(v) }

// Append appends the JSON of v to dst. When it fails it returns dst as it was.
func (s *Serializer) Append(dst []byte, v any) ([]byte, error) {
	if isProtobuf(v) {
		return dst, fmt.Errorf("json: encode %T: %w", v, errProtobuf)
	}
	e := s.encoders.Get().(*encoder)
	e.dst = dst
	err := e.json.Encode(v)
	out := e.dst
	e.dst = nil
	s.encoders.Put(e)
	if err != nil {
		return dst, fmt.Errorf("json: encode %T: %w", v, err)
	}
	return out[:len(out)-1], nil // without the line feed that Encode ends with
}

// Decode stores the value of src in what v points to.
func (s *Serializer) Decode(src []byte, v any) error {
	if isProtobuf(v) {
		return fmt.Errorf("json: decode into %T: %w", v, errProtobuf)
	}
	if err := json.Unmarshal(src, v); err != nil {
		return fmt.Errorf("json: decode into %T: %w", v, bounded(err))
	}
	return nil
}

var errProtobuf = errors.New("it is a Protobuf message, whose JSON form encoding/json does not know: use the serializer of codec/protobuf on both sides")

// isProtobuf reports whether v is a Protobuf message. Each generated one has this
// method, so that the runtime need not be linked to know it.
func isProtobuf(v any) bool {
	_, yes := v.(interface{ ProtoMessage() })
	return yes
}

// encoder is a json.Encoder that appends to a slice.
type encoder struct {
	dst  []byte
	json *json.Encoder
}

func (e *encoder) Write(p []byte) (int, error) {
	e.dst = append(e.dst, p...)
	return len(p), nil
}

// bounded returns err, or an error with a shorter text when err quotes much of
// its input.
func bounded(err error) error {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) && len(t.Value) > maxQuote {
		short := *t
		short.Value = t.Value[:maxQuote] + "..."
		err = &short
	}
	text := err.Error()
	if len(text) <= maxText {
		return err
	}
	return errors.New(strings.ToValidUTF8(text[:maxText], "") + "...")
}
