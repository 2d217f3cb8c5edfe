package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// spec is a call as a line describes it: a message of Echo, or a sample of Values.
type spec struct {
	Sample *string `json:"sample,omitempty"`
	message
}

// message is a Message on a line. Number is decimal text; Size stands for Data, and
// SHA256 is that of what was received.
type message struct {
	Text   string           `json:"text,omitempty"`
	Number string           `json:"number,omitempty"`
	Sleep  int32            `json:"sleep,omitempty"`
	Size   int              `json:"size,omitempty"`
	SHA256 string           `json:"sha256,omitempty"`
	Tags   []string         `json:"tags,omitempty"`
	Counts map[string]int32 `json:"counts,omitempty"`
	Ratio  float64          `json:"ratio,omitempty"`
	Flag   bool             `json:"flag,omitempty"`
	Inner  []string         `json:"inner,omitempty"`
	Color  int32            `json:"color,omitempty"`
	Offset int32            `json:"offset,omitempty"`
	Packed []int32          `json:"packed,omitempty"`
}

// object makes the Message that a line describes.
func (m *message) object() (*Message, error) {
	out := &Message{
		Text: new(m.Text), Sleep: m.Sleep, Tags: m.Tags, Counts: m.Counts, Ratio: m.Ratio, Flag: m.Flag,
		Inner: nested(m.Inner), Color: Color(m.Color), Offset: m.Offset, Packed: m.Packed,
	}
	if m.Number != "" {
		n, err := strconv.ParseInt(m.Number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("number: %w", err)
		}
		out.Number = n
	}
	if m.Size > 0 {
		out.Data = fill(m.Size)
	}
	return out, nil
}

// nested makes messages of names, the first one outermost.
func nested(names []string) *Inner {
	if len(names) == 0 {
		return nil
	}
	return &Inner{Name: new(names[0]), Inner: nested(names[1:])}
}

// lineOf describes a Message that was received.
func lineOf(m *Message) message {
	if m == nil {
		return message{}
	}
	sum := sha256.Sum256(m.Data)
	out := message{
		Text: text(m.Text), Number: strconv.FormatInt(m.Number, 10), Sleep: m.Sleep,
		Size: len(m.Data), SHA256: hex.EncodeToString(sum[:]),
		Tags: m.Tags, Counts: m.Counts, Ratio: m.Ratio, Flag: m.Flag, Color: int32(m.Color), Offset: m.Offset, Packed: m.Packed,
	}
	for in := m.Inner; in != nil; in = in.Inner {
		out.Inner = append(out.Inner, text(in.Name))
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
