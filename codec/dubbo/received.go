package dubbo

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// received is what a body's attachments say beside the pairs of a header.
type received struct {
	version, group, generic []byte // of a request
	timeout                 time.Duration

	coded      bool // a response says how the call ended
	failed     bool // and it is no business error
	origin     onramp.Origin
	code       onramp.Code
	retryAfter time.Duration
}

// maxRetryAfter bounds what a peer can ask for.
const maxRetryAfter = time.Hour

// attachments reads those that follow in src. The header becomes a view of them, or
// gets copies when they are more than plain strings and scalars.
func (r *received) attachments(s *hessian2.Scanner, src []byte, h *onramp.Header, own side) error {
	if s.Rest() == 0 {
		return nil
	}
	begin := s.Offset()
	ok, err := s.BeginMap()
	if err != nil {
		return fmt.Errorf("dubbo: attachments: %w", err)
	}
	if !ok { // null
		return nil
	}
	block := src[s.Offset():]
	n, rest, plain := r.look(block, own)
	if !plain { // once more, all of them
		return r.copy(s, h, own, begin)
	}
	if err := measured(n, len(src)-begin-len(rest)); err != nil {
		return fmt.Errorf("dubbo: %w", err)
	}
	if n > 0 {
		h.View(block, pairs(own))
	}
	return nil
}

// look walks attachments that are plain strings and scalars, and counts them. It gives
// up beyond the limit.
func (r *received) look(block []byte, own side) (n int, rest []byte, plain bool) {
	for {
		if len(block) > 0 && block[0] == tagEnd {
			return n, block[1:], true
		}
		key, after, ok := plainText(block)
		if !ok || n > maxPairs {
			return n, nil, n > maxPairs
		}
		n++
		value, rest, ok := plainText(after)
		if ok {
			r.take(key, value, own)
		} else {
			var number int64
			var isNumber bool
			if number, isNumber, rest, ok = scalar(after); !ok {
				return n, nil, false
			}
			if isNumber {
				r.takeNumber(key, number, own)
			}
		}
		block = rest
	}
}

// copy is look for attachments of any kind, of which it copies the strings.
func (r *received) copy(s *hessian2.Scanner, h *onramp.Header, own side, begin int) error {
	n := 0
	for ; !s.EndMap(); n++ {
		if err := measured(n+1, s.Offset()-begin); err != nil {
			return fmt.Errorf("dubbo: %w", err)
		}
		if err := r.copyPair(s, h, own); err != nil {
			return fmt.Errorf("dubbo: attachment %d: %w", n+1, err)
		}
	}
	if err := measured(n, s.Offset()-begin); err != nil {
		return fmt.Errorf("dubbo: %w", err)
	}
	return nil
}

func (r *received) copyPair(s *hessian2.Scanner, h *onramp.Header, own side) error {
	if s.Next() != hessian2.KindString {
		if err := s.Skip(); err != nil {
			return err
		}
		return s.Skip()
	}
	text, err := s.Text()
	if err != nil {
		return err
	}
	key := string(text)
	switch s.Next() {
	case hessian2.KindString:
		if text, err = s.Text(); err != nil {
			return err
		}
		value := string(text)
		if r.take([]byte(key), []byte(value), own); !reserved(own, key) {
			h.Add(key, value)
		}
		return nil
	case hessian2.KindInt:
		n, err := s.Int()
		r.takeNumber([]byte(key), int64(n), own)
		return err
	}
	return s.Skip()
}

// take notes a pair. Of a key that is there twice the last one counts, as in Java.
func (r *received) take(key, value []byte, own side) {
	if own == ofRequest {
		r.takeName(key, value)
		return
	}
	switch string(key) {
	case keyCode:
		if n := number(value); n > 0 && n <= int64(onramp.Unauthenticated) {
			r.code, r.coded = onramp.Code(n), true
		}
	case keyOrigin:
		r.origin, r.failed, r.coded = onramp.Remote, true, true
		if string(value) == originRefused {
			r.origin = onramp.Refused
		}
	case keyRetryAfter:
		r.retryAfter = min(time.Duration(number(value))*time.Millisecond, maxRetryAfter)
	}
}

func (r *received) takeName(key, value []byte) {
	switch string(key) {
	case keyVersion:
		r.version = value
	case keyGroup:
		r.group = value
	case keyGeneric:
		r.generic = value
	case keyTimeout:
		r.timeout = millis(number(value))
	}
}

func (r *received) takeNumber(key []byte, n int64, own side) {
	if own == ofRequest && string(key) == keyTimeout {
		r.timeout = millis(n)
	}
}

// millis is the time of a number that the peer sent; what is no time is none.
func millis(n int64) time.Duration {
	if n <= 0 {
		return 0
	}
	return time.Duration(min(n, math.MaxInt32)) * time.Millisecond
}

// number returns the decimal number in text, or 0.
func number(text []byte) int64 {
	if len(text) > 9 {
		return 0
	}
	n, err := strconv.ParseUint(string(text), 10, 32)
	if err != nil {
		return 0
	}
	return int64(n)
}
