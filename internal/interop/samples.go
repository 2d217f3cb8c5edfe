package main

import (
	"math"

	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// The messages that the cases send.

func plain() *pb.Message { return &pb.Message{Text: "hello", Number: 42} }

func numbered(n int) *pb.Message { return &pb.Message{Text: "call", Number: int64(n)} }

// everything has a value in each field, and numbers that a double cannot hold.
func everything() *pb.Message {
	return &pb.Message{
		Text: "hello", Data: fill(300), Number: math.MinInt64 + 1, Tags: []string{"a", "", "c"},
		Counts: map[string]int32{"one": 1, "minus": -1, "": 7}, Ratio: math.Pi, Flag: true,
		Inner: &pb.Inner{Name: "outer", Inner: &pb.Inner{Name: "inner", Inner: &pb.Inner{}}},
		Color: pb.Color_GREEN, Offset: math.MinInt32, Packed: []int32{1, -1, math.MaxInt32, math.MinInt32},
	}
}

// foreign is text of one to four bytes a character, with a zero byte and the last
// character there is.
func foreign() *pb.Message {
	return &pb.Message{Text: "naïve grüße 你好 \U0001f600 \x00 \U0010ffff", Tags: []string{"Ω", "\U0001f468\u200d\U0001f469\u200d\U0001f467"}}
}

// headerText has no zero byte: headers of some peers are strings of C.
const headerText = "grüße 你好 \U0001f600"

// refused is the text of errors.
const refused = "sold out: ausverkauft, 缺货"
