package apache

import (
	"errors"
	"fmt"
	"strconv"
)

// guarded calls the library. Its panics are errors, and its errors lose their texts'
// length: they may print whole values.
func guarded(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("dubbo-go-hessian2 panicked: %s", quote(panicText(p)))
		}
	}()
	if err := call(); err != nil {
		return errors.New("dubbo-go-hessian2: " + quote(err.Error()))
	}
	return nil
}

func panicText(p any) string {
	switch p := p.(type) {
	case error:
		return p.Error()
	case string:
		return p
	}
	return fmt.Sprintf("a %T", p)
}

// quote returns a text of the wire, or of the library, for an error.
func quote[T string | []byte](s T) string {
	if len(s) > 48 {
		return strconv.QuoteToASCII(string(s[:48])) + "..."
	}
	return strconv.QuoteToASCII(string(s))
}
