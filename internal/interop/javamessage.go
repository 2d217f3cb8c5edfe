package main

import (
	"context"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/internal/interop/sample"
)

// echoMethod is a method that takes a message and returns one, whatever the bodies are.
type echoMethod interface {
	Call(ctx context.Context, in *pb.Message) (*pb.Message, error)
	CallWith(ctx context.Context, in *pb.Message, opts ...client.CallOption) (*pb.Message, error)
}

// javaMethod is one over a wire with Hessian bodies.
type javaMethod struct {
	*client.Method[sample.Message, sample.Message]
}

// Call implements echoMethod.
func (m javaMethod) Call(ctx context.Context, in *pb.Message) (*pb.Message, error) {
	return m.CallWith(ctx, in)
}

// CallWith implements echoMethod.
func (m javaMethod) CallWith(ctx context.Context, in *pb.Message, opts ...client.CallOption) (*pb.Message, error) {
	out, err := m.Method.CallWith(ctx, toJava(in), opts...)
	if err != nil {
		return nil, err
	}
	return fromJava(out), nil
}

func colors() []sample.Color { return []sample.Color{sample.Red, sample.Green, sample.Blue} }

// toJava makes of a message what travels in Hessian.
func toJava(m *pb.Message) *sample.Message {
	out := &sample.Message{
		Text: m.Text, Data: m.Data, Number: m.Number, Sleep: int32(m.Sleep), Tags: m.Tags, Counts: m.Counts, Ratio: m.Ratio, Flag: m.Flag,
		Color: colors()[m.Color], Offset: m.Offset, Packed: m.Packed,
	}
	next := &out.Inner
	for in := m.Inner; in != nil; in = in.Inner {
		*next = &sample.Inner{Name: in.Name}
		next = &(*next).Inner
	}
	return out
}

// fromJava is the reverse of toJava.
func fromJava(m *sample.Message) *pb.Message {
	out := &pb.Message{
		Text: m.Text, Data: m.Data, Number: m.Number, Sleep: uint32(m.Sleep), Tags: m.Tags, Counts: m.Counts, Ratio: m.Ratio, Flag: m.Flag,
		Offset: m.Offset, Packed: m.Packed,
	}
	for i, c := range colors() {
		if c == m.Color {
			out.Color = pb.Color(i)
		}
	}
	next := &out.Inner
	for in := m.Inner; in != nil; in = in.Inner {
		*next = &pb.Inner{Name: in.Name}
		next = &(*next).Inner
	}
	return out
}
