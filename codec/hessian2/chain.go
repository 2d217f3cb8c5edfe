package hessian2

import "errors"

// maxCauses bounds the chain of causes that is followed.
const maxCauses = 1000

// Unwrap returns the cause when it is an error. Causes that run in a circle have no
// end: of them it returns nil, as it does of more than 1000, so that errors.Is and
// errors.As come to one. Cause has what was sent.
func (e *Exception) Unwrap() error {
	if e == nil {
		return nil
	}
	cause, ok := e.Cause.(error)
	if !ok || !e.ends(cause) {
		return nil
	}
	return cause
}

// ends reports whether the causes from next on come to an end, or to a circle that e is
// no part of: those on it find that themselves.
func (e *Exception) ends(next error) bool {
	var mark *Exception
	for step, power := 1, 1; step <= maxCauses; step++ {
		x := exceptionIn(next)
		if x == e || x == nil && next == nil {
			return x == nil
		}
		if x == nil {
			next = errors.Unwrap(next)
			continue
		}
		if x == mark {
			return true
		}
		if step == power {
			mark, power = x, 2*power
		}
		next, _ = x.Cause.(error)
	}
	return false
}

// exceptionIn returns the Exception that err is or embeds, or nil.
func exceptionIn(err error) *Exception {
	if x, ok := err.(interface{ exception() *Exception }); ok {
		return x.exception()
	}
	return nil
}

func (e *Exception) exception() *Exception { return e }

// Is makes an exception equal to a target of its class whose message is empty or the
// same: errors.Is(err, hessian2.NewException("com.acme.SoldOut", "")) asks for the class.
func (e *Exception) Is(target error) bool {
	t, ok := target.(*Exception)
	return ok && e != nil && t != nil && t.Class == e.Class && (t.Message == "" || t.Message == e.Message)
}
