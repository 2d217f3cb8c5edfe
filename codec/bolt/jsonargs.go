package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// jsonArgs is the serializer of codec 12. Several arguments are an array there, and one
// is its own value, as Java has it.
type jsonArgs struct{ codec.Serializer }

// Append implements codec.Serializer.
func (j jsonArgs) Append(dst []byte, v any) ([]byte, error) {
	args, several := onramp.ArgsOf(v)
	switch {
	case !several:
		return j.Serializer.Append(dst, v)
	case len(args) == 0:
		return append(dst, "[]"...), nil
	case len(args) == 1:
		return j.Serializer.Append(dst, args[0])
	}
	before := len(dst)
	for i, a := range args {
		var err error
		if dst, err = j.Serializer.Append(append(dst, "[,"[min(i, 1)]), a); err != nil {
			return dst[:before], fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return append(dst, ']'), nil
}

// Decode implements codec.Serializer. The bytes do not tell one argument that is an
// array from several: it is one only for Args with one pointer.
func (j jsonArgs) Decode(src []byte, v any) error {
	args, several := onramp.ArgsInto(v)
	if !several {
		return j.Serializer.Decode(src, v)
	}
	src = bytes.TrimLeft(src, " \t\r\n")
	array := len(src) > 0 && src[0] == '['
	switch {
	case len(*args) == 1:
		return j.Serializer.Decode(src, (*args)[0])
	case !array && len(*args) == 0:
		*args = onramp.Args{nil}
		return j.Serializer.Decode(src, &(*args)[0])
	case !array:
		return fmt.Errorf("it is one argument, and the onramp.Args are %d", len(*args))
	}
	return j.array(src, args)
}

// array decodes an array into empty args, or into what args point to.
func (j jsonArgs) array(src []byte, args *onramp.Args) error {
	if len(*args) == 0 {
		return j.Serializer.Decode(src, (*[]any)(args))
	}
	var all []json.RawMessage
	if err := j.Serializer.Decode(src, &all); err != nil {
		return err
	}
	if len(all) != len(*args) {
		return fmt.Errorf("it has %d arguments, and the onramp.Args are %d", len(all), len(*args))
	}
	for i, into := range *args {
		if err := j.Serializer.Decode(all[i], into); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return nil
}
