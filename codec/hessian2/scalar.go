package hessian2

import (
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"time"
)

// appendScalar appends what holds nothing else, in about room bytes at most.
func appendScalar(dst []byte, v reflect.Value, room int) []byte {
	v, ok := settled(v)
	if !ok {
		if v.IsValid() {
			return append(dst, "..."...)
		}
		return append(dst, "null"...)
	}
	switch x := v.Interface().(type) {
	case string:
		return appendQuoted(dst, x, room)
	case []byte:
		return appendHex(dst, x, room)
	case time.Time:
		return x.AppendFormat(dst, time.RFC3339Nano)
	case big.Int:
		return appendBig(dst, &x, room)
	}
	if speaks(v.Type()) && flat(v.Type()) {
		return append(dst, limited(fmt.Sprint(speaker(v)), room)...)
	}
	switch {
	case v.Kind() == reflect.String:
		return append(dst, limited(v.String(), room)...)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return appendHex(dst, v.Bytes(), room)
	case v.CanFloat():
		return strconv.AppendFloat(dst, v.Float(), 'g', -1, 64)
	case v.CanInt():
		return strconv.AppendInt(dst, v.Int(), 10)
	case v.CanUint():
		return strconv.AppendUint(dst, v.Uint(), 10)
	case v.Kind() == reflect.Bool:
		return strconv.AppendBool(dst, v.Bool())
	}
	return append(dst, v.Type().String()...)
}

// speaker returns v, or a pointer to a copy of it, whichever has the methods.
func speaker(v reflect.Value) any {
	if _, ok := reflect.TypeAssert[fmt.Stringer](v); ok {
		return v.Interface()
	}
	at := reflect.New(v.Type())
	at.Elem().Set(v)
	return at.Interface()
}

// limited cuts s after room bytes.
func limited(s string, room int) string {
	if len(s) > room+1 {
		return s[:room+1]
	}
	return s
}

// appendQuoted quotes as much of s as is shown.
func appendQuoted(dst []byte, s string, room int) []byte {
	return strconv.AppendQuote(dst, limited(s, room))
}

// appendHex appends bytes as 0x0102: 32 of them, and how many there are.
func appendHex(dst, b []byte, room int) []byte {
	const most = 32
	if len(b) > most {
		return fmt.Appendf(dst, "0x%x... (%d bytes)", b[:most], len(b))
	}
	return fmt.Appendf(dst, "0x%x", b[:min(len(b), room)])
}

// appendBig appends an integer whose digits are few, else how long it is: its digits
// take more time than is linear in them.
func appendBig(dst []byte, x *big.Int, room int) []byte {
	if x.BitLen() > 4*room {
		return fmt.Appendf(dst, "(an integer of %d bits)", x.BitLen())
	}
	return x.Append(dst, 10)
}
